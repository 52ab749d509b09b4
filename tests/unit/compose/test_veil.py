"""Which values are kept out of what is said."""

from pathlib import Path

import pytest

from appos.compose.veil import Veil, values_in_file, values_in_model


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DB_PASSWORD", "hunter"),
        ("DB_PASSWORD", "abcd"),
        ("API_TOKEN", "postgres"),
        ("SESSION_KEY", "1234"),
        ("DATABASE_URL", "mysql://a:b@c"),
        ("GREETING", "canary-7f3a91"),
        ("GREETING", "Sesame"),
        ("GREETING", "two words"),
        ("GREETING", "a.b*c(d"),
    ],
)
def test_a_value_is_hidden(name: str, value: str) -> None:
    veil = Veil([(name, value)])

    assert veil.over(f"invalid: <{value}>, {value}") == "invalid: <***>, ***"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "80"),
        ("PORT", "18080"),
        ("DEBUG", "true"),
        ("POSTGRES_USER", "postgres"),
        ("NODE_ENV", "production"),
        ("DB_PASSWORD", "abc"),
        ("DB_PASSWORD", ""),
        ("EMPTY", ""),
        ("PWD", "/home/ada/shop"),
        ("HOME", "/home/ada"),
    ],
)
def test_a_value_that_is_no_secret_stays_readable(name: str, value: str) -> None:
    veil = Veil([(name, value)])
    text = f"port {value} of postgres in production is true, abc, 80, in /home/ada/shop"

    assert veil.over(text) == text


def test_names_lose_only_secrets() -> None:
    veil = Veil([("TAG", "v17.2-alpine"), ("TOKEN", "s3cr3t")])

    assert veil.over_name("Image postgres:v17.2-alpine s3cr3t") == "Image postgres:v17.2-alpine ***"
    assert veil.over("Image postgres:v17.2-alpine s3cr3t") == "Image postgres:*** ***"


def test_the_longest_value_goes_first() -> None:
    veil = Veil([("A_KEY", "abcdef"), ("B_KEY", "abcdefgh")])

    assert veil.over("abcdefgh abcdef") == "*** ***"


@pytest.mark.parametrize("value", ['with "quotes" in it', "back\\slash-value", "tab\tvalue", "grüße-7f3a"])
def test_a_value_is_hidden_in_quotes_as_well(value: str) -> None:
    veil = Veil([("TOKEN", value)])
    quoted = value.replace("\\", "\\\\").replace('"', '\\"').replace("\t", "\\t")

    assert veil.over(f'bad "{quoted}"') == 'bad "***"'


def test_each_line_of_a_long_value_is_hidden() -> None:
    veil = Veil([("PRIVATE_KEY", "-----BEGIN\nMIIEvQIBADANBg\n-----END")])

    assert veil.over("got MIIEvQIBADANBg") == "got ***"


def test_an_env_file_is_read_as_it_is_written(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text(
        "# comment\nA=plain-1\nexport B='quoted-2'\nC=\"in quotes-3\" # said\nD: colon-4\nE=trailing-5 # x\n"
        'F="first-6\nsecond-7"\n',
        encoding="utf-8",
    )
    veil = Veil.of({}, [file])

    for value in (
        "plain-1",
        "quoted-2",
        "in quotes-3",
        "colon-4",
        "trailing-5",
        "first-6",
        "second-7",
    ):
        assert veil.over(f"<{value}>") == "<***>", value


def test_a_file_that_cannot_be_read_hides_nothing(tmp_path: Path) -> None:
    assert values_in_file(tmp_path / "none") == []
    assert values_in_file(tmp_path) == []


def test_the_values_of_a_model_are_found() -> None:
    model = {
        "services": {
            "web": {
                "environment": {"A": "value-1$$x", "B": None},
                "build": {"args": {"C": "value-2"}},
            },
            "bare": {"environment": None},
            "odd": None,
        },
        "configs": {"conf": {"content": "value-3"}, "file": {"file": "/x"}},
        "secrets": None,
    }

    assert values_in_model(model) == [("A", "value-1$x"), ("C", "value-2"), ("secret", "value-3")]


def test_the_files_of_secrets_are_read(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("abcd\n", encoding="utf-8")
    model = {"secrets": {"a": {"file": str(tmp_path / "secret.txt")}, "b": {"file": str(tmp_path / "none")}}}

    assert Veil.of({}, model=model).over("<abcd>") == "<***>"


def test_it_tells_nothing_of_itself() -> None:
    assert "canary" not in repr(Veil([("TOKEN", "canary-7f3a91")]))
