"""The short form of a port."""

import pytest

from appos.compose.diagnosis.ports import BadPortError, Mapped, Published, short


@pytest.mark.parametrize(
    ("spec", "mapped"),
    [
        ("80", Mapped(1, None)),
        ("80-82", Mapped(3, None)),
        ("8080:80", Mapped(1, Published("", 8080, 8080, "tcp"))),
        ("8080:80/UDP", Mapped(1, Published("", 8080, 8080, "udp"))),
        ("0.0.0.0:8080:80", Mapped(1, Published("", 8080, 8080, "tcp"))),
        ("127.0.0.1:8080:80", Mapped(1, Published("127.0.0.1", 8080, 8080, "tcp"))),
        ("[::1]:8080:80", Mapped(1, Published("[::1]", 8080, 8080, "tcp"))),
        ("::1:8080:80", Mapped(1, Published("::1", 8080, 8080, "tcp"))),
        ("127.0.0.1::80", Mapped(1, None)),
        ("8000-8002:80-82", Mapped(3, Published("", 8000, 8002, "tcp"))),
        ("8000-8002:80", Mapped(1, None)),
        ("0:80", Mapped(1, None)),
        (":80", Mapped(1, None)),
    ],
)
def test_a_port_is_read_as_docker_reads_it(spec: str, mapped: Mapped) -> None:
    assert short(spec) == mapped


@pytest.mark.parametrize(
    "spec",
    [
        "",
        "x",
        "80:",
        "80:x",
        "x:80",
        "80:80/http",
        "65536",
        "80:65536",
        "0",
        "80:0",
        "82-80",
        "8000-8001:80-82",
    ]
    + ["localhost:80:80", "1.2.3:80:80", "80:80:80", "[::1]:80", "80 :80", "-1", "80-"],
)
def test_what_docker_cannot_read_is_refused(spec: str) -> None:
    with pytest.raises(BadPortError):
        short(spec)


@pytest.mark.parametrize(
    ("one", "other", "meet"),
    [
        ("80:1", "80:2", True),
        ("80:1", "81:2", False),
        ("80:1/udp", "80:2/tcp", False),
        ("127.0.0.1:80:1", "80:2", True),
        ("127.0.0.1:80:1", "127.0.0.2:80:2", False),
        ("8000-8010:1-11", "8005:2", True),
    ],
)
def test_two_ports_meet_on_the_host(one: str, other: str, meet: bool) -> None:
    first, second = short(one).published, short(other).published
    assert first is not None
    assert second is not None
    assert first.meets(second) is meet
    assert second.meets(first) is meet
