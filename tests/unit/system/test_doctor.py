"""The doctor: each part as it is, and the cure where it is not well."""

import os
import socket
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from appos.compose.paths import NATIVE, HostPaths, Mounted
from appos.config import Config
from appos.errors import ConfigError
from appos.system.doctor import Doctor, Look
from appos.system.models import Health
from tests.unit.fakes import FakeEngine

COMPOSE = (Path("/usr/bin/docker-compose"), "5.5.0")
Looks = Callable[..., dict[str, Look]]


def free_address() -> str:
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{trial.getsockname()[1]}"


@pytest.fixture
def settings(tmp_path: Path) -> Config:
    (tmp_path / "data" / "pb_data").mkdir(parents=True, mode=0o700)
    return Config(data_dir=tmp_path / "data", bind=free_address())


@pytest.fixture
def looks(settings: Config, engine: FakeEngine) -> Looks:
    def look(
        compose: Callable[[], tuple[Path, str]] = lambda: COMPOSE,
        paths: HostPaths = NATIVE,
        **changes: object,
    ) -> dict[str, Look]:
        config = replace(settings, **changes)  # type: ignore[arg-type]
        found = Doctor(config, engine, compose, lambda: paths).looks()
        return {look.part: look for look in found}

    return look


def test_a_machine_that_is_well_needs_no_cure(looks: Looks) -> None:
    found = looks()

    # How full the disks of this machine are is theirs to say.
    rest = [look for part, look in found.items() if "disk" not in part]
    assert {look.part for look in rest} == {"engine", "compose", "data", "permissions", "paths", "port"}
    assert {(look.state, look.cure) for look in rest} == {(Health.OK, "")}


def test_an_engine_that_is_not_there_is_to_be_started(
    looks: Looks, engine: FakeEngine, tmp_path: Path
) -> None:
    engine.is_up = False
    found = looks(docker_host=f"unix://{tmp_path}/docker.sock")

    assert found["engine"].state is Health.FAILED
    assert "Start Docker" in found["engine"].cure
    assert found["paths"].state is Health.WARNING


def test_a_socket_that_may_not_be_used_names_its_group(
    looks: Looks, engine: FakeEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "docker.sock"
    path.touch()
    engine.is_up = False
    monkeypatch.setattr(os, "access", lambda *_: False)

    assert f"(id {path.stat().st_gid})" in looks(docker_host=f"unix://{path}")["engine"].cure


def test_a_compose_that_was_changed_fails(looks: Looks) -> None:
    def changed() -> tuple[Path, str]:
        raise ConfigError("It was changed.", code="compose_changed")

    found = looks(compose=changed)["compose"]

    assert (found.state, found.message) == (Health.FAILED, "It was changed.")
    assert "Install AppOS again" in found.cure


def test_a_data_directory_that_is_not_there_yet_is_told(looks: Looks, tmp_path: Path) -> None:
    found = looks(data_dir=tmp_path / "elsewhere")

    assert found["data"].state is Health.WARNING
    assert not (tmp_path / "elsewhere").exists()


def test_a_data_directory_that_takes_no_writes_fails(looks: Looks) -> None:
    # Nobody, root neither, can write there.
    assert looks(data_dir=Path("/proc/self"))["data"].state is Health.FAILED


def test_databases_that_all_may_read_are_told(looks: Looks, settings: Config) -> None:
    for path in (settings.data_dir, settings.database_path.parent):
        path.chmod(0o755)
    settings.database_path.touch(mode=0o644)
    for parent in settings.data_dir.parents:
        if parent.owner() == Path.home().owner() and str(parent).count("/") > 1:
            parent.chmod(parent.stat().st_mode | 0o011)

    found = looks()["permissions"]

    assert found.state is Health.WARNING
    assert found.cure == f"chmod -R o-rwx {settings.database_path.parent}"


def test_a_data_directory_within_the_container_alone_fails(looks: Looks) -> None:
    found = looks(paths=HostPaths(in_container=True))["paths"]

    assert found.state is Health.FAILED
    assert "-v appos_data:" in found.cure


def test_a_data_directory_in_a_volume_is_told_as_the_host_sees_it(looks: Looks, settings: Config) -> None:
    mounted = Mounted(inside=settings.data_dir, on_host=Path("/volumes/appos_data/_data"), kind="volume")
    found = looks(paths=HostPaths(in_container=True, mounts=(mounted,)))["paths"]

    assert found.state is Health.OK
    assert "/volumes/appos_data/_data" in found.message


def test_the_disk_of_the_engine_is_looked_at_where_something_of_it_is_seen(
    looks: Looks, settings: Config
) -> None:
    on_it = Path("/var/lib/docker/volumes/appos_data/_data")
    volume = Mounted(inside=settings.data_dir, on_host=on_it, kind="volume")
    bind = Mounted(inside=settings.data_dir, on_host=Path("/srv/appos"))

    seen = looks(paths=HostPaths(in_container=True, mounts=(volume,)))["engine disk"]

    assert seen.message.endswith(f"are free at {settings.data_dir}.")
    assert "engine disk" not in looks(paths=HostPaths(in_container=True, mounts=(bind,)))
    assert "engine disk" not in looks(docker_host="tcp://192.0.2.1:2375")


def test_a_port_that_another_program_has_fails(looks: Looks) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        listener.settimeout(0)
        found = looks(bind=f"127.0.0.1:{listener.getsockname()[1]}")["port"]

    assert found.state is Health.FAILED
    assert "HTTP_PORT" in found.cure
