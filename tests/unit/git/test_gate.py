"""The gate: no address of the machine or its link is connected to, in whatever form it is given."""

import ipaddress
import socket
from typing import Any

import pytest

from appos.errors import ForbiddenError, RemoteError
from appos.git.gate import Gate, is_refused

REFUSED = (
    *("127.0.0.1", "127.9.9.9", "0.0.0.0", "0.1.2.3", "169.254.169.254", "169.254.0.1", "224.0.0.1"),
    *("255.255.255.255", "100.100.100.200", "::1", "::", "fe80::1", "ff02::1", "fd00:ec2::254"),
    *("::ffff:127.0.0.1", "::ffff:169.254.169.254", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe"),
    *("2002:7f00:1::", "2002:a9fe:a9fe::1"),
)
LET_OUT = (
    *("10.0.0.5", "172.17.0.1", "192.168.1.2", "93.184.216.34", "fd00::5", "2606:4700::1111"),
    *("::ffff:93.184.216.34", "64:ff9b::5db8:d822", "2002:5db8:d822::1"),
)


@pytest.mark.parametrize("address", REFUSED)
def test_what_is_refused(address: str) -> None:
    assert is_refused(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", LET_OUT)
def test_what_is_let_out(address: str) -> None:
    assert not is_refused(ipaddress.ip_address(address))


# What inet_aton(3) understands as 127.0.0.1.
@pytest.mark.parametrize(
    "host", ["localhost", "127.1", "0x7f.1", "2130706433", "0177.0.0.1", "127.0.0.1", "::1", "0"]
)
def test_names_and_spellings_of_the_machine(host: str) -> None:
    with pytest.raises((ForbiddenError, RemoteError)) as refused:
        Gate().connect(host, 80)
    assert refused.value.code in ("git_address_refused", "git_unreachable")
    with pytest.raises(ForbiddenError):
        Gate().connect("127.0.0.1", 80)


def _resolving(monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> list[str]:
    """Let names have these addresses, one answer after the other; return the names that were asked."""
    asked: list[str] = []
    left = list(answers)

    def resolved(host: str, port: int, **_: Any) -> list[Any]:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (it, port)) for it in left.pop(0)]

    monkeypatch.setattr("appos.git.gate.socket.getaddrinfo", resolved)
    return asked


def test_one_refused_address_of_several_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    _resolving(monkeypatch, ["93.184.216.34", "127.0.0.1"])
    with pytest.raises(ForbiddenError) as refused:
        Gate().addresses("git.example.com", 443)
    assert refused.value.code == "git_address_refused"


def test_a_name_is_resolved_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = _resolving(monkeypatch, ["192.0.2.1"], ["127.0.0.1"])
    connected: list[Any] = []

    def connect(address: Any, **_: Any) -> socket.socket:
        connected.append(address)
        return socket.socket()

    monkeypatch.setattr("appos.git.gate.socket.create_connection", connect)
    Gate().connect("git.example.com", 443).close()
    assert (asked, connected) == (["git.example.com"], [("192.0.2.1", 443)])


def test_an_open_gate_lets_out_to_the_machine() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        Gate(is_open=True).connect("127.0.0.1", server.getsockname()[1]).close()


def test_a_port_where_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(RemoteError) as failed:
        Gate(is_open=True).connect("127.0.0.1", port)
    assert failed.value.code == "git_unreachable"
