"""A Docker Engine in memory, held to the same contract tests as the real one.

What lies outside of `Engine` says what is in it: `add_container`, `add_image`, `publish` and `says`; `is_up`
says whether it answers.
"""

import time
from collections.abc import Mapping, Sequence

from appos.engine.models import EngineInfo, Event
from tests.fake_engine.runs import FakeRuns
from tests.fake_engine.state import Watch
from tests.fake_engine.streams import FakeStream

__all__ = ["FakeEngine"]


class FakeEngine(FakeRuns):
    """A Docker Engine that answers or, with `is_up` false, does not."""

    def __init__(self) -> None:
        super().__init__()
        self.is_closed = False

    def info(self) -> EngineInfo:
        self.asks()
        return EngineInfo(
            version="28.0.1",
            api_version="1.48",
            operating_system="Debian GNU/Linux 12",
            architecture="x86_64",
            cpus=2,
            memory_bytes=4 << 30,
            containers=3,
            containers_running=2,
            images=7,
            root_dir="/var/lib/docker",
            default_runtime="runc",
            has_private_cgroups=True,
            logging_driver="json-file",
        )

    def events(
        self, *, since: float = 0, until: float = 0, filters: Mapping[str, Sequence[str]] | None = None
    ) -> FakeStream[Event]:
        self.asks()
        watch = Watch(FakeStream(), filters or {})
        for event in self.past if since else ():
            if since <= event.time_nano / 1e9 <= (until or time.time()) and watch.wants(event):
                watch.stream.put(event)
        if until:
            watch.stream.finish()
        else:
            self.watches.append(watch)
        return watch.stream

    def close(self) -> None:
        self.is_closed = True
