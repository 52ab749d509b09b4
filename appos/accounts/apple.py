"""The secret for signing in with Apple.

Source: PocketBase 0.36, `/api/settings/apple/generate-client-secret`.
"""

import base64
import re
from typing import NoReturn

import msgspec

from appos.errors import InvalidError
from appos.records.fields.problems import Problem, problem
from appos.records.fields.rules import check_at_least, check_at_most, first, required, stated

ID_LENGTH = 10
MOST_SECONDS = 15_777_000

_KEY = re.compile(r"-----BEGIN PRIVATE KEY-----?([\s\S]+)-----END PRIVATE KEY-----")


class AppleKey(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What Apple calls app, team and key, the key itself, and for how many seconds the secret is to count."""

    client_id: str = ""
    team_id: str = ""
    key_id: str = ""
    private_key: str = ""
    duration: int = 0

    def __repr__(self) -> str:
        return f"AppleKey(client_id={self.client_id!r})"


def client_secret(key: AppleKey) -> NoReturn:
    """Refuse to make a secret, for AppOS offers no OAuth2.

    Raises:
        InvalidError: `validation_failed` with what is wrong with the key, else `oauth2_off`.
    """
    problems = stated(
        {
            "clientId": required(key.client_id),
            "teamId": first(required(key.team_id), _check_id(key.team_id)),
            "keyId": first(required(key.key_id), _check_id(key.key_id)),
            "privateKey": first(required(key.private_key), _check_key(key.private_key)),
            "duration": first(
                required(key.duration),
                check_at_least(key.duration, 1),
                check_at_most(key.duration, MOST_SECONDS),
            ),
        }
    )
    if problems:
        raise InvalidError("Invalid client secret data.", code="validation_failed", fields=problems)
    reason = "AppOS offers no sign-in with OAuth2 yet."
    if not _is_encoded(key.private_key):
        reason = "invalid key: Key must be a PEM encoded PKCS1 or PKCS8 key."
    raise InvalidError(f"Failed to generate client secret. Raw error: \n{reason}", code="oauth2_off")


def _check_id(text: str) -> Problem | None:
    if len(text.encode()) == ID_LENGTH:
        return None
    sentence = f"The length must be exactly {ID_LENGTH}."
    return problem("validation_length_invalid", sentence, max=ID_LENGTH, min=ID_LENGTH)


def _is_encoded(text: str) -> bool:
    found = _KEY.search(text)
    try:
        return found is not None and bool(base64.b64decode("".join(found[1].split()), validate=True))
    except ValueError:
        return False


def _check_key(text: str) -> Problem | None:
    return None if _KEY.search(text) else problem("validation_match_invalid", "Must be in a valid format.")
