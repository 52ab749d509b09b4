"""The preflight: what is found in a model, given what is known of the host."""

from typing import Any

import pytest

from appos.compose.model import Port, model_of
from appos.compose.preflight.facts import (
    Facts,
    ImageFact,
    ImageProblem,
    LocalImage,
    PathKind,
    TakenPort,
)
from appos.compose.preflight.flight import preflight
from appos.compose.preflight.images import fits
from appos.compose.preflight.ports import host_ports, overlap

WIKI = 'the app "wiki"'
GIB = 1 << 30
# What keeps the advice on health checks and logs out of the way of the other findings.
QUIET = {
    "healthcheck": {"test": ["CMD", "true"]},
    "logging": {"driver": "json-file", "options": {"max-size": "10m"}},
}


def found(service: dict[str, Any], facts: Facts, **sections: Any) -> list[tuple[str, str, str]]:
    """Severity, code and path of what is found in a project with one service `web`."""
    raw = {"name": "shop", "services": {"web": {"image": "shop:1.2", **QUIET, **service}}, **sections}
    return [
        (str(finding.severity), finding.code, finding.path) for finding in preflight(model_of(raw), facts)
    ]


def published(published: str, **more: Any) -> dict[str, Any]:
    return {"ports": [{"target": 80, "published": published, **more}]}


def taken(port: int, host_ip: str = "", protocol: str = "tcp", is_running: bool = True) -> Facts:
    return Facts(
        ports=(TakenPort(host_ip=host_ip, port=port, protocol=protocol, holder=WIKI, is_running=is_running),)
    )


PORT = "services.web.ports[0]"


@pytest.mark.parametrize(
    ("service", "facts", "expected"),
    [
        pytest.param(published("8080"), taken(8080), ("error", "port_taken", PORT), id="the same port"),
        pytest.param(published("8080"), taken(8081), None, id="another port"),
        pytest.param(published("8080"), taken(8080, protocol="udp"), None, id="another protocol"),
        pytest.param(
            published("8080", host_ip="127.0.0.1"),
            taken(8080, "0.0.0.0"),
            ("error", "port_taken", PORT),
            id="an address and all of them",
        ),
        pytest.param(
            published("8080", host_ip="127.0.0.1"), taken(8080, "127.0.0.2"), None, id="two addresses"
        ),
        pytest.param(
            published("8080", host_ip="127.0.0.1"), taken(8080, "::1"), None, id="addresses of two families"
        ),
        pytest.param(
            published("8080"),
            taken(8080, is_running=False),
            ("warning", "port_of_stopped", PORT),
            id="a port of what is stopped",
        ),
        pytest.param(published("8080-8081"), taken(8080), None, id="a range with a free port"),
        pytest.param(published(""), taken(8080), None, id="a port that the engine chooses"),
        pytest.param(
            {**published("8080"), "scale": 2}, Facts(), ("error", "port_of_replicas", PORT), id="replicas"
        ),
        pytest.param({**published("8080-8081"), "scale": 2}, Facts(), None, id="a port for each replica"),
    ],
)
def test_ports(service: dict[str, Any], facts: Facts, expected: tuple[str, str, str] | None) -> None:
    assert found(service, facts) == ([expected] if expected else [])


def test_who_holds_a_port_is_named_with_a_free_one() -> None:
    raw = {"services": {"web": {**QUIET, "image": "shop:1", **published("8080")}}}
    facts = Facts(
        ports=tuple(
            TakenPort(host_ip="0.0.0.0", port=port, protocol="tcp", holder=WIKI) for port in (8080, 8081)
        )
    )
    (finding,) = preflight(model_of(raw), facts)
    assert finding.message == 'Port 8080/tcp of the host is taken by the app "wiki".'
    assert finding.fix == "Publish another port of the host, such as 8082."


def test_a_range_of_which_nothing_is_free_is_taken() -> None:
    facts = Facts(
        ports=tuple(TakenPort(host_ip="", port=port, protocol="tcp", holder=WIKI) for port in (8080, 8081))
    )
    assert found(published("8080-8081"), facts) == [("error", "port_taken", PORT)]


def test_a_free_port_is_not_one_that_the_project_wants_itself() -> None:
    raw = {
        "services": {
            "web": {**QUIET, "image": "shop:1", **published("8080")},
            "api": {**QUIET, "image": "shop:1", **published("8081")},
        }
    }
    (finding,) = preflight(model_of(raw), taken(8080))
    assert "8082" in finding.fix


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("", "127.0.0.1", True),
        ("0.0.0.0", "::", True),
        ("0.0.0.0", "::1", False),
        ("::", "10.0.0.1", True),
        ("::1", "0:0:0:0:0:0:0:1", True),
        ("10.0.0.1", "10.0.0.2", False),
    ],
)
def test_addresses_meet(one: str, other: str, *, expected: bool) -> None:
    assert overlap(one, other) is overlap(other, one) is expected


@pytest.mark.parametrize(
    ("published_", "expected"),
    [("", []), ("0", []), ("80", [80]), ("80-82", [80, 81, 82])],
)
def test_ports_of_an_entry(published_: str, expected: list[int]) -> None:
    assert list(host_ports(Port(target=80, published=published_))) == expected


IMAGE = "services.web.image"
HERE = LocalImage(platform="linux/amd64", has_healthcheck=True)


def image(fact: ImageFact) -> Facts:
    return Facts(platform="linux/amd64", images={"shop:1.2": fact})


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        pytest.param(image(ImageFact(local=HERE)), None, id="an image that is here"),
        pytest.param(
            image(ImageFact(platforms=("linux/arm64", "linux/amd64"))), None, id="an image that can be pulled"
        ),
        pytest.param(
            image(ImageFact(problem=ImageProblem.NOT_FOUND)),
            ("error", "image_not_found", IMAGE),
            id="an image that is nowhere",
        ),
        pytest.param(
            image(ImageFact(problem=ImageProblem.DENIED)), ("error", "registry_denied", IMAGE), id="denied"
        ),
        pytest.param(
            image(ImageFact(problem=ImageProblem.UNREACHABLE, local=HERE)),
            ("warning", "registry_unreachable", IMAGE),
            id="a registry that is down, and an image that is here",
        ),
        pytest.param(
            image(ImageFact(platforms=("linux/arm64/v8",))),
            ("error", "image_platform", IMAGE),
            id="an image for another processor",
        ),
        pytest.param(
            image(ImageFact(local=LocalImage(platform="linux/arm64"))),
            ("error", "image_platform", IMAGE),
            id="an image that is here, for another processor",
        ),
    ],
)
def test_images(facts: Facts, expected: tuple[str, str, str] | None) -> None:
    assert found({}, facts) == ([expected] if expected else [])


def test_a_service_may_ask_for_another_platform() -> None:
    facts = image(ImageFact(platforms=("linux/arm64",)))
    assert found({"platform": "linux/arm64"}, facts) == []


@pytest.mark.parametrize(
    ("wanted", "offered", "expected"),
    [
        ("linux/arm64", "linux/arm64/v8", True),
        ("linux/arm64/v8", "linux/arm64", True),
        ("linux/arm/v6", "linux/arm/v7", False),
        ("arm64", "linux/arm64", True),
        ("linux/x86_64", "linux/amd64", True),
        ("linux/amd64", "windows/amd64", False),
    ],
)
def test_platforms_fit(wanted: str, offered: str, *, expected: bool) -> None:
    assert fits(wanted, offered) is expected


@pytest.mark.parametrize(
    ("reference", "is_pinned"),
    [
        ("shop", False),
        ("shop:latest", False),
        ("localhost:5000/shop", False),
        ("localhost:5000/shop:1", True),
        ("shop@sha256:" + "0" * 64, True),
        ("shop:1.27-alpine", True),
    ],
)
def test_tags_that_move(reference: str, *, is_pinned: bool) -> None:
    expected = [] if is_pinned else [("info", "image_unpinned", IMAGE)]
    assert found({"image": reference}, Facts()) == expected


MOUNT = "services.web.volumes[0]"


def bind(source: str, target: str, **options: Any) -> dict[str, Any]:
    return {"volumes": [{"type": "bind", "source": source, "target": target, "bind": options}]}


@pytest.mark.parametrize(
    ("service", "kind", "expected"),
    [
        pytest.param(bind("/srv/data", "/data"), PathKind.MISSING, None, id="a directory that is made"),
        pytest.param(
            bind("/srv/data", "/data", create_host_path=False),
            PathKind.MISSING,
            ("error", "bind_source_missing", MOUNT),
            id="a directory that is not to be made",
        ),
        pytest.param(
            bind("/srv/app.conf", "/etc/app.conf"),
            PathKind.MISSING,
            ("warning", "bind_source_missing", MOUNT),
            id="a file that is missing",
        ),
        pytest.param(bind("/srv/conf.d", "/etc/conf.d"), PathKind.MISSING, None, id="a directory with a dot"),
        pytest.param(
            bind("/srv/www", "/var/lib/shop"),
            PathKind.EMPTY_DIRECTORY,
            ("info", "bind_hides_data", MOUNT),
            id="an empty directory over data of the image",
        ),
        pytest.param(bind("/srv/www", "/var/lib/shop"), PathKind.DIRECTORY, None, id="a directory in use"),
        pytest.param(bind("/srv/www", "/var/lib/shop"), PathKind.UNKNOWN, None, id="nobody can look"),
    ],
)
def test_binds(service: dict[str, Any], kind: PathKind, expected: tuple[str, str, str] | None) -> None:
    local = LocalImage(platform="linux/amd64", volumes=("/var/lib/shop",), has_healthcheck=True)
    # A volume keeps the data, so that what is said is about the bind.
    service["volumes"].append({"type": "volume", "source": "data", "target": "/var/lib"})
    facts = Facts(images={"shop:1.2": ImageFact(local=local)}, paths={service["volumes"][0]["source"]: kind})
    assert found(service, facts) == ([expected] if expected else [])


@pytest.mark.parametrize(
    ("service", "is_kept"),
    [
        pytest.param({}, False, id="nothing mounted"),
        pytest.param({"volumes": [{"type": "volume", "target": "/data", "source": "d"}]}, True, id="there"),
        pytest.param({"volumes": [{"type": "volume", "target": "/", "source": "d"}]}, True, id="above"),
        pytest.param({"volumes": [{"type": "volume", "target": "/dat", "source": "d"}]}, False, id="beside"),
        pytest.param({"tmpfs": ["/data:size=10m"]}, True, id="tmpfs is said on purpose"),
    ],
)
def test_data_paths_of_an_image(service: dict[str, Any], *, is_kept: bool) -> None:
    local = LocalImage(platform="linux/amd64", volumes=("/data",), has_healthcheck=True)
    expected = [] if is_kept else [("warning", "data_path_unmounted", "services.web.volumes")]
    assert found(service, Facts(images={"shop:1.2": ImageFact(local=local)})) == expected


def test_external_networks_and_volumes_exist() -> None:
    service = {
        "networks": {"default": None},
        "volumes": [{"type": "volume", "source": "data", "target": "/data"}],
    }
    sections = {
        "networks": {
            "default": {"name": "front", "external": True},
            "unused": {"name": "x", "external": True},
        },
        "volumes": {"data": {"name": "shared", "external": True}},
    }
    assert found(service, Facts(), **sections) == [
        ("error", "network_missing", "networks.default"),
        ("error", "volume_missing", "volumes.data"),
    ]
    there = Facts(networks=frozenset(("front",)), volumes=frozenset(("shared",)))
    assert found(service, there, **sections) == []


@pytest.mark.parametrize(
    ("service", "facts", "expected"),
    [
        pytest.param({"mem_limit": str(4 * GIB)}, Facts(memory_bytes=4 * GIB), None, id="just enough"),
        pytest.param(
            {"mem_limit": str(5 * GIB)},
            Facts(memory_bytes=4 * GIB),
            ("warning", "memory_low", "services.web"),
            id="a limit above the host's memory",
        ),
        pytest.param(
            {"deploy": {"resources": {"reservations": {"memory": str(3 * GIB)}}}, "scale": 2},
            Facts(memory_bytes=4 * GIB),
            ("warning", "memory_low", "services"),
            id="reservations of all containers",
        ),
        pytest.param({"mem_limit": str(5 * GIB)}, Facts(), None, id="an unknown memory"),
        pytest.param(
            {},
            Facts(free_disk_bytes=GIB - 1, total_disk_bytes=4 * GIB),
            ("warning", "disk_low", ""),
            id="disk",
        ),
        pytest.param(
            {},
            Facts(free_disk_bytes=4 * GIB, total_disk_bytes=100 * GIB),
            ("warning", "disk_low", ""),
            id="a small share of the disk",
        ),
        pytest.param(
            {}, Facts(free_disk_bytes=9 * GIB, total_disk_bytes=100 * GIB), None, id="a disk that does"
        ),
    ],
)
def test_resources(service: dict[str, Any], facts: Facts, expected: tuple[str, str, str] | None) -> None:
    assert found(service, facts) == ([expected] if expected else [])


UNHEALTHY = {"healthcheck": {"disable": True}}


@pytest.mark.parametrize(
    ("service", "facts", "expected"),
    [
        pytest.param(UNHEALTHY, Facts(), "healthcheck_missing", id="a check that is off"),
        pytest.param({"healthcheck": {"test": ["NONE"]}}, Facts(), "healthcheck_missing", id="none"),
        pytest.param({"healthcheck": None}, image(ImageFact(local=HERE)), None, id="that of the image"),
        pytest.param(
            {"healthcheck": None},
            image(ImageFact(local=LocalImage(platform="linux/amd64"))),
            "healthcheck_missing",
            id="an image without one",
        ),
        pytest.param({"healthcheck": None}, Facts(), None, id="an unknown image"),
        pytest.param({"logging": None}, Facts(log_driver="json-file"), "logs_unlimited", id="logs"),
        pytest.param({"logging": None}, Facts(log_driver="local"), None, id="a driver that ends"),
        pytest.param(
            {"logging": {"driver": "json-file"}},
            Facts(log_driver="local"),
            "logs_unlimited",
            id="its own driver",
        ),
    ],
)
def test_advice(service: dict[str, Any], facts: Facts, expected: str | None) -> None:
    assert found(service, facts) == ([("info", expected, "services.web")] if expected else [])


def test_the_worst_comes_first() -> None:
    service = {**UNHEALTHY, **published("8080")}
    facts = Facts(ports=taken(8080).ports, free_disk_bytes=1, total_disk_bytes=GIB, log_driver="json-file")
    assert [severity for severity, _, _ in found(service, facts)] == ["error", "warning", "info"]
