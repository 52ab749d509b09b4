"""Bind mounts of an app are right when AppOS runs in a container, and the same file works natively."""

import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import pytest
from docker.types import Mount

from tests.appos_container import DATA, AppOSContainer, appos_container
from tests.command_line import Shell
from tests.engine_images import client_of
from tests.engine_registry import Registry

# Waits for what AppOS writes, and answers with its checksum; it has a secret and a config beside it.
COMPOSE = """\
services:
  app:
    image: {image}
    command:
      - sh
      - -c
      - |
        trap 'exit 0' TERM
        cat /x/in /run/secrets/key /etc/app.conf | sha256sum | cut -d ' ' -f 1 >/x/out.new
        mv /x/out.new /x/out
        while sleep 0.1; do :; done
    volumes:
      - ./data:/x
    secrets: [key]
    configs:
      - source: settings
        target: /etc/app.conf
    healthcheck:
      test: test -s /x/out
      interval: 1s
secrets:
  key:
    file: ./key
configs:
  settings:
    file: ./settings/app.conf
"""
GIVEN = {"data/in": os.urandom(100_000), "key": b"Basalt-Heron-7", "settings/app.conf": b"colour = blue\n"}
CHECKSUM = hashlib.sha256(b"".join(GIVEN.values())).hexdigest()
APP = DATA / "apps" / "checksums"
PROJECT = {"label": f"com.docker.compose.project={APP.name}"}

pytestmark = pytest.mark.timeout(600)


@pytest.fixture(params=["volume", "bind"])
def inside(
    request: pytest.FixtureRequest, engine_host: str, image_registry: Registry, tmp_path: Path
) -> Iterator[AppOSContainer]:
    """AppOS in a container, whose data directory is a named volume or a directory of the host."""
    source, kind = ("appos-data", "volume") if request.param == "volume" else (str(tmp_path), "bind")
    image = f"{image_registry.address}/python:tests"
    with appos_container(engine_host, image, Mount(str(DATA), source, type=kind)) as running:
        yield running


def test_a_file_deployed_from_a_container_means_what_lies_beside_it(
    inside: AppOSContainer, engine_host: str, tiny_image: str
) -> None:
    inside.write(APP, GIVEN | {"compose.yaml": COMPOSE.format(image=tiny_image).encode()})
    assert inside.on_host is not None
    on_host = inside.on_host / APP.relative_to(DATA)

    inside.compose(APP, "up")
    try:
        assert inside.read(APP / "data/out").decode().strip() == CHECKSUM
        assert (on_host / "data/out").read_text(encoding="utf-8").strip() == CHECKSUM
        assert (on_host / "data/in").read_bytes() == GIVEN["data/in"]
        assert sources(engine_host) == {"/x": str(on_host / "data")}
        # The engine would make what it does not find there.
        assert not Path(APP).exists()
        review, _ = inside.compose(APP, "plan", "--json")
        assert {action["kind"] for action in json.loads(review)["plan"]["actions"]} == {"untouched"}
    finally:
        inside.compose(APP, "down", "--volumes")


def test_the_same_file_works_natively(tmp_path: Path, engine_host: str, tiny_image: str) -> None:
    directory = tmp_path / APP.name
    for name, data in (GIVEN | {"compose.yaml": COMPOSE.format(image=tiny_image).encode()}).items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    shell = Shell(directory, engine_host, tmp_path / "home")
    shell.run("up")
    try:
        assert (directory / "data/out").read_text(encoding="utf-8").strip() == CHECKSUM
        assert sources(engine_host) == {"/x": str(directory / "data")}
    finally:
        shell.run("down", "--volumes")


def test_what_the_host_cannot_see_is_said_before_anything_is_deployed(
    inside: AppOSContainer, engine_host: str, tiny_image: str
) -> None:
    elsewhere = PurePosixPath("/srv/checksums")
    inside.write(elsewhere, GIVEN | {"compose.yaml": COMPOSE.format(image=tiny_image).encode()})
    _, said = inside.compose(elsewhere, "up", status=1)
    assert "/srv/checksums/data" in said
    with client_of(engine_host) as client:
        assert client.containers.list(all=True, filters=PROJECT) == []
        assert client.networks.list(filters=PROJECT) == []
    assert not Path(elsewhere).exists()


def sources(host: str) -> dict[str, str]:
    """Where the app's directories lie on the host, by their paths in its container."""
    with client_of(host) as client:
        found = client.containers.list(all=True, filters=PROJECT)
        mounts = [mount for container in found for mount in container.attrs["Mounts"]]
    return {mount["Destination"]: mount["Source"] for mount in mounts if mount["Destination"] == "/x"}
