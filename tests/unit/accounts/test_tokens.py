"""Tokens."""

import base64
import json
import math
import time
from typing import Any

import jwt
import msgspec
import pytest

from appos.accounts import tokens
from appos.accounts.models import Identity
from appos.records.auth_options import TokenKind
from appos.records.models import Collection, Record
from appos.services import Services
from tests.conftest import USER_EMAIL, identity_of

AUTH, RESET = TokenKind.AUTH, TokenKind.PASSWORD_RESET


@pytest.fixture
def bob(services: Services) -> Identity:
    return identity_of(services, "users", USER_EMAIL)


def moved(who: Identity, collection: Collection) -> Identity:
    """The same account, as one of another collection."""
    return Identity(Record(collection, who.record.values))


def changed(who: Identity, **values: Any) -> Identity:
    """The account with other values."""
    return Identity(Record(who.collection, who.record.values | values))


def sign(who: Identity, kind: TokenKind = AUTH, **claims: Any) -> str:
    return tokens.sign(who.account, who.collection, kind, **claims)


def is_valid(token: str, who: Identity, kind: TokenKind = AUTH) -> bool:
    return tokens.is_valid(token, who.account, who.collection, kind)


def part(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def test_a_token_claims_what_pocketbases_do(bob: Identity) -> None:
    token = sign(bob, refreshable=True)
    claims = jwt.decode(token, options={"verify_signature": False})
    expires = claims.pop("exp")

    assert jwt.get_unverified_header(token) == {"alg": "HS256", "typ": "JWT"}
    assert claims == {
        "id": bob.account.id,
        "type": "auth",
        "collectionId": "_pb_users_auth_",
        "refreshable": True,
    }
    assert abs(expires - time.time() - 604800) < 5


def with_claims(who: Identity, without: str = "", /, **claims: object) -> str:
    """Return a token as AppOS signs it, but with other claims, and without one."""
    key = who.account.token_key + who.collection.auth_options.auth_token.secret
    own = jwt.decode(sign(who), key, algorithms=["HS256"])
    own.pop(without, None)
    return jwt.encode(own | claims, key, "HS256")


def test_it_is_signed_with_the_accounts_key_and_the_collections_secret(bob: Identity) -> None:
    key = bob.account.token_key + bob.collection.auth_options.auth_token.secret

    assert jwt.decode(sign(bob), key, algorithms=["HS256"])["id"] == bob.account.id


def test_a_token_is_valid_for_its_account_and_its_kind(bob: Identity) -> None:
    assert is_valid(sign(bob), bob)
    assert is_valid(sign(bob, RESET), bob, RESET)


@pytest.mark.parametrize("position", range(3))
def test_a_tampered_token_is_not_valid(bob: Identity, position: int) -> None:
    parts = sign(bob).split(".")
    letter = parts[position][5]
    parts[position] = parts[position][:5] + ("A" if letter != "A" else "B") + parts[position][6:]

    assert not is_valid(".".join(parts), bob)


def test_a_token_without_its_signature_is_not_valid(bob: Identity) -> None:
    _, claims, _ = sign(bob).split(".")

    assert not is_valid(f"{part({'alg': 'none', 'typ': 'JWT'})}.{claims}.", bob)
    assert not is_valid(f"{part({'alg': 'HS256', 'typ': 'JWT'})}.{claims}.", bob)


@pytest.mark.parametrize("algorithm", ["HS384", "HS512"])
def test_another_algorithm_is_not_valid(bob: Identity, algorithm: str) -> None:
    key = bob.account.token_key + bob.collection.auth_options.auth_token.secret
    claims = jwt.decode(sign(bob), key, algorithms=["HS256"])

    assert not is_valid(jwt.encode(claims, key, algorithm), bob)


def test_an_expired_token_is_not_valid(bob: Identity) -> None:
    assert is_valid(sign(bob, exp=int(time.time()) + 5), bob)
    assert not is_valid(sign(bob, exp=int(time.time()) - 1), bob)


@pytest.mark.parametrize("claims", [{}, {"exp": None}, {"exp": 0}, {"exp": 0.0}], ids=str)
def test_a_token_that_names_no_end_never_expires(bob: Identity, claims: dict[str, Any]) -> None:
    assert is_valid(with_claims(bob, "exp", **claims), bob)
    assert tokens.expires_at(claims) == math.inf


@pytest.mark.parametrize("end", [-1, -1.5, "9999999999", True, [], {}, "x"])
def test_an_end_that_is_past_or_no_number_is_not_valid(bob: Identity, end: object) -> None:
    assert not is_valid(with_claims(bob, exp=end), bob)


@pytest.mark.parametrize("claim", ["nbf", "iat"])
def test_a_token_that_is_not_valid_yet_is_not_valid(bob: Identity, claim: str) -> None:
    assert not is_valid(with_claims(bob, **{claim: int(time.time()) + 60}), bob)


def test_what_else_a_token_claims_does_not_count(bob: Identity) -> None:
    assert is_valid(with_claims(bob, aud="x", iss="y", sub=5, jti=5), bob)


@pytest.mark.parametrize("claim", ["id", "type", "collectionId"])
def test_a_token_without_a_claim_is_not_valid(bob: Identity, claim: str) -> None:
    assert not is_valid(with_claims(bob, claim), bob)


def test_a_token_of_another_kind_is_not_valid(bob: Identity) -> None:
    assert not is_valid(sign(bob), bob, RESET)
    assert not is_valid(sign(bob, RESET), bob)


def test_the_kind_counts_even_if_both_have_one_secret(bob: Identity) -> None:
    options = bob.collection.auth_options
    same = msgspec.structs.replace(options, password_reset_token=options.auth_token)
    who = moved(bob, msgspec.structs.replace(bob.collection, auth=same))

    assert not is_valid(sign(who, RESET), who)


def test_a_token_of_another_collection_is_not_valid(bob: Identity, services: Services) -> None:
    superusers = services.collections.auth("_superusers")
    elsewhere = moved(bob, superusers)
    same_secret = moved(bob, msgspec.structs.replace(bob.collection, id="other"))

    assert not is_valid(sign(bob), elsewhere)
    assert not is_valid(sign(bob), same_secret)


def test_a_token_of_another_account_is_not_valid(bob: Identity) -> None:
    assert not is_valid(sign(bob), changed(bob, tokenKey="x" * 50))
    assert not is_valid(sign(bob), changed(bob, id="twin00000000000"))


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param("no-token", id="no-token"),
        pytest.param("a.b.c", id="no-json"),
        pytest.param("..", id="empty-parts"),
        pytest.param(f"{part({'alg': 'HS256'})}.{part(['id'])}.c2ln", id="claims-are-a-list"),
        pytest.param(f"{part({'alg': 'HS256'})}.{'W1tb' * 500}.c2ln", id="deep"),
        pytest.param(f"{'W1tb' * 500}.{part({})}.c2ln", id="deep-header"),
        pytest.param(f"{part({'alg': 'HS256'})}.{part({'id': 'a' * 5000})}.c2ln", id="long"),
        pytest.param("é.ü.ö", id="no-ascii"),
    ],
)
def test_what_is_no_token_claims_nothing_and_is_not_valid(bob: Identity, text: str) -> None:
    assert tokens.read_unverified(text) == {}
    assert not is_valid(text, bob)
