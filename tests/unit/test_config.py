"""Settings from the environment."""

import ipaddress
import re
from collections.abc import Iterator, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from appos.config import Config, InitMode
from appos.errors import ConfigError

ROOT = Path(__file__).resolve().parents[2]
CANARY = "canary-7f3a91"


class Recorder(Mapping[str, str]):
    """An empty environment that remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __getitem__(self, name: str) -> str:
        self.asked.append(name)
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


# A row of a table of settings.
ROW = r"^\| *`([A-Z][A-Z0-9_]*)` *\|"


def settings() -> set[str]:
    """The names that the code reads."""
    recorder = Recorder()
    Config.from_env(recorder)
    return {name for name in recorder.asked if not name.endswith("_FILE")}


def problems(**env: str) -> dict[str, str]:
    """What is wrong with these settings, by name."""
    with pytest.raises(ConfigError) as caught:
        Config.from_env(env)
    assert caught.value.code == "config_invalid"
    return {name: str(problem["message"]) for name, problem in caught.value.fields.items()}


@pytest.mark.parametrize(
    ("name", "default"),
    [
        ("data_dir", Path.cwd() / "data"),
        ("http_port", 9091),
        ("bind", "127.0.0.1:9091"),
        ("init_mode", InitMode.SETUP),
        ("superuser_email", ""),
        ("superuser_password", ""),
        ("redis_addr", ""),
        ("redis_password", ""),
        ("docker_host", "unix:///var/run/docker.sock"),
        ("compose_binary", None),
        ("dashboard_dir", None),
        ("trusted_proxies", ()),
        ("log_level", "INFO"),
        ("job_workers", 4),
        ("job_grace_seconds", 5),
        ("supervisor_url", ""),
        ("terminal_sessions", 256),
        ("terminal_local", False),
        ("git_local", False),
        ("terminal_idle_seconds", 1800),
        ("remote_url", ""),
        ("remote_token", ""),
    ],
)
def test_a_setting_has_a_default(name: str, default: Any) -> None:
    assert getattr(Config.from_env({}), name) == default


def test_every_setting_has_a_default_that_is_tested() -> None:
    (mark,) = test_a_setting_has_a_default.pytestmark

    assert {field.name for field in fields(Config)} == {name for name, _ in mark.args[1]}


@pytest.mark.parametrize(
    ("env", "name", "value"),
    [
        pytest.param({"APPOS_DATA": "/srv/appos"}, "data_dir", Path("/srv/appos"), id="APPOS_DATA"),
        pytest.param({"HTTP_PORT": "9092"}, "http_port", 9092, id="HTTP_PORT"),
        pytest.param({"HTTP_PORT": "9092"}, "bind", "127.0.0.1:9092", id="BIND-follows-HTTP_PORT"),
        pytest.param({"BIND": "[::1]:80", "HTTP_PORT": "9092"}, "bind", "[::1]:80", id="BIND"),
        pytest.param({"INIT_MODE": "auto"}, "init_mode", InitMode.AUTO, id="INIT_MODE"),
        pytest.param({"SUPERUSER_EMAIL": "a@b.co"}, "superuser_email", "a@b.co", id="SUPERUSER_EMAIL"),
        pytest.param({"SUPERUSER_PASSWORD": "x"}, "superuser_password", "x", id="SUPERUSER_PASSWORD"),
        pytest.param({"REDIS_ADDR": "redis:6379"}, "redis_addr", "redis:6379", id="REDIS_ADDR"),
        pytest.param({"REDIS_PASSWORD": "x"}, "redis_password", "x", id="REDIS_PASSWORD"),
        pytest.param({"DOCKER_HOST": "tcp://d:2375"}, "docker_host", "tcp://d:2375", id="DOCKER_HOST"),
        pytest.param(
            {"COMPOSE_BINARY": "/bin/true"}, "compose_binary", Path("/bin/true"), id="COMPOSE_BINARY"
        ),
        pytest.param(
            {"TRUSTED_PROXIES": "10.0.0.1, fd00::/8"},
            "trusted_proxies",
            (ipaddress.ip_network("10.0.0.1/32"), ipaddress.ip_network("fd00::/8")),
            id="TRUSTED_PROXIES",
        ),
        pytest.param({"LOG_LEVEL": "debug"}, "log_level", "DEBUG", id="LOG_LEVEL"),
        pytest.param({"JOB_WORKERS": "64"}, "job_workers", 64, id="JOB_WORKERS"),
        pytest.param({"JOB_GRACE_SECONDS": "0"}, "job_grace_seconds", 0, id="JOB_GRACE_SECONDS"),
        pytest.param({"HTTP_PORT": " 9092\n"}, "http_port", 9092, id="space-around-it"),
        pytest.param({"HTTP_PORT": ""}, "http_port", 9091, id="empty-is-not-given"),
    ],
)
def test_a_setting_is_read(env: dict[str, str], name: str, value: Any) -> None:
    assert getattr(Config.from_env(env), name) == value


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("HTTP_PORT", "0", "from 1 to 65535"),
        ("HTTP_PORT", "65536", "from 1 to 65535"),
        ("HTTP_PORT", "80a", "from 1 to 65535"),
        ("HTTP_PORT", "-1", "from 1 to 65535"),
        ("HTTP_PORT", "٣٣", "from 1 to 65535"),
        ("BIND", "9091", "HOST:PORT"),
        ("BIND", ":9091", "HOST:PORT"),
        ("BIND", "::1:9091", "HOST:PORT"),
        ("BIND", "127.0.0.1:", "from 1 to 65535"),
        ("BIND", "unix:/run/appos.sock", "from 1 to 65535"),
        ("INIT_MODE", "manual", "'setup' or 'auto'"),
        ("SUPERUSER_EMAIL", "ada", "e-mail address"),
        ("SUPERUSER_EMAIL", "ada@localhost", "e-mail address"),
        ("SUPERUSER_EMAIL", "a@b@example.com", "e-mail address"),
        ("SUPERUSER_EMAIL", "a b@example.com", "e-mail address"),
        ("REDIS_ADDR", "redis", "HOST:PORT"),
        ("REDIS_ADDR", "redis://localhost:6379", "HOST:PORT"),
        ("REDIS_ADDR", "redis:99999", "from 1 to 65535"),
        ("DOCKER_HOST", "/var/run/docker.sock", "unix:///PATH"),
        ("DOCKER_HOST", "unix://docker.sock", "unix:///PATH"),
        ("DOCKER_HOST", "ssh://host", "unix:///PATH"),
        ("DOCKER_HOST", "tcp://", "tcp://HOST:PORT"),
        ("DOCKER_HOST", "tcp://host:http", "tcp://HOST:PORT"),
        ("COMPOSE_BINARY", "/nowhere/docker-compose", "the path of a program"),
        ("COMPOSE_BINARY", "/etc/passwd", "the path of a program"),
        ("COMPOSE_BINARY", "/etc", "the path of a program"),
        ("TRUSTED_PROXIES", "10.0.0.0/33", "separated by commas"),
        ("TRUSTED_PROXIES", "proxy.example.com", "separated by commas"),
        ("LOG_LEVEL", "loud", "DEBUG, INFO, WARNING, ERROR"),
        ("JOB_WORKERS", "0", "from 1 to 64"),
        ("JOB_WORKERS", "65", "from 1 to 64"),
        ("JOB_GRACE_SECONDS", "1.5", "from 0 to 3600"),
        ("JOB_GRACE_SECONDS", "3601", "from 0 to 3600"),
    ],
)
def test_a_bad_value_is_refused_by_name(name: str, value: str, words: str) -> None:
    found = problems(**{name: value})

    assert list(found) == [name]
    assert words in found[name]


def test_every_bad_value_is_named_at_once() -> None:
    bad = {
        "HTTP_PORT": "x",
        "BIND": "x",
        "INIT_MODE": "x",
        "SUPERUSER_EMAIL": "x",
        "REDIS_ADDR": "x",
        "DOCKER_HOST": "x",
        "TRUSTED_PROXIES": "x",
        "LOG_LEVEL": "x",
        "JOB_WORKERS": "x",
        "JOB_GRACE_SECONDS": "x",
        "DATABASE_URL": "mysql://x",
    }
    with pytest.raises(ConfigError) as caught:
        Config.from_env(bad)

    assert set(caught.value.fields) == set(bad)
    assert all(f"{name}: " in caught.value.message for name in bad)


@pytest.mark.parametrize(
    ("url", "named"),
    [
        ("postgres://u:canary-7f3a91@db/appos", "'postgres'"),
        ("mysql://u:canary-7f3a91@db/appos", "'mysql'"),
        ("postgresql+psycopg://db", "'postgresql+psycopg'"),
    ],
)
def test_another_database_is_refused_by_its_name_alone(url: str, named: str) -> None:
    found = problems(DATABASE_URL=url)

    assert named in found["DATABASE_URL"]
    assert CANARY not in str(found)


def test_sqlite_outside_the_data_directory_is_refused(tmp_path: Path) -> None:
    found = problems(DATABASE_URL=f"sqlite:///{tmp_path}/other.db", APPOS_DATA=str(tmp_path))

    assert found == {
        "DATABASE_URL": f"must be sqlite:///{tmp_path}/pb_data/data.db; "
        "set APPOS_DATA to keep the data elsewhere"
    }


def test_sqlite_in_the_data_directory_is_taken(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/pb_data/data.db"

    assert Config.from_env({"DATABASE_URL": url, "APPOS_DATA": str(tmp_path)}).data_dir == tmp_path


@pytest.mark.parametrize("name", sorted(settings()))
def test_any_setting_may_come_from_a_file(name: str, tmp_path: Path) -> None:
    missing = tmp_path / "none"

    assert problems(**{f"{name}_FILE": str(missing)}) == {
        name: f"{name}_FILE cannot be read: No such file or directory"
    }


def test_a_secret_comes_from_a_file_without_its_line_break(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(f"{CANARY}\n", encoding="utf-8")

    config = Config.from_env({"SUPERUSER_PASSWORD_FILE": str(tmp_path / "secret")})

    assert config.superuser_password == CANARY


def test_a_setting_and_its_file_are_not_both_taken(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(CANARY, encoding="utf-8")

    found = problems(REDIS_PASSWORD=CANARY, REDIS_PASSWORD_FILE=str(tmp_path / "secret"))

    assert found == {"REDIS_PASSWORD": "set either REDIS_PASSWORD or REDIS_PASSWORD_FILE, not both"}


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"\xff\xfe\x00")

    found = problems(REDIS_PASSWORD_FILE=str(tmp_path / "secret"))

    assert found == {"REDIS_PASSWORD": "REDIS_PASSWORD_FILE names a file that is not UTF-8 text"}


def test_secrets_are_neither_in_the_repr_nor_in_an_error() -> None:
    secrets = {"SUPERUSER_PASSWORD": CANARY, "REDIS_PASSWORD": CANARY}
    config = Config.from_env(secrets)
    with pytest.raises(ConfigError) as caught:
        Config.from_env({**secrets, "HTTP_PORT": "x"})

    assert (config.superuser_password, config.redis_password) == (CANARY, CANARY)
    assert CANARY not in repr(config)
    assert CANARY not in f"{caught.value!r} {caught.value.fields}"


def test_the_address_is_that_of_this_machine() -> None:
    assert Config.from_env({"HTTP_PORT": "9092"}).address == "http://127.0.0.1:9092"


def test_the_databases_lie_in_the_data_directory(tmp_path: Path) -> None:
    config = Config.from_env({"APPOS_DATA": str(tmp_path)})

    assert config.database_path == tmp_path / "pb_data" / "data.db"
    assert config.auxiliary_path == tmp_path / "pb_data" / "auxiliary.db"


def test_the_documents_name_exactly_the_settings_that_are_read() -> None:
    text = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
    own, container = (re.findall(ROW, part, re.MULTILINE) for part in text.split("## The container\n"))
    given = re.findall(r"\$\{([A-Z_]+)", (ROOT / "build" / "docker-compose.yml").read_text(encoding="utf-8"))

    assert sorted(own) == sorted(settings())
    assert sorted(container) == sorted(set(given) - set(own))
    assert "`NAME_FILE`" in text
