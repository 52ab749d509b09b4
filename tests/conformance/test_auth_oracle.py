"""Health, unknown paths and signing in: AppOS answers as the real PocketBase does."""

import json
import time
from collections.abc import Iterator
from typing import Any

import jwt
import pytest

from tests.conformance.auth_cases import cases
from tests.conformance.auth_parts import (
    ACCOUNTS,
    CHANGING,
    CHANGING_SUPERUSER,
    JSON,
    SUPERUSER,
    USER,
    signed,
)
from tests.conformance.conftest import COUNTS
from tests.conformance.peers import ADDED_HEADERS, Account, Ask, Peer, Reply
from tests.conformance.side_by_side import Peers, running_both

CASES = dict(cases())
NEW_PASSWORD = "after the change"


@pytest.fixture(scope="module")
def peers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Peers]:
    """Run both with the same accounts."""
    with running_both(tmp_path_factory.mktemp("auth"), ACCOUNTS) as both:
        for peer in both:
            peer.values |= _values(peer)
        yield both


def _values(peer: Peer) -> dict[str, str]:
    """Make what stands in braces in the cases."""
    ids = {"userId": peer.account_id(USER), "superuserId": peer.account_id(SUPERUSER)}
    claims = {"id": ids["userId"], "type": "auth", "collectionId": "_pb_users_auth_"}
    user = peer.sign_in(USER)
    return ids | {
        "user": user,
        "superuser": peer.sign_in(SUPERUSER),
        "expired": peer.forge(USER, "auth", seconds=-10),
        "expiredReset": peer.forge(USER, "passwordReset", seconds=-10, email=USER.email),
        "resetToken": peer.forge(USER, "passwordReset", email=USER.email),
        "superuserReset": peer.forge(SUPERUSER, "passwordReset", email=SUPERUSER.email),
        "withoutEmail": peer.forge(USER, "passwordReset", key="x" * 40),
        "fileToken": peer.forge(USER, "file"),
        "verificationToken": peer.forge(USER, "verification", email=USER.email),
        "strangeKey": peer.forge(USER, "auth", key="x" * 40),
        "unsigned": jwt.encode(claims | {"exp": int(time.time()) + 600}, "", "none"),
        "strangeId": peer.forge(USER, "auth", id="x" * 15),
        "strangeCollection": peer.forge(USER, "auth", collectionId="pbc_3142635823"),
        "unrefreshable": peer.forge(USER, "auth", refreshable=False),
        "withoutExpiry": peer.forge(USER, "auth", exp=None),
        "withoutType": peer.forge(USER, "auth", type=None),
        "withoutId": peer.forge(USER, "auth", id=None),
        "withoutCollection": peer.forge(USER, "auth", collectionId=None),
        "broken": user[:-3],
    }


def test_the_cases_are_many() -> None:
    assert len(CASES) == len(list(cases())) > 800


@pytest.mark.parametrize("name", CASES)
def test_a_request_is_answered_as_pocketbase_answers_it(peers: Peers, name: str) -> None:
    ours, theirs = peers.both(CASES[name])

    assert ours == theirs
    COUNTS["answers equal to PocketBase's"] += 1


def test_appos_adds_headers_that_pocketbase_does_not_have(peers: Peers) -> None:
    ask = Ask("GET", "/api/health")

    assert peers.appos.send(ask).headers.keys() >= ADDED_HEADERS
    assert not peers.pocketbase.send(ask).headers.keys() & ADDED_HEADERS


def test_a_body_beyond_the_limit_is_refused_by_both(peers: Peers) -> None:
    body = b" " * ((32 << 20) + 1)
    ours, theirs = peers.both(Ask("POST", "/api/collections/users/auth-with-password", body, (JSON,)))

    assert ours == theirs
    assert ours.status == 413


def test_nobody_registers_by_themselves_where_pocketbase_lets_everybody(peers: Peers) -> None:
    body = {"email": "new@example.com", "password": "long enough", "passwordConfirm": "long enough"}
    ours, theirs = peers.both(Ask("POST", "/api/collections/users/records", json.dumps(body), (JSON,)))

    assert (theirs.status, ours.status in {400, 403, 404}) == (200, True)


def test_appos_alone_limits_failures(peers: Peers) -> None:
    ask = Ask("POST", "/api/collections/users/request-password-reset", '{"email":"x@example.com"}', (JSON,))
    body = json.dumps({"identity": "limited@example.com", "password": "wrong"})
    wrong = Ask("POST", "/api/collections/users/auth-with-password", body, (JSON,))

    statuses = {peer.name: [_from_one_address(peer, wrong) for _ in range(21)] for peer in peers}

    assert statuses == {"AppOS": [400] * 20 + [429], "PocketBase": [400] * 21}
    assert peers.appos.send(ask).status == 204


def _from_one_address(peer: Peer, ask: Ask) -> int:
    return peer.send(ask, address="203.0.113.7").status


@pytest.mark.parametrize("account", [SUPERUSER, USER], ids=lambda account: account.collection)
def test_a_token_has_the_header_claims_and_life_that_pocketbase_gives_it(
    peers: Peers, account: Account
) -> None:
    ours, theirs = (_described(peer, peer.sign_in(account), account) for peer in peers)

    assert ours == theirs


@pytest.mark.parametrize("account", [SUPERUSER, USER], ids=lambda account: account.collection)
@pytest.mark.parametrize("refreshable", [True, False])
def test_a_refreshed_token_has_what_pocketbase_gives_it(
    peers: Peers, account: Account, refreshable: bool
) -> None:
    described = []
    for peer in peers:
        old = peer.forge(account, "auth", refreshable=refreshable, seconds=1000)
        path = f"/api/collections/{account.collection}/auth-refresh"
        reply = peer.send(Ask("POST", path, headers=(signed(old),)))
        described.append((_described(peer, reply.json["token"], account), reply.json["token"] == old))

    assert described[0] == described[1]
    assert described[0][1] is not refreshable


def _described(peer: Peer, token: str, account: Account) -> dict[str, Any]:
    """Return what is in a token, with its life in tens of seconds."""
    claims = jwt.decode(token, options={"verify_signature": False})
    assert claims.pop("id") == peer.account_id(account)
    life = claims.pop("exp") - time.time()
    return {"header": jwt.get_unverified_header(token), "claims": claims, "life": round(life / 10)}


@pytest.mark.parametrize("account", [CHANGING, CHANGING_SUPERUSER], ids=lambda account: account.collection)
def test_a_password_is_set_anew_once_and_ends_what_was_before(peers: Peers, account: Account) -> None:
    ours, theirs = (_set_anew(peer, account) for peer in peers)

    assert ours == theirs
    assert [reply.status for reply in ours] == [204, 400, 401, 400, 400, 200]
    COUNTS["answers equal to PocketBase's"] += len(ours)


def _set_anew(peer: Peer, account: Account) -> list[Reply]:
    """Confirm a reset; then try its token, tokens and password of before, and the new password."""
    base = f"/api/collections/{account.collection}"
    peer.values |= {
        "changingId": peer.account_id(account),
        "old": peer.sign_in(account),
        "one": peer.forge(account, "passwordReset", email=account.email),
        "two": peer.forge(account, "passwordReset", email=account.email, seconds=900),
    }
    asks = [
        _confirm(base, "one"),
        _confirm(base, "one"),
        Ask("POST", f"{base}/auth-refresh", headers=(signed("{old}"),)),
        _confirm(base, "two"),
        _sign_in(base, account.email, account.password),
        _sign_in(base, account.email, NEW_PASSWORD),
    ]
    return [peer.compare(ask) for ask in asks]


def test_a_reset_token_for_an_address_that_was_given_up_is_refused_by_appos_alone(peers: Peers) -> None:
    statuses = []
    for peer in peers:
        peer.values["given-up"] = peer.forge(CHANGING, "passwordReset", email="before@example.com")
        statuses.append(peer.send(_confirm("/api/collections/users", "given-up")).status)

    assert statuses == [400, 204]


def _confirm(base: str, token: str) -> Ask:
    body = {"token": f"{{{token}}}", "password": NEW_PASSWORD, "passwordConfirm": NEW_PASSWORD}
    return Ask("POST", f"{base}/confirm-password-reset", json.dumps(body), (JSON,))


def _sign_in(base: str, email: str, password: str) -> Ask:
    body = {"identity": email, "password": password}
    return Ask("POST", f"{base}/auth-with-password", json.dumps(body), (JSON,))
