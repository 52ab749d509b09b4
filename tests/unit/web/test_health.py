"""Health."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from email.parser import BytesParser
from types import SimpleNamespace

import pytest
from flask.testing import FlaskClient

from appos.audit.models import SYSTEM
from appos.config import Config
from appos.records.settings.models import Settings, TrustedProxy
from appos.store import database as store
from appos.system.service import System
from appos.web.health import HEALTHY, QuickHealth
from tests.conftest import state_of

PLAIN = b"GET /api/health HTTP/1.1\r\nHost: 127.0.0.1:9091\r\nUser-Agent: curl/8\r\nAccept: */*\r\n\r\n"


@pytest.fixture
def system(client: FlaskClient) -> System:
    return state_of(client.application).services.system


@pytest.fixture
def quick(system: System) -> QuickHealth:
    return QuickHealth(system)


def test_health_is_pocketbases_to_the_letter(client: FlaskClient) -> None:
    answer = client.get("/api/health")

    assert (answer.status_code, answer.mimetype) == (200, "application/json")
    assert answer.get_data() == b'{"message":"API is healthy.","code":200,"data":{}}\n' == HEALTHY


def test_a_head_is_the_same_without_a_body(client: FlaskClient) -> None:
    got, asked = client.head("/api/health"), client.get("/api/health")

    assert (got.status_code, got.get_data()) == (200, b"")
    assert got.headers["Content-Length"] == asked.headers["Content-Length"]


def test_a_post_is_not_found(client: FlaskClient) -> None:
    assert client.post("/api/health").status_code == 404


def test_a_superuser_is_told_more(client: FlaskClient, as_superuser: dict[str, str]) -> None:
    data = client.get("/api/health", headers=as_superuser).get_json()["data"]
    proxied = client.get("/api/health", headers=as_superuser | {"CF-Connecting-IP": "192.0.2.1"}).get_json()

    assert data == {"canBackup": True, "possibleProxyHeader": "", "realIP": "127.0.0.1"}
    assert proxied["data"]["possibleProxyHeader"] == "CF-Connecting-IP"
    assert proxied["data"]["realIP"] == "127.0.0.1"


def test_the_headers_of_the_settings_may_be_those_of_a_proxy(
    client: FlaskClient, as_superuser: dict[str, str]
) -> None:
    settings = state_of(client.application).services.settings
    settings.change(Settings(trusted_proxy=TrustedProxy(headers=("X-Real-IP",))), SYSTEM)
    headers = as_superuser | {"X-Real-IP": "192.0.2.1", "CF-Connecting-IP": "192.0.2.2"}
    data = client.get("/api/health", headers=headers).get_json()["data"]

    assert (data["possibleProxyHeader"], data["realIP"]) == ("X-Real-IP", "127.0.0.1")


def test_a_check_goes_the_long_way_while_requests_are_limited(system: System) -> None:
    limited = [False]
    quick = QuickHealth(system, lambda: limited[0])
    before = quick.answer(PLAIN)
    limited[0] = True

    assert before.startswith(b"HTTP/1.1 200 OK")
    assert quick.answer(PLAIN) == b""


def test_a_user_is_told_what_everybody_is(client: FlaskClient, as_user: dict[str, str]) -> None:
    assert client.get("/api/health", headers=as_user).get_data() == HEALTHY


def deleted(config: Config) -> Callable[[], None]:
    config.database_path.unlink()
    return lambda: None


def locked(config: Config) -> Callable[[], None]:
    other = sqlite3.connect(config.database_path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    return other.close


@pytest.mark.parametrize(
    ("break_it", "words"),
    [
        pytest.param(deleted, "cannot be opened", id="deleted"),
        pytest.param(locked, "locked by another program", id="locked"),
    ],
)
@pytest.mark.parametrize("who", ["stranger", "superuser"])
def test_a_database_that_takes_no_writes_is_503_with_the_reason(
    client: FlaskClient,
    config: Config,
    as_superuser: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    break_it: Callable[[Config], Callable[[], None]],
    words: str,
    who: str,
) -> None:
    monkeypatch.setattr(store, "PROBE_SECONDS", 0)
    mend = break_it(config)
    answer = client.get("/api/health", headers=as_superuser if who == "superuser" else {})
    mend()

    assert answer.status_code == 503
    assert list(answer.get_json()) == ["data", "message", "status"]
    assert words in answer.get_json()["message"]


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("database or disk is full", "The disk of the data directory is full"),
        ("attempt to write a readonly database", "read-only"),
    ],
)
def test_a_full_or_a_read_only_disk_is_503_too(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch, reason: str, words: str
) -> None:
    def refuse(*_args: object, **_options: object) -> None:
        raise sqlite3.OperationalError(reason)

    monkeypatch.setattr(sqlite3, "connect", refuse)
    answer = client.get("/api/health")

    assert answer.status_code == 503
    assert words in answer.get_json()["message"]


def test_the_reason_goes_when_the_database_is_well_again(
    client: FlaskClient, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "PROBE_SECONDS", 0)
    with closing(sqlite3.connect(config.database_path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        first = client.get("/api/health").status_code
    state_of(client.application).services.system._probed = -10.0

    assert (first, client.get("/api/health").status_code) == (503, 200)


def test_the_quick_answer_is_flasks(client: FlaskClient, quick: QuickHealth) -> None:
    flasks = client.get("/api/health")
    head, _, body = quick.answer(PLAIN).partition(b"\r\n\r\n")
    status, _, lines = head.partition(b"\r\n")
    headers = dict(BytesParser().parsebytes(lines))

    assert status == b"HTTP/1.1 200 OK"
    assert body == flasks.get_data()
    added_by_the_server = {"Server", "Date", "Connection"}
    assert {name: value for name, value in headers.items() if name not in added_by_the_server} == dict(
        flasks.headers
    )


@pytest.mark.parametrize(
    "head",
    [
        pytest.param(PLAIN.replace(b"GET", b"POST"), id="another-method"),
        pytest.param(PLAIN.replace(b"/api/health", b"/api/healthy"), id="another-path"),
        pytest.param(PLAIN.replace(b"/api/health", b"/api/health?fields=code"), id="a-query"),
        pytest.param(PLAIN.replace(b"HTTP/1.1", b"HTTP/1.0"), id="another-version"),
        pytest.param(PLAIN.replace(b"Accept:", b"Authorization:"), id="a-token"),
        pytest.param(PLAIN.replace(b"Accept:", b"Origin:"), id="another-origin"),
        pytest.param(PLAIN.replace(b"Accept:", b"Connection:"), id="a-wish-for-the-connection"),
        pytest.param(PLAIN.replace(b"Accept:", b"Content-Length:"), id="a-body"),
        pytest.param(PLAIN + PLAIN, id="two-at-once"),
        pytest.param(PLAIN[:-2], id="half"),
        pytest.param(PLAIN.replace(b"\r\n", b"\n"), id="other-line-breaks"),
        pytest.param(PLAIN.replace(b"Host: 127.0.0.1:9091\r\n", b""), id="no-host"),
        pytest.param(b"", id="nothing"),
    ],
)
def test_whatever_is_not_plain_goes_the_way_of_every_request(quick: QuickHealth, head: bytes) -> None:
    assert quick.answer(head) == b""


def test_an_ill_database_gets_no_quick_answer(
    quick: QuickHealth, system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert quick.answer(PLAIN) != b""
    monkeypatch.setattr(system, "_problem", "The disk is full.")
    assert quick.answer(PLAIN) == b""


def test_the_quick_answer_asks_the_database_now_and_then() -> None:
    asked: list[bool] = []

    def ask() -> str:
        asked.append(True)
        return ""

    system = SimpleNamespace(is_fresh=lambda: bool(asked), database_problem=ask)
    quick = QuickHealth(system)  # type: ignore[arg-type]
    answers = [quick.answer(PLAIN) for _ in range(3)]

    assert (len(asked), all(answers)) == (1, True)
