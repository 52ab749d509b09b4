"""What is known of all containers, where the engine does not answer at once."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import pytest

from appos.engine import watch as watching
from appos.engine.models import ContainerSummary
from appos.engine.watch import PROJECT, EngineWatch
from appos.errors import EngineError
from tests.serving import wait_for
from tests.unit.fakes import FakeEngine

WAIT_SECONDS = 10


class Reluctant(FakeEngine):
    """An engine that fails to list its containers as often as it is told to."""

    failures = 0

    def containers(
        self, *, labels: Mapping[str, str] | None = None, all: bool = True
    ) -> list[ContainerSummary]:
        if self.failures:
            self.failures -= 1
            raise EngineError("It takes too long.", code="engine_error")
        return super().containers(labels=labels, all=all)


@contextmanager
def run(watch: EngineWatch) -> Iterator[None]:
    thread = threading.Thread(target=watch.run)
    thread.start()
    try:
        assert watch.wait_ready(WAIT_SECONDS)
        yield
    finally:
        watch.close()
        thread.join(WAIT_SECONDS)
        assert not thread.is_alive()


def test_a_change_that_could_not_be_looked_at_is_looked_at_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "RETRY_SECONDS", 0.01)
    engine = Reluctant()
    made = engine.add_container("shop-web-1", labels={PROJECT: "shop"})
    watch = EngineWatch(engine)
    with run(watch):
        wait_for(lambda: watch.state.connected, WAIT_SECONDS, "the engine")
        engine.failures = 3
        engine.stop(made)
        wait_for(lambda: [it.state for it in watch.project("shop")] == ["exited"], WAIT_SECONDS, "the stop")
    assert engine.failures == 0
    assert watch.losses == 0
