"""What all tests share: installations, and a real Docker Engine.

Installations are made once and copied, for hashing passwords takes its time.
"""

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from appos.accounts import passwords
from appos.accounts.models import Identity
from appos.audit.models import SYSTEM
from appos.config import Config
from appos.jobs.storage import JobQueue
from appos.jobs.tasks import Tasks, new_huey
from appos.services import Services
from appos.web.app import create_app
from appos.web.state import KEY, State
from tests.engine_daemon import PrivateEngine, running_engine
from tests.engine_images import load_tiny_image
from tests.engine_registry import Registry, running_image_registry, running_registry
from tests.unit.fakes import FakeEngine

SUPERUSER_EMAIL = "ada@example.com"
USER_EMAIL = "bob@example.com"
PASSWORD = "Granite-Falcon-42"
# bcrypt's cheapest cost: 1 ms instead of 60.
CHEAP = 4


# The files that share what is dear to make; every other file is one of its own.
TOGETHER = re.compile(r"tests/(e2e/test_container|integration/test_compose)")


class ByFile(LoadScopeScheduling):  # type: ignore[misc]
    """Hands the tests of a file to one worker, since they share fixtures."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        together = TOGETHER.match(file)
        return together[0] if together else file


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByFile:
    """Say who hands out the tests where there are several workers."""
    return ByFile(config, log)


@dataclass(frozen=True)
class Installations:
    """Data directories to copy: `new` waits for its claim, `claimed` has a superuser and a user."""

    new: Path
    claimed: Path


@pytest.fixture(scope="session")
def installations(tmp_path_factory: pytest.TempPathFactory) -> Installations:
    folder = tmp_path_factory.mktemp("installations")
    made = Installations(folder / "new", folder / "claimed")
    Services.build(Config(data_dir=made.new), FakeEngine()).close()
    shutil.copytree(made.new, made.claimed)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "COST", CHEAP)
        services = Services.build(Config(data_dir=made.claimed), FakeEngine())
        for name, email in (("_superusers", SUPERUSER_EMAIL), ("users", USER_EMAIL)):
            services.accounts.create(services.collections.auth(name), email, PASSWORD, SYSTEM)
        services.close()
    return made


@pytest.fixture
def new_config(installations: Installations, tmp_path: Path) -> Config:
    """An installation that waits for its claim."""
    shutil.copytree(installations.new, tmp_path / "new")
    return Config(data_dir=tmp_path / "new")


@pytest.fixture
def config(installations: Installations, tmp_path: Path) -> Config:
    """An installation with a superuser and a user."""
    shutil.copytree(installations.claimed, tmp_path / "data")
    return Config(data_dir=tmp_path / "data")


@pytest.fixture
def engine() -> FakeEngine:
    return FakeEngine()


@pytest.fixture
def queue() -> JobQueue:
    return JobQueue("appos", None)


@pytest.fixture
def services(config: Config, engine: FakeEngine, queue: JobQueue) -> Iterator[Services]:
    built = Services.build(config, engine, queue)
    yield built
    built.close()


@pytest.fixture
def new_services(new_config: Config, engine: FakeEngine) -> Iterator[Services]:
    built = Services.build(new_config, engine)
    yield built
    built.close()


@pytest.fixture
def app(config: Config, engine: FakeEngine, queue: JobQueue) -> Iterator[Flask]:
    created = create_app(config, engine, new_huey(queue))
    yield created
    state_of(created).services.close()


@pytest.fixture
def new_app(new_config: Config, engine: FakeEngine, queue: JobQueue) -> Iterator[Flask]:
    created = create_app(new_config, engine, new_huey(queue))
    yield created
    state_of(created).services.close()


def state_of(app: Flask) -> State:
    """The services and tasks behind an app."""
    state: State = app.extensions[KEY]
    return state


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def tasks(app: Flask) -> Tasks:
    return state_of(app).tasks


def identity_of(services: Services, collection: str, email: str) -> Identity:
    """An account that is known to exist."""
    found = services.accounts.find_by_email(services.collections.auth(collection), email)
    assert found is not None
    return found


def token_of(services: Services, collection: str, email: str) -> str:
    """A new token of an account."""
    return services.accounts.signed_in(identity_of(services, collection, email)).token


@pytest.fixture
def superuser_token(app: Flask) -> str:
    return token_of(state_of(app).services, "_superusers", SUPERUSER_EMAIL)


@pytest.fixture
def user_token(app: Flask) -> str:
    return token_of(state_of(app).services, "users", USER_EMAIL)


@pytest.fixture
def as_superuser(superuser_token: str) -> dict[str, str]:
    """The headers of a superuser's request."""
    return {"Authorization": superuser_token}


@pytest.fixture
def as_user(user_token: str) -> dict[str, str]:
    """The headers of a user's request."""
    return {"Authorization": user_token}


@pytest.fixture(scope="session")
def session_engine() -> Iterator[PrivateEngine]:
    """A real Docker Engine of the tests' own, one for all that do not restart it."""
    with running_engine() as running:
        yield running


@pytest.fixture(scope="session")
def engine_host(session_engine: PrivateEngine) -> str:
    """The address of a real Docker Engine, as `unix://PATH`."""
    return session_engine.host


@pytest.fixture(scope="session")
def tiny_image(engine_host: str) -> str:
    """The name of an image with busybox in it, which that engine has."""
    return load_tiny_image(engine_host)


@pytest.fixture(scope="session")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    """A registry that is empty at first, for whoever pushes to it."""
    with running_registry(tmp_path_factory.mktemp("registry")) as running:
        yield running


@pytest.fixture(scope="session")
def private_registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    """A registry that asks for a password."""
    storage = tmp_path_factory.mktemp("private-registry")
    with running_registry(storage, user="carol", password="Basalt-Heron-7") as running:
        yield running


@pytest.fixture(scope="session")
def image_registry() -> Iterator[Registry]:
    """A registry with images of real servers, which nobody can push to; see tests/images."""
    with running_image_registry() as running:
        yield running
