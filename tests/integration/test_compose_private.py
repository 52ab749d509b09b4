"""An image of a private registry is deployed with its password, not without; the password is kept nowhere."""

import gc
from collections.abc import Iterator
from pathlib import Path

import pytest

from appos.apps.looks import Deploy
from appos.apps.projects import Projects
from appos.compose.binary import ComposeBinary
from appos.compose.driver import Compose
from appos.compose.models import ProjectFiles
from appos.compose.progress import Step
from appos.engine.docker import DockerEngine
from appos.engine.models import Credentials
from appos.errors import ConflictError
from tests.engine_images import client_of
from tests.engine_registry import Registry

PROJECT = {"label": "com.docker.compose.project=secretive"}


@pytest.fixture
def image(engine_host: str, tiny_image: str, private_registry: Registry) -> str:
    """An image that the registry has and the engine has not."""
    return private_registry.push(engine_host, tiny_image)


@pytest.fixture
def files(tmp_path: Path, image: str) -> ProjectFiles:
    directory = tmp_path / "secretive"
    directory.mkdir()
    text = f"services:\n  app:\n    image: {image}\n    command: sleep 1000\n"
    (directory / "compose.yaml").write_text(text, encoding="utf-8")
    return ProjectFiles(directory=directory)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Where Compose's runs keep what they need."""
    return tmp_path / "home"


@pytest.fixture
def projects(engine_host: str, home: Path) -> Iterator[Projects]:
    engine = DockerEngine(engine_host)
    compose = Compose(ComposeBinary(home).path(), docker_host=engine_host, home=home)
    yield Projects(lambda: compose, engine, home)
    engine.close()
    gc.collect()


def test_an_image_of_a_private_registry_is_deployed_with_its_password(
    projects: Projects,
    files: ProjectFiles,
    image: str,
    home: Path,
    engine_host: str,
    private_registry: Registry,
) -> None:
    credentials = Credentials(
        registry=private_registry.address,
        username=private_registry.user,
        password=private_registry.password,
    )
    steps: list[Step] = []
    outcome = projects.up(files, Deploy(credentials=(credentials,)), on_step=steps.append)
    try:
        assert outcome.unhealthy == ()
        assert "running" in {container.state for container in outcome.containers}
        assert steps
        assert private_registry.password not in repr(steps)
        with client_of(engine_host) as client:
            (container,) = client.containers.list(filters=PROJECT)
            assert private_registry.password not in repr(container.attrs)
        kept = [path.read_bytes() for path in home.rglob("*") if path.is_file()]
        assert not any(private_registry.password.encode() in content for content in kept)
    finally:
        projects.down(files)
        with client_of(engine_host) as client:
            client.images.remove(image)


@pytest.mark.parametrize(
    "password", [pytest.param("", id="none"), pytest.param("Granite-Falcon-42", id="wrong")]
)
def test_without_the_password_it_is_said_before_anything_is_made(
    projects: Projects,
    files: ProjectFiles,
    image: str,
    engine_host: str,
    private_registry: Registry,
    password: str,
) -> None:
    given = Credentials(registry=private_registry.address, username="carol", password=password)
    with pytest.raises(ConflictError) as refused:
        projects.up(files, Deploy(credentials=(given,) if password else ()))
    assert refused.value.code == "preflight_failed"
    assert "services.app.image" in refused.value.fields
    assert image in refused.value.message
    with client_of(engine_host) as client:
        assert client.containers.list(all=True, filters=PROJECT) == []
        assert client.networks.list(filters=PROJECT) == []
