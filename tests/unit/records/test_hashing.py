"""Hashes of passwords."""

import bcrypt
import pytest

from appos.records.hashing import DEFAULT_COST, check_password, hash_password


def test_a_hash_is_bcrypts_at_the_cost_that_is_asked_for() -> None:
    assert hash_password("Granite-Falcon-42", 4).startswith("$2b$04$")
    assert DEFAULT_COST == 10


def test_a_password_is_right_or_wrong() -> None:
    hashed = hash_password("Granite-Falcon-42", 4)

    assert check_password("Granite-Falcon-42", hashed)
    assert not check_password("Granite-Falcon-43", hashed)


def test_a_hash_that_go_made_is_understood() -> None:
    assert check_password("a", bcrypt.hashpw(b"a", bcrypt.gensalt(4, b"2a")).decode())


@pytest.mark.parametrize("password", ["x" * 73, "é" * 37])
def test_what_bcrypt_would_cut_off_counts(password: str) -> None:
    hashed = bcrypt.hashpw(password.encode()[:72], bcrypt.gensalt(4)).decode()

    assert not check_password(password, hashed)
