"""What the kernel's files tell of a container, in both versions and under both drivers."""

from pathlib import Path

import pytest

from tests.unit.system.metrics.parts import WIKI, separate, unified

PLACES = (f"docker/{WIKI}", f"system.slice/docker-{WIKI}.scope")


@pytest.mark.parametrize("place", PLACES)
def test_version_2_is_read(tmp_path: Path, place: str) -> None:
    reading = unified(tmp_path, place=place).read(WIKI, has_network=True)

    assert reading is not None
    assert (reading.cpu_seconds, reading.memory_bytes) == (2.0, 3000)
    assert (reading.received_bytes, reading.sent_bytes) == (300, 200)


@pytest.mark.parametrize("place", PLACES)
def test_version_1_is_read(tmp_path: Path, place: str) -> None:
    reading = separate(tmp_path, place).read(WIKI, has_network=True)

    assert reading is not None
    assert (reading.cpu_seconds, reading.memory_bytes) == (3.0, 3500)
    assert (reading.received_bytes, reading.sent_bytes) == (300, 200)


def test_in_the_hosts_network_nothing_is_counted_as_the_containers(tmp_path: Path) -> None:
    reading = unified(tmp_path).read(WIKI, has_network=False)

    assert reading is not None
    assert reading.received_bytes is None


def test_processes_of_another_namespace_leave_the_network_open(tmp_path: Path) -> None:
    cgroups = unified(tmp_path)
    (tmp_path / "cgroup/docker" / WIKI / "cgroup.procs").write_text("0\n", encoding="ascii")
    reading = cgroups.read(WIKI, has_network=True)

    assert reading is not None
    assert (reading.memory_bytes, reading.received_bytes) == (3000, None)


def test_what_is_not_seen_is_told_by_nobody(tmp_path: Path) -> None:
    assert unified(tmp_path).read("b" * 64, has_network=True) is None


def test_a_container_that_just_ended_is_found_again_once_it_is_back(tmp_path: Path) -> None:
    cgroups = unified(tmp_path)
    assert cgroups.read(WIKI, has_network=True) is not None
    (tmp_path / "cgroup/docker" / WIKI / "memory.current").unlink()
    assert cgroups.read(WIKI, has_network=True) is None
    unified(tmp_path)
    assert cgroups.read(WIKI, has_network=True) is not None
