"""Real applications are deployed from their Compose files, out of a real registry, and keep their data."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.command_line import Shell
from tests.engine_daemon import PrivateEngine, running_engine
from tests.engine_images import client_of
from tests.engine_registry import Registry
from tests.integration.real_apps import APPS, RealApp
from tests.serving import ROOT, free_port, wait_for

HEALTHY_SECONDS = 120.0

# The images are built when there are none of an earlier run, and data directories are made.
pytestmark = pytest.mark.timeout(600)


@pytest.fixture(scope="module")
def empty_engine() -> Iterator[PrivateEngine]:
    """An engine without any image, which may be restarted."""
    with running_engine() as engine:
        yield engine


@pytest.mark.parametrize("kind", APPS)
def test_a_real_application_answers_and_keeps_its_data(
    kind: type[RealApp], empty_engine: PrivateEngine, image_registry: Registry, tmp_path: Path
) -> None:
    app = kind(empty_engine.host, free_port())
    directory = new_directory(app, image_registry, tmp_path)
    shell = Shell(directory, empty_engine.host, tmp_path / "data")
    shell.run("up")
    assert not_healthy(empty_engine) == []
    app.write()
    app.check()

    empty_engine.restart()
    wait_for(lambda: not not_healthy(empty_engine), HEALTHY_SECONDS, "health after a restart")
    app.check()

    shell.run("down")
    assert left(empty_engine) == ([], [], app.volumes)

    shell.run("up")
    assert not_healthy(empty_engine) == []
    app.check()

    shell.run("down", "--volumes")
    assert left(empty_engine) == ([], [], [])


def new_directory(app: RealApp, registry: Registry, folder: Path) -> Path:
    """Lay an application's files out, with the settings that they ask for."""
    directory = folder / app.project
    shutil.copytree(ROOT / "tests" / "apps" / app.project, directory)
    settings = {"REGISTRY": registry.address, "PORT": str(app.port), **app.environment()}
    lines = [f"{name}='{value}'\n" for name, value in settings.items()]
    (directory / ".env").write_text("".join(lines), encoding="utf-8")
    return directory


def not_healthy(engine: PrivateEngine) -> list[str]:
    """The containers with a health check that are not healthy, and those without one that failed."""
    with client_of(engine.host) as client:
        states = {found.name: found.attrs["State"] for found in client.containers.list(all=True)}
    return [
        name
        for name, state in states.items()
        if (state["Health"]["Status"] != "healthy" if "Health" in state else state["ExitCode"] != 0)
    ]


def left(engine: PrivateEngine) -> tuple[list[str], list[str], list[str]]:
    """What an engine has: the names of containers, networks (but its own three) and volumes."""
    with client_of(engine.host) as client:
        containers = [found.name for found in client.containers.list(all=True)]
        networks = {found.name for found in client.networks.list()}
        volumes = [found.name for found in client.volumes.list()]
    return containers, sorted(networks - {"bridge", "host", "none"}), sorted(volumes)
