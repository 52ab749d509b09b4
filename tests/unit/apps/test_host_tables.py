"""The sockets of the host, as AppOS in a container reads them."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from appos.apps import host_tables
from appos.apps.host_tables import HostTables
from appos.apps.sockets import held, read_tables
from appos.engine.models import Container, ExecResult
from tests.unit.fakes import FakeEngine

HEAD = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
ROW = "   0: 0100007F:1F90 00000000:0000 0A 0:0 00:0 0 0 0 4711 1\n"
TABLES = {"tcp": HEAD + ROW, "udp": HEAD}


class Grep:
    """A program that prints tables, each line after the path of its file."""

    def __init__(self) -> None:
        self.asked: list[Sequence[str]] = []

    def __call__(self, argv: Sequence[str], env: Mapping[str, str], stdin: bytes) -> ExecResult:
        self.asked.append(argv)
        lines = [
            f"/proc/net/{name}:{line}"
            for name, text in TABLES.items()
            for line in text.splitlines(keepends=True)
        ]
        return ExecResult(exit_code=2, stdout="".join(lines).encode(), stderr=b"")


@pytest.fixture
def grep(engine: FakeEngine) -> Grep:
    made = engine.programs["grep"] = Grep()
    return made


def container(engine: FakeEngine, network: str = "bridge") -> Container:
    id = engine.add_container(
        "appos", image_id=engine.add_image("appos:1").id, host_config={"NetworkMode": network}
    )
    return engine.container(id)


def test_natively_the_tables_are_this_process_own(engine: FakeEngine) -> None:
    assert HostTables(engine, own=lambda _: None)().keys() == read_tables().keys()


def test_in_the_hosts_network_they_are_its_own_too(engine: FakeEngine, grep: Grep) -> None:
    found = HostTables(engine, own=lambda _: container(engine, "host"))()

    assert found.keys() == read_tables().keys()
    assert grep.asked == []


def test_in_a_container_they_are_read_by_a_second_one(engine: FakeEngine, grep: Grep) -> None:
    tables = HostTables(engine, own=lambda _: container(engine))

    assert tables() == TABLES
    assert [each.port for each in held(tables())] == [8080]
    assert [Path(path).name for path in grep.asked[0][3:]] == ["tcp", "tcp6", "udp", "udp6"]
    assert len(engine.boxes) == 1


def test_they_are_read_again_after_a_while(
    engine: FakeEngine, grep: Grep, monkeypatch: pytest.MonkeyPatch
) -> None:
    tables = HostTables(engine, own=lambda _: container(engine))
    tables()
    tables()
    assert len(grep.asked) == 1
    monkeypatch.setattr(host_tables, "KEPT_SECONDS", 0.0)
    again = HostTables(engine, own=lambda _: container(engine))
    again()
    again()
    assert len(grep.asked) == 3


def test_an_image_that_is_gone_leaves_no_tables(engine: FakeEngine, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    gone = container(engine)
    engine.images_by_id.clear()

    assert HostTables(engine, own=lambda _: gone)() == {}
    assert [record.message for record in caplog.records] == ["host_sockets_not_read"]


def test_an_image_without_the_program_leaves_no_tables(engine: FakeEngine) -> None:
    assert HostTables(engine, own=lambda _: container(engine))() == {}
