"""A container of a real engine, measured out of the kernel's files and by asking the engine."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from appos.engine.docker import DockerEngine
from appos.services import Services
from appos.system.metrics.cgroups import ROOT, Cgroups
from appos.system.metrics.host import Host
from appos.system.metrics.models import AppUsage
from appos.system.metrics.questions import ANSWER_SECONDS, Questions
from appos.system.metrics.sampler import PROJECT, Sampler
from tests.engine_images import client_of
from tests.serving import wait_for

APP = "burning"


@pytest.fixture(scope="module")
def burning(engine_host: str, tiny_image: str) -> Iterator[str]:
    """A container that keeps one processor busy."""
    with client_of(engine_host) as client:
        command = ["sh", "-c", "while :; do :; done"]
        made = client.containers.run(tiny_image, command, detach=True, labels={PROJECT: APP})
        yield str(made.id)
        made.remove(force=True)


@pytest.fixture
def engine(engine_host: str) -> Iterator[DockerEngine]:
    made = DockerEngine(engine_host)
    yield made
    made.close()


def measured(services: Services, engine: DockerEngine, cgroups: Cgroups, *, asks: bool) -> AppUsage:
    """What the app used between two looks, a second apart or as far as the engine's answers are."""
    sampler = Sampler(
        services.databases.auxiliary,
        engine,
        lambda: engine.containers(labels={PROJECT: APP}),
        Host(services.config.data_dir),
        cgroups,
    )
    sampler.sample(is_first=True)
    for _ in range(2):
        if asks:
            sampler.questions.ask_next()
        else:
            time.sleep(1.0)
        sampler.sample(is_first=True)
    used = sampler.latest(APP)
    assert used is not None
    return used


def test_the_kernel_and_the_engine_tell_the_same(
    services: Services, engine: DockerEngine, burning: str, tmp_path: Path
) -> None:
    wait_for(lambda: Cgroups(ROOT).read(burning, has_network=True), 10, "the kernel's files of a container")
    by_kernel = measured(services, engine, Cgroups(ROOT), asks=False)
    by_engine = measured(services, engine, Cgroups(tmp_path), asks=True)

    for used in (by_kernel, by_engine):
        assert used.cpu_percent is not None
        assert used.memory_bytes is not None
        # Others work on this machine, too; nobody has more than one processor of one loop.
        assert 5 < used.cpu_percent < 115
        assert 10_000 < used.memory_bytes < 50_000_000
        assert used.received_bytes_per_second is not None
    # The kernel counts memory by the half megabyte where a few processors share it.
    assert by_kernel.memory_bytes == pytest.approx(by_engine.memory_bytes, abs=4 << 20)


def test_a_container_that_has_ended_holds_nobody_up(
    services: Services, engine: DockerEngine, tiny_image: str, engine_host: str, tmp_path: Path
) -> None:
    with client_of(engine_host) as client:
        ended = client.containers.run(tiny_image, ["true"], detach=True)
        ended.wait()
        try:
            assert Cgroups(ROOT).read(str(ended.id), has_network=True) is None
            began = time.monotonic()
            assert Questions(engine, lambda: [str(ended.id)]).ask_next() == 1
            assert time.monotonic() - began < 2 * ANSWER_SECONDS
        finally:
            ended.remove(force=True)
