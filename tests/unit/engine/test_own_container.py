"""Which container a process runs in."""

from pathlib import Path

import pytest

from appos.engine.models import Container, MountPoint
from appos.engine.own_container import is_ours, own_container
from appos.errors import EngineUnavailableError, NotFoundError

OURS = "a1" * 32
OTHER = "b2" * 32
DATA = "/var/lib/docker/volumes/appos_data/_data"
OVERLAY = "216 218 0:126 / / rw,relatime - overlay overlay rw,lowerdir=/var/lib/docker/overlay2/l/X\n"
MOUNTED = f"402 216 254:0 {DATA} /appos/data rw,relatime master:2 - ext4 /dev/vda rw\n"
FILES = "".join(
    f"40{n} 216 254:0 /var/lib/docker/containers/{OURS}/{name} /etc/{name} rw,relatime - ext4 /dev/vda rw\n"
    for n, name in enumerate(("resolv.conf", "hostname", "hosts"), 3)
)


def container(id_: str, state: str = "running", source: str = DATA, target: str = "/appos/data") -> Container:
    mount = MountPoint(type="volume", source=source, target=target, name="appos_data")
    return Container(id=id_, name="x", image="i", image_id="sha256:1", state=state, mounts=(mount,))


class Engines:
    """An engine that knows some containers, and remembers what it was asked."""

    def __init__(self, *known: Container) -> None:
        self.known = known
        self.asked: list[str] = []

    def container(self, id: str) -> Container:
        self.asked.append(id)
        for one in self.known:
            if one.id.startswith(id):
                return one
        raise NotFoundError(f"There is no container {id}.")


class Silent:
    """An engine that does not answer."""

    def container(self, id: str) -> Container:
        raise EngineUnavailableError("Docker does not answer; is it running?")


def proc(tmp_path: Path, mountinfo: str, cgroup: str = "0::/\n") -> Path:
    (tmp_path / "mountinfo").write_text(mountinfo)
    (tmp_path / "cgroup").write_text(cgroup)
    return tmp_path


@pytest.mark.parametrize(
    ("mountinfo", "cgroup", "hostname"),
    [
        pytest.param(OVERLAY + FILES, "0::/\n", "wiki", id="cgroup v2, a hostname of its own"),
        pytest.param(
            OVERLAY + MOUNTED, f"9:pids:/docker/{OURS}\n0::/docker/{OURS}\n", "wiki", id="cgroup v1"
        ),
        pytest.param(OVERLAY + MOUNTED, f"0::/system.slice/docker-{OURS}.scope\n", "wiki", id="systemd"),
        pytest.param(OVERLAY + MOUNTED, "0::/\n", OURS[:12], id="hostname"),
        pytest.param(
            FILES.replace("/docker/containers/", "/containers/storage/overlay-containers/"),
            "0::/\n",
            "wiki",
            id="podman",
        ),
    ],
)
def test_a_container_is_found_by_what_its_process_sees(
    tmp_path: Path, mountinfo: str, cgroup: str, hostname: str
) -> None:
    engine = Engines(container(OTHER), container(OURS))
    found = own_container(engine, proc=proc(tmp_path, mountinfo, cgroup), hostname=hostname)
    assert found is not None
    assert found.id == OURS


@pytest.mark.parametrize(
    ("mountinfo", "cgroup", "hostname"),
    [
        pytest.param("", "0::/user.slice\n", "server", id="a host"),
        pytest.param("25 1 254:0 / / rw - ext4 /dev/vda rw\n", "0::/\n", OURS[:12], id="a host so named"),
        pytest.param(MOUNTED.replace("appos_data", "other"), "0::/\n", OURS[:12], id="another volume there"),
        pytest.param(MOUNTED.replace("/appos/data", "/x"), "0::/\n", OURS[:12], id="mounted elsewhere"),
        pytest.param(
            FILES.replace(" /etc/", " /mnt/"),
            f"1:pids:/docker/{OURS}\n",
            "x",
            id="files of another container",
        ),
        pytest.param("short line\n\n", f"0::/{OURS}{OURS}\n", "x" * 12, id="nonsense"),
    ],
)
def test_a_process_in_none_is_taken_for_none(
    tmp_path: Path, mountinfo: str, cgroup: str, hostname: str
) -> None:
    engine = Engines(container(OURS))
    assert own_container(engine, proc=proc(tmp_path, mountinfo, cgroup), hostname=hostname) is None


def test_a_container_that_this_engine_does_not_know_is_none_of_its_own(tmp_path: Path) -> None:
    engine = Engines(container(OTHER))
    assert own_container(engine, proc=proc(tmp_path, FILES), hostname="x") is None
    assert engine.asked == [OURS], "Each candidate is asked for once."


def test_a_container_that_does_not_run_is_not_ours() -> None:
    seen = ((f"/var/lib/docker/containers/{OURS}/hostname", "/etc/hostname"),)
    assert is_ours(container(OURS), seen)
    assert not is_ours(container(OURS, state="exited"), seen)


def test_mount_points_may_hold_spaces(tmp_path: Path) -> None:
    seen = MOUNTED.replace(" /appos/data ", r" /my\040data ")
    engine = Engines(container(OURS, target="/my data"))
    assert own_container(engine, proc=proc(tmp_path, seen), hostname=OURS[:12]) is not None


def test_an_engine_that_does_not_answer_is_no_native_run(tmp_path: Path) -> None:
    with pytest.raises(EngineUnavailableError):
        own_container(Silent(), proc=proc(tmp_path, FILES), hostname="x")


def test_a_system_without_proc_runs_natively(tmp_path: Path) -> None:
    assert own_container(Engines(), proc=tmp_path / "none", hostname="mac") is None
