"""AppOS in its container, on an engine of the tests' own, driven by the programs behind make."""

import hashlib
import http.client
import io
import json
import os
import re
import subprocess
import sys
import tarfile
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any

import docker
from docker.models.containers import Container

from tests.serving import ROOT, Server, free_port, wait_for

NAME = "appos"
IMAGE = "appos:latest"
SYSTEM = "appos-system:latest"
HEALTHY_SECONDS = 30.0
# A build from nothing, on a machine that has other work as well.
BUILD_SECONDS = 900
KEPT = ROOT / ".cache" / "image"
# What the system of an image is made of. An image of the same may begin with one that was built before.
SYSTEM_PARTS = (
    "requirements.txt",
    "build/Dockerfile",
    "build/assemble.py",
    "build/pack_compose.py",
    "build/requirements.txt",
    "build/sbom.py",
    "appos/compose/binary.py",
    "appos/errors.py",
)


@dataclass
class Box:
    """The container `appos` of an engine, at a port of this machine."""

    host: str
    folder: Path
    port: int = field(default_factory=free_port)
    # What the first `make start` said, and a token of the superuser.
    started: str = ""
    token: str = field(default="", repr=False)

    @property
    def web(self) -> Server:
        """What asks it over HTTP."""
        return Server(self.folder, self.port, {})

    @property
    def env(self) -> dict[str, str]:
        """The environment of make's programs: this engine, this port, and no AppOS beside the container."""
        env = {
            name: os.environ[name] for name in os.environ if name not in ("IMAGE_NAME", "PORT", "REDIS_ADDR")
        }
        return env | {
            "DOCKER_HOST": self.host,
            "HTTP_PORT": str(self.port),
            "APPOS_DATA": str(self.folder / "native"),
        }

    @property
    def client(self) -> "docker.DockerClient":
        """A client of the engine, which its user closes."""
        return docker.DockerClient(base_url=self.host, timeout=300)

    def make(
        self, *words: str, program: str = "container", **settings: str
    ) -> "subprocess.CompletedProcess[str]":
        """Do what make does at these words, and return what it said."""
        return subprocess.run(
            [sys.executable, str(ROOT / "build" / f"{program}.py"), *words],
            env=self.env | settings,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=BUILD_SECONDS,
            check=False,
        )

    def made(self, *words: str, program: str = "container", **settings: str) -> str:
        """Do what make does at these words; it has to succeed."""
        done = self.make(*words, program=program, **settings)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def container(self, client: "docker.DockerClient") -> Container:
        return client.containers.get(NAME)

    def run(self, *command: str) -> str:
        """Run a command in the container, as `docker exec` does; it has to succeed."""
        client = self.client
        try:
            status, output = self.container(client).exec_run(list(command))
        finally:
            client.close()
        assert status == 0, f"{command}: {output.decode()}"
        return str(output.decode())

    def log(self) -> str:
        client = self.client
        try:
            return str(self.container(client).logs().decode())
        finally:
            client.close()

    def kill(self) -> None:
        """End every process of the container at once, and start it again."""
        client = self.client
        try:
            self.container(client).kill()
            self.container(client).wait(timeout=30)
            self.container(client).start()
        finally:
            client.close()
        self.wait_until_healthy()

    def wait_until_healthy(self) -> float:
        """Wait for an answer through nginx, and return how long that took."""
        began = time.monotonic()
        wait_for(lambda: self.web.health() == 200, HEALTHY_SECONDS, "an answer of the container")
        return time.monotonic() - began

    def services(self) -> dict[str, tuple[str, int]]:
        """The state and the process of each service, as `supervisorctl status` shows them."""
        client = self.client
        try:
            text = self.container(client).exec_run(["supervisorctl", "status"]).output.decode()
        finally:
            client.close()
        found = re.findall(r"^(\S+) +([A-Z]+)(?: +pid (\d+))?", text, re.MULTILINE)
        return {name: (state, int(pid or 0)) for name, state, pid in found}

    def are_running(self) -> bool:
        return [state for state, _ in self.services().values()] == ["RUNNING"] * 3

    def make_papers(self) -> None:
        """Make a collection with a title and a file of up to 300 MB."""
        fields = [
            {"name": "title", "type": "text"},
            {"name": "file", "type": "file", "maxSelect": 1, "maxSize": 300 << 20},
        ]
        body = {"name": "papers", "type": "base", "listRule": "", "viewRule": "", "fields": fields}
        self.request_json("POST", "/api/collections", self.token, body)

    def write(self, path: str, text: str) -> None:
        """Put a file into the container."""
        archive = io.BytesIO()
        with tarfile.open(fileobj=archive, mode="w") as tar:
            entry = tarfile.TarInfo(path.lstrip("/"))
            entry.size, entry.mode = len(text.encode()), 0o644
            tar.addfile(entry, io.BytesIO(text.encode()))
        client = self.client
        try:
            assert self.container(client).put_archive("/", archive.getvalue())
        finally:
            client.close()

    def request_json(self, method: str, path: str, token: str = "", body: object = None) -> Any:
        """Ask for JSON, which has to come."""
        answer = self.web.request(method, path, token, body)
        assert answer.status in (200, 202), answer.text
        return answer.json()

    def upload(self, path: str, token: str, file: str, parts: Iterable[bytes], size_bytes: int) -> Any:
        """Send a record with one file, which is never whole in memory."""
        mark = "appos-e2e-boundary"
        head = (
            f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="{file}"\r\n'
            "Content-Type: application/octet-stream\r\n\r\n"
        ).encode()
        tail = f"\r\n--{mark}--\r\n".encode()
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        try:
            connection.putrequest("POST", path)
            connection.putheader("Authorization", token)
            connection.putheader("Content-Type", f"multipart/form-data; boundary={mark}")
            connection.putheader("Content-Length", str(len(head) + size_bytes + len(tail)))
            connection.endheaders()
            for part in chain([head], parts, [tail]):
                connection.send(part)
            response = connection.getresponse()
            text = response.read().decode()
        finally:
            connection.close()
        assert response.status == 200, text
        return json.loads(text)


def build_image(box: Box) -> None:
    """Build the image: from nothing, or on the system that an earlier run built of the same parts."""
    digest = hashlib.sha256(b"\0".join((ROOT / part).read_bytes() for part in SYSTEM_PARTS)).hexdigest()
    kept = KEPT / f"system-{digest[:16]}.tar"
    client = box.client
    try:
        if kept.exists():
            with kept.open("rb") as file:
                client.images.load(file)
            box.made("local", program="image")
            return
        box.made("build", program="image")
        KEPT.mkdir(parents=True, exist_ok=True)
        for old in KEPT.glob("system-*.tar"):
            old.unlink()
        partial = kept.with_suffix(".partial")
        with partial.open("wb") as file:
            for part in client.images.get(SYSTEM).save(named=True):
                file.write(part)
        partial.replace(kept)
    finally:
        client.close()
