"""The whole container beside PocketBase: from `docker run` to its first answer, and its memory when idle."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

import docker
from docker.errors import APIError, ImageNotFound
from docker.models.containers import Container

import engines
import image
from tests.bench import measures
from tests.bench.candidates import POLL_SECONDS, START_SECONDS, Candidate
from tests.bench.report import Row
from tests.bench.wire import ask
from tests.serving import free_port

HEALTH = b"GET /api/health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"


def rows(pocketbase: Candidate, starts: int, settle_seconds: float) -> list[Row]:
    """Measure the container where there is an engine with the image; elsewhere say why not."""
    missing = engines.why_not()
    if missing:
        sys.stderr.write(f"The container is not measured: no Docker Engine answers ({missing}).\n")
        return []
    with engines.connected() as client:
        try:
            client.images.get(image.name())
        except ImageNotFound:
            sys.stderr.write(
                f"The container is not measured: build {image.name()} first (make image build).\n"
            )
            return []
        return _measure(client, pocketbase, starts, settle_seconds)


def _measure(
    client: "docker.DockerClient", pocketbase: Candidate, starts: int, settle_seconds: float
) -> list[Row]:
    with _place(client) as name:
        with _running(client, name):
            pass
        ours, theirs = [], []
        for _ in range(starts):
            with _running(client, name) as (_, seconds):
                ours.append(seconds)
            theirs.append(pocketbase.start())
            pocketbase.stop()
        with _running(client, name) as (container, _), pocketbase.running():
            time.sleep(settle_seconds)
            memory = measures.memory_of(_processes(container))
            beside = measures.memory(pocketbase)
    return [
        Row("container: from docker run to an answer", "s", ours, theirs),
        Row("container: memory, RSS", "MB", [memory.rss], [beside.rss]),
        Row("container: memory, PSS", "MB", [memory.pss], [beside.pss]),
    ]


@contextmanager
def _place(client: "docker.DockerClient") -> Iterator[str]:
    """Make a volume and a network of one name for a while."""
    name = f"appos-bench-{uuid4().hex[:12]}"
    volume, network = client.volumes.create(name), client.networks.create(name)
    try:
        yield name
    finally:
        network.remove()
        volume.remove()


@contextmanager
def _running(client: "docker.DockerClient", name: str) -> Iterator[tuple[Container, float]]:
    """Run a container of the image, and say how many seconds its first answer through nginx took."""
    port = free_port()
    began = time.perf_counter()
    container = client.containers.run(
        image.name(),
        detach=True,
        name=name,
        network=name,
        ports={"80/tcp": ("127.0.0.1", port)},
        volumes={name: {"bind": "/appos/data", "mode": "rw"}},
    )
    try:
        while ask(port, HEALTH) != 200:
            if time.perf_counter() - began > START_SECONDS:
                raise RuntimeError(container.logs().decode(errors="replace"))
            time.sleep(POLL_SECONDS)
        yield container, time.perf_counter() - began
    finally:
        try:
            container.stop(timeout=30)
        except APIError as error:
            sys.stderr.write(f"{error}\n")
        container.remove(force=True)


def _processes(container: Container) -> list[int]:
    """The processes of a container, by their ids on this machine."""
    return [int(pid) for (pid,) in container.top(ps_args="-eo pid")["Processes"]]
