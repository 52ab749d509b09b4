"""Where AppOS answers otherwise than PocketBase on purpose: which cases, by name, and why."""

import re

_BODIES = "(auth-with-password|request-password-reset|confirm-password-reset)"

DIFFERENCES = {
    r"sign in with upper-case keys": "AppOS takes keys as they are written; Go takes them in any case.",
    rf"{_BODIES} with (JSON and more|two JSONs)": "AppOS refuses a body that it cannot read to its end.",
    rf"{_BODIES} with (bytes that are no UTF-8|half a surrogate)": "AppOS refuses what is not text.",
    r"(auth-with-password|request-password-reset) as 'application/xml'": "AppOS reads no XML, and says so.",
    rf"{_BODIES} (a form of nonsense|multipart (without boundary|of nonsense)|half a multipart)": (
        "Werkzeug takes of a broken form what can be read, and AppOS then names the fields that are missing."
    ),
    r".*auth-refresh with withoutExpiry": "AppOS takes no token that never expires; no server makes one.",
}


def reason(name: str) -> str:
    """Return why a case is answered otherwise, "" if it has to be answered the same."""
    return next((why for pattern, why in DIFFERENCES.items() if re.fullmatch(pattern, name)), "")
