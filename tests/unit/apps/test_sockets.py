"""What listens on the host."""

import os
import socket
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from appos.apps.sockets import held, owners, read_tables

HEAD = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"


def row(local: str, state: str, inode: int) -> str:
    return f"   0: {local} 00000000:0000 {state} 0:0 00:0 0 0 0 {inode} 1\n"


@pytest.mark.parametrize(
    ("table", "local", "state", "expected"),
    [
        pytest.param("tcp", "0100007F:1F90", "0A", ("127.0.0.1", 8080, "tcp"), id="an address"),
        pytest.param("tcp", "00000000:0050", "0A", ("0.0.0.0", 80, "tcp"), id="every address"),
        pytest.param("tcp6", "0" * 32 + ":0050", "0A", ("::", 80, "tcp"), id="every address of IPv6"),
        pytest.param("tcp6", "0" * 24 + "01000000:0050", "0A", ("::1", 80, "tcp"), id="the loopback of IPv6"),
        pytest.param(
            "tcp6",
            "0000000000000000FFFF00000100007F:0050",
            "0A",
            ("127.0.0.1", 80, "tcp"),
            id="IPv4 in IPv6",
        ),
        pytest.param("udp", "00000000:0035", "07", ("0.0.0.0", 53, "udp"), id="UDP"),
        pytest.param("tcp", "0100007F:1F90", "01", None, id="a connection holds no port"),
        pytest.param("udp", "0100007F:1F90", "01", None, id="a connected UDP socket"),
    ],
)
def test_tables_are_read(table: str, local: str, state: str, expected: tuple[str, int, str] | None) -> None:
    sockets = list(held({table: HEAD + row(local, state, 4711)}))

    assert sockets == ([(*expected, 4711)] if expected else [])


@pytest.fixture
def listening() -> Iterator[socket.socket]:
    with closing(socket.socket()) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener


def test_what_listens_here_is_found_with_its_program(listening: socket.socket) -> None:
    port = listening.getsockname()[1]
    (found,) = [entry for entry in held(read_tables()) if entry.port == port]

    assert (found.host_ip, found.protocol) == ("127.0.0.1", "tcp")
    name = Path(f"/proc/{os.getpid()}/comm").read_text().strip()
    assert owners(frozenset((found.inode,))) == {found.inode: name}


def test_a_table_that_a_kernel_lacks_is_none(tmp_path: Path) -> None:
    (tmp_path / "net").mkdir()
    (tmp_path / "net" / "tcp").write_text(HEAD)

    assert list(held(read_tables(tmp_path))) == []


def test_a_process_that_may_not_be_looked_at_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "1").mkdir()

    assert owners(frozenset((1,)), tmp_path) == {}
