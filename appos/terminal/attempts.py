"""What became of handshakes: a browser sees a socket that closes, and no reason."""

from collections import OrderedDict
from enum import StrEnum

import msgspec

from appos.store.values import timestamp

MOST_ACCOUNTS = 1000


class Outcome(StrEnum):
    """What was seen of a handshake."""

    OK = "ok"
    UPGRADE_STRIPPED = "upgrade_stripped"
    ORIGIN_REFUSED = "origin_refused"
    TICKET_REFUSED = "ticket_refused"
    NOT_ARRIVED = "not_arrived"
    NOT_TRIED = "not_tried"


MESSAGES = {
    Outcome.OK: "WebSockets reach AppOS.",
    Outcome.UPGRADE_STRIPPED: (
        "A proxy on the way takes the header Upgrade away, so that the WebSocket arrives as a plain request. "
        "In nginx, set proxy_http_version 1.1, proxy_set_header Upgrade $http_upgrade and "
        'proxy_set_header Connection "upgrade"; in Apache, add upgrade=websocket to ProxyPass; '
        "in a hosted proxy, switch WebSockets on."
    ),
    Outcome.ORIGIN_REFUSED: (
        "AppOS was asked under another name than the one in the browser. Let the proxy hand on the header "
        "Host (in nginx: proxy_set_header Host $http_host), or set the application URL in the settings to "
        "the address in the browser."
    ),
    Outcome.TICKET_REFUSED: (
        "The ticket arrived from another address, or with another path, than it was asked for. Try again; "
        "where it happens every time, name the proxy in TRUSTED_PROXIES."
    ),
    Outcome.NOT_ARRIVED: (
        "Nothing of the WebSocket has reached AppOS: something before it refuses WebSockets, such as a "
        "proxy, a firewall or an extension of the browser."
    ),
    Outcome.NOT_TRIED: "No terminal has been tried yet; open one, or the self-test, first.",
}


class SelfTest(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What became of an account's last handshake, and what to change; `seen` is when it was asked for."""

    ok: bool
    code: Outcome
    message: str
    seen: str


class Attempts:
    """The last handshake of each account."""

    def __init__(self) -> None:
        self._last: OrderedDict[str, tuple[Outcome, str]] = OrderedDict()

    def note(self, account_id: str, outcome: Outcome) -> None:
        """Note what was seen; of many accounts the oldest are forgotten."""
        self._last[account_id] = (outcome, timestamp())
        self._last.move_to_end(account_id)
        if len(self._last) > MOST_ACCOUNTS:
            self._last.popitem(last=False)

    def tell(self, account_id: str) -> SelfTest:
        """Say what was seen last."""
        outcome, seen = self._last.get(account_id, (Outcome.NOT_TRIED, ""))
        return SelfTest(ok=outcome is Outcome.OK, code=outcome, message=MESSAGES[outcome], seen=seen)
