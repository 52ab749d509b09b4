"""Bind mounts of an app are right when AppOS runs in a container, and the same file works natively."""

import hashlib
import io
import json
import os
import tarfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import gunicorn
import pytest
from docker.models.containers import Container
from docker.types import Mount

from appos.compose.binary import BESIDE
from tests.command_line import Shell
from tests.engine_images import client_of
from tests.engine_registry import Registry
from tests.serving import ROOT

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
DATA = PurePosixPath("/appos/data")
APP = DATA / "apps" / "checksums"
PROJECT = {"label": f"com.docker.compose.project={APP.name}"}

pytestmark = pytest.mark.timeout(600)


@dataclass(frozen=True)
class Inside:
    """AppOS in a container, and where the host has its data directory."""

    container: Container
    on_host: Path

    def compose(self, directory: PurePosixPath, *arguments: str, status: int = 0) -> tuple[str, str]:
        """Run `appos compose` in the container on a project that lies there; return what it printed."""
        command = ["python3", "-m", "appos.cli", "compose", "--project-directory", str(directory), *arguments]
        ended, printed = self.container.exec_run(command, demux=True)
        output, errors = ((stream or b"").decode() for stream in printed)
        assert ended == status, output + errors
        return output, errors

    def write(self, directory: PurePosixPath, files: Mapping[str, bytes]) -> None:
        """Write files in the container, with the directories that they need."""
        archive = io.BytesIO()
        with tarfile.open(fileobj=archive, mode="w") as written:
            for name, data in files.items():
                entry = tarfile.TarInfo(str((directory / name).relative_to("/")))
                entry.size = len(data)
                written.addfile(entry, io.BytesIO(data))
        assert self.container.put_archive("/", archive.getvalue())

    def read(self, path: PurePosixPath) -> bytes:
        """Read a file in the container."""
        status, output = self.container.exec_run(["cat", str(path)])
        assert status == 0, output
        return bytes(output)


@pytest.fixture(params=["volume", "bind"])
def inside(
    request: pytest.FixtureRequest, engine_host: str, image_registry: Registry, tmp_path: Path
) -> Iterator[Inside]:
    """AppOS in a container, whose data directory is a named volume or a directory of the host."""
    source, kind = ("appos-data", "volume") if request.param == "volume" else (str(tmp_path), "bind")
    mounts = [
        Mount(str(DATA), source, type=kind),
        # This clone and the packages of .venv, for the interpreter of the image.
        Mount("/clone/appos", str(ROOT / "appos"), type="bind", read_only=True),
        Mount("/packages", str(Path(gunicorn.__file__).parents[1]), type="bind", read_only=True),
        Mount(f"/usr/bin/{BESIDE.name}", str(BESIDE), type="bind", read_only=True),
        Mount("/var/run/docker.sock", engine_host.removeprefix("unix://"), type="bind"),
    ]
    with client_of(engine_host) as client:
        container = client.containers.run(
            f"{image_registry.address}/python:tests",
            ["-c", "import signal; signal.pause()"],
            detach=True,
            init=True,
            environment={"PYTHONPATH": "/clone:/packages", "APPOS_DATA": str(DATA)},
            mounts=mounts,
        )
        try:
            container.reload()
            (data,) = [mount for mount in container.attrs["Mounts"] if mount["Destination"] == str(DATA)]
            yield Inside(container, Path(data["Source"]))
        finally:
            container.remove(force=True)
            if kind == "volume":
                client.volumes.get(source).remove()


def test_a_file_deployed_from_a_container_means_what_lies_beside_it(
    inside: Inside, engine_host: str, tiny_image: str
) -> None:
    inside.write(APP, GIVEN | {"compose.yaml": COMPOSE.format(image=tiny_image).encode()})
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
    inside: Inside, engine_host: str, tiny_image: str
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
