"""Password hashes and weak passwords."""

import bcrypt
import pytest

from appos.accounts import passwords
from appos.accounts.passwords import check_password, hash_password, refuse_weak
from appos.errors import InvalidError

CANARY = "canary-7f3a91"


def weakness(password: str, email: str = "") -> str:
    """What is wrong with a password, "" if nothing is."""
    try:
        refuse_weak(password, email)
    except InvalidError as error:
        refused = error
    else:
        return ""
    assert refused.code == "weak_password"
    return refused.message


def test_a_hash_is_bcrypts_at_pocketbases_cost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()

    assert passwords.COST == 10
    assert hash_password("Granite-Falcon-42").startswith("$2b$10$")


def test_the_hash_of_nobody_costs_what_any_hash_costs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()

    assert passwords._NOBODY.startswith(b"$2b$10$")
    assert len(passwords._NOBODY) == 60


def test_a_password_is_right_or_wrong() -> None:
    hashed = hash_password("Granite-Falcon-42")

    assert check_password("Granite-Falcon-42", hashed)
    assert not check_password("Granite-Falcon-43", hashed)
    assert not check_password("", hashed)


def test_one_password_has_many_hashes() -> None:
    assert hash_password("Granite-Falcon-42") != hash_password("Granite-Falcon-42")


def test_a_hash_that_pocketbase_made_is_understood() -> None:
    hashed = bcrypt.hashpw(b"Granite-Falcon-42", bcrypt.gensalt(4, b"2a")).decode()

    assert check_password("Granite-Falcon-42", hashed)


@pytest.mark.parametrize("hashed", [None, ""], ids=["no-account", "no-password"])
def test_nobody_has_no_password_and_is_compared_with_all_the_same(
    hashed: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared: list[bytes] = []

    def compare(_password: bytes, known: bytes) -> bool:
        compared.append(known)
        return True

    monkeypatch.setattr(bcrypt, "checkpw", compare)

    assert not check_password("nobody", hashed)
    assert compared == [passwords._NOBODY]


@pytest.mark.parametrize("password", ["é" * 40, "x" * 73, "x" * 5000], ids=["in-bytes", "by-one", "by-much"])
def test_what_bcrypt_would_cut_off_counts(password: str) -> None:
    hashed = bcrypt.hashpw(password.encode()[:72], bcrypt.gensalt(4)).decode()

    assert not check_password(password, hashed)


@pytest.mark.parametrize(
    ("password", "words"),
    [
        pytest.param("", "at least 10 characters", id="empty"),
        pytest.param("Kt7-pQz_4", "at least 10 characters", id="nine-characters"),
        pytest.param("Kt7-pQz_4w" * 8, "at most 71 bytes", id="eighty-bytes"),
        pytest.param("Kt7-pQz_4é" * 7, "at most 71 bytes", id="bytes-count-not-characters"),
        pytest.param("Kt7-pQz_4\x00w", "NUL", id="nul"),
        pytest.param("aaaaaaaaaaaa", "different characters", id="one-letter"),
        pytest.param("abcdabcdabcd", "different characters", id="four-letters"),
        pytest.param("AaBbCcDdAaBb", "different characters", id="case-is-no-difference"),
        pytest.param("abcdefghijkl", "neighbours", id="alphabet"),
        pytest.param("zyxwvutsrqpo", "neighbours", id="alphabet-backwards"),
        pytest.param("1234567890", "neighbours", id="digits"),
        pytest.param("0987654321", "neighbours", id="digits-backwards"),
        pytest.param("qwertyuiop", "neighbours", id="keyboard"),
        pytest.param("QWERTYuiop", "neighbours", id="keyboard-in-capitals"),
        pytest.param("asdfghjkl1", "neighbours", id="keyboard-and-one-more"),
        pytest.param("qazwsxedcrfv", "neighbours", id="keyboard-columns"),
        pytest.param("password123", "well known", id="password-and-digits"),
        pytest.param("P@ssw0rd2024!", "well known", id="leet"),
        pytest.param("Administrator1", "well known", id="administrator"),
        pytest.param("letmein-please", "well known", id="two-words"),
        pytest.param("changeme12345", "well known", id="changeme"),
        pytest.param("pocketbase!!", "well known", id="product"),
        pytest.param("AppOS-appos-1", "well known", id="our-own-name"),
        pytest.param("superuser.admin", "well known", id="roles"),
    ],
)
def test_a_weak_password_is_refused_with_the_reason(password: str, words: str) -> None:
    assert words in weakness(password)


@pytest.mark.parametrize(
    "password", ["lovelace-ada-1", "Ada.Lovelace99", "lovelace@example", "EXAMPLE-lovelace"]
)
def test_a_password_made_of_the_own_address_is_refused(password: str) -> None:
    assert "well known" in weakness(password, "ada.lovelace@example.com")
    assert weakness("Granite-Falcon-42", "ada.lovelace@example.com") == ""


@pytest.mark.parametrize(
    "password",
    [
        "Granite-Falcon-42",
        "correct horse battery staple",
        "kX9#mP2$vL",
        "тридцать-три-коровы",
        "passwordless giraffes",
        "x" + "Kt7-pQz_4w" * 7,
    ],
)
def test_a_good_password_is_taken(password: str) -> None:
    assert weakness(password) == ""


def test_a_refusal_never_repeats_the_password() -> None:
    with pytest.raises(InvalidError) as caught:
        refuse_weak(CANARY * 9)

    assert CANARY not in f"{caught.value!r}{caught.value.fields}"
    assert caught.value.fields["password"]["code"] == "weak_password"
