"""What the integration tests share: servers, and engines to be asked."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engine_registry import Registry
from tests.integration.engine_sites import FakeSite, Pushed, Site, push, real_site
from tests.integration.work import Work, new_work
from tests.serving import Server, running_server


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """A new installation."""
    with running_server(tmp_path / "data") as running:
        yield running


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Work]:
    """A server of slow jobs, one for all tests of a module."""
    with new_work(tmp_path_factory.mktemp("work") / "data", JOB_WORKERS="8") as running:
        yield running


@pytest.fixture(scope="session")
def pushed(engine_host: str, tiny_image: str, registry: Registry, private_registry: Registry) -> Pushed:
    """An image that registries have, and the tests' engine has not."""
    return push(engine_host, tiny_image, registry, private_registry)


@pytest.fixture(params=["real", "fake"])
def site(request: pytest.FixtureRequest) -> Iterator[Site]:
    """The real engine and the fake one, in turn."""
    if request.param == "fake":
        yield FakeSite()
        return
    with real_site(*map(request.getfixturevalue, ("engine_host", "pushed"))) as real:
        yield real
