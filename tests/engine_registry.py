"""A real registry on loopback, and one that has the images of real applications."""

import fcntl
import hashlib
import http.client
import json
import shutil
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import bcrypt
import pytest

from tests import engine_images, engine_packages
from tests.engine_daemon import running_engine
from tests.engine_images import RECIPES, build_images, client_of
from tests.serving import ROOT, free_port, wait_for

START_SECONDS = 30.0
STOP_SECONDS = 20.0
IMAGES = ("mariadb", "nginx", "postgres", "python", "redis", "wordpress")
CACHE = ROOT / ".cache" / "registry"
# bcrypt's cheapest cost.
CHEAP = 4


@dataclass(frozen=True)
class Registry:
    """A registry that runs; engines trust it without TLS, for it is on loopback."""

    address: str
    user: str = ""
    password: str = field(default="", repr=False)

    def push(self, host: str, image: str) -> str:
        """Push an image that the engine at `host` has, and return the reference to pull it by."""
        name, _, tag = image.partition(":")
        reference = f"{self.address}/{name}"
        credentials = {"username": self.user, "password": self.password} if self.user else None
        with client_of(host) as client:
            client.images.get(image).tag(reference, tag)
            told = client.images.push(reference, tag, stream=True, decode=True, auth_config=credentials)
            errors = [line["error"] for line in told if "error" in line]
            client.images.remove(f"{reference}:{tag}")
        assert not errors, errors
        return f"{reference}:{tag}"


@contextmanager
def running_registry(
    storage: Path, *, user: str = "", password: str = "", is_read_only: bool = False
) -> Iterator[Registry]:
    """Run a registry on a directory for a while; with a user, it asks for that user's password."""
    registry = Registry(f"127.0.0.1:{free_port()}", user, password)
    with TemporaryDirectory() as folder:
        settings = _settings(registry, storage, Path(folder), is_read_only=is_read_only)
        # JSON is YAML too.
        config, log_path = Path(folder, "config.yml"), Path(folder, "registry.log")
        config.write_text(json.dumps(settings), encoding="utf-8")
        with log_path.open("wb") as log:
            process = subprocess.Popen(
                [_binary(), "serve", str(config)], stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        try:
            wait_for(lambda: process.poll() is not None or _answers(registry), START_SECONDS, "a registry")
            assert process.poll() is None, log_path.read_text(errors="replace")
            yield registry
        finally:
            process.terminate()
            process.wait(STOP_SECONDS)


@contextmanager
def running_image_registry() -> Iterator[Registry]:
    """Run a registry that has the images of `IMAGES`, as `ADDRESS/NAME:tests`.

    They are built and pushed once, and kept in .cache until a recipe or what builds them changes.
    """
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        storage = CACHE / _key()
        if not storage.exists():
            _fill(storage)
    with running_registry(storage, is_read_only=True) as registry:
        yield registry


def _fill(storage: Path) -> None:
    for old in CACHE.iterdir():
        if old.is_dir():
            shutil.rmtree(old)
    half_filled = storage.with_suffix(".new")
    with (
        running_engine() as engine,
        running_registry(half_filled) as registry,
        # An image is pushed while the next one is built.
        ThreadPoolExecutor(1) as pushing,
    ):
        images = build_images(engine.host, IMAGES)
        for pushed in [pushing.submit(registry.push, engine.host, image) for image in images]:
            pushed.result()
    half_filled.rename(storage)


def _key() -> str:
    """Tell apart all that the images are made of, but for the versions of Debian's packages."""
    sources = [Path("/etc/os-release"), Path(engine_images.__file__), Path(engine_packages.__file__)]
    sources += sorted(path for path in RECIPES.rglob("*") if path.is_file())
    digest = hashlib.sha256(repr(IMAGES).encode())
    for source in sources:
        digest.update(f"{source.name} {source.stat().st_size}\n".encode())
        digest.update(source.read_bytes())
    return digest.hexdigest()[:16]


def _settings(registry: Registry, storage: Path, folder: Path, *, is_read_only: bool) -> dict[str, object]:
    """Source: CNCF Distribution, "Configuring a registry"."""
    settings: dict[str, object] = {
        "version": "0.1",
        "storage": {
            "filesystem": {"rootdirectory": str(storage)},
            "maintenance": {"readonly": {"enabled": is_read_only}},
        },
        "http": {"addr": registry.address},
    }
    if registry.user:
        passwords = folder / "htpasswd"
        hashed = bcrypt.hashpw(registry.password.encode(), bcrypt.gensalt(CHEAP)).decode()
        passwords.write_text(f"{registry.user}:{hashed}\n", encoding="utf-8")
        settings["auth"] = {"htpasswd": {"realm": "tests", "path": str(passwords)}}
    return settings


def _answers(registry: Registry) -> bool:
    connection = http.client.HTTPConnection(registry.address, timeout=5)
    try:
        connection.request("GET", "/v2/")
        return connection.getresponse().status in (200, 401)
    except OSError:
        return False
    finally:
        connection.close()


def _binary() -> str:
    found = shutil.which("docker-registry")
    if found is None:
        pytest.fail("There is no docker-registry: install Debian's package of that name.")
    return found
