"""Containers of a real engine."""

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, TypeVar

from appos.engine.docker.names import named
from appos.engine.docker.session import SLOW_SECONDS, Session
from appos.engine.docker.streams import (
    LINE_BYTES,
    STDOUT,
    EngineStream,
    frames,
    json_objects,
    lines,
    log_lines,
)
from appos.engine.docker.told import change_of, container_of, definition_of, summary_of
from appos.engine.docker.usage import stats_of
from appos.engine.models import Change, Container, ContainerSummary, Definition, LogLine, Stats

if TYPE_CHECKING:
    from appos.engine.docker.sdk import APIClient

T = TypeVar("T")

NOUN = "container"


class Containers:
    """What is asked about containers; see `port.Containers`."""

    _session: Session

    def containers(
        self, *, labels: Mapping[str, str] | None = None, all: bool = True
    ) -> list[ContainerSummary]:
        """List containers by labels."""
        filters = label_filters(labels)
        told = self._session.ask(lambda api: api.containers(all=all, filters=filters))
        return [summary_of(one) for one in told]

    def container(self, container: str) -> Container:
        """Inspect a container."""
        return container_of(self._of(container, lambda api, name: api.inspect_container(name)))

    def definition(self, container: str) -> Definition:
        """Inspect a container and its image."""
        told = self._of(container, lambda api, name: api.inspect_container(name))
        image = self._session.ask(lambda api: api.inspect_image(told["Image"]), "image")
        return definition_of(told, image)

    def start(self, container: str) -> None:
        """Start a container."""
        self._of(container, lambda api, name: api.start(name))

    def stop(self, container: str, *, timeout_seconds: int | None = None) -> None:
        """Stop a container."""
        self._ended(container, "stop", timeout_seconds)

    def restart(self, container: str, *, timeout_seconds: int | None = None) -> None:
        """Restart a container."""
        self._ended(container, "restart", timeout_seconds)

    def kill(self, container: str, *, signal: str = "SIGKILL") -> None:
        """Send a signal to a container."""
        self._of(container, lambda api, name: api.kill(name, signal))

    def pause(self, container: str) -> None:
        """Pause a container."""
        self._of(container, lambda api, name: api.pause(name))

    def unpause(self, container: str) -> None:
        """Unpause a container."""
        self._of(container, lambda api, name: api.unpause(name))

    def rename(self, container: str, name: str) -> None:
        """Rename a container."""
        self._of(container, lambda api, old: api.rename(old, name))

    def set_restart(self, container: str, policy: str) -> None:
        """Change a container's restart policy."""
        name, _, count = policy.partition(":")
        told = {"Name": name, "MaximumRetryCount": int(count or 0)}
        self._of(container, lambda api, who: api.update_container(who, restart_policy=told))

    def remove_container(self, container: str, *, force: bool = False, volumes: bool = False) -> None:
        """Remove a container."""
        self._of(container, lambda api, name: api.remove_container(name, v=volumes, force=force))

    def changes(self, container: str) -> list[Change]:
        """Tell a container's writable layer."""
        told = self._of(container, lambda api, name: api.diff(name))
        return [change_of(one) for one in told or ()]

    def logs(
        self,
        container: str,
        *,
        follow: bool = False,
        tail: int | None = None,
        since: float = 0,
        timestamps: bool = False,
    ) -> EngineStream[LogLine]:
        """Read a container's log."""
        told = self._of(container, lambda api, name: api.inspect_container(name))
        params = {
            "stdout": "1",
            "stderr": "1",
            "follow": str(int(follow)),
            "tail": "all" if tail is None else str(tail),
            "since": unix_time(since),
            "timestamps": str(int(timestamps)),
        }

        def read(chunks: Iterator[bytes]) -> Iterator[LogLine]:
            has_terminal = told["Config"]["Tty"]
            messages = _typed(chunks) if has_terminal else frames(chunks)
            return log_lines(messages, timestamps=timestamps)

        stream = self._session.stream(f"/containers/{told['Id']}/logs", read, NOUN, params=params)
        stream.begin()
        return stream

    def stats(self, container: str) -> EngineStream[Stats]:
        """Read what a container uses."""

        def read(chunks: Iterator[bytes]) -> Iterator[Stats]:
            return map(stats_of, json_objects(chunks))

        path = f"/containers/{named(container, NOUN)}/stats"
        stream = self._session.stream(path, read, NOUN, params={"stream": "1"})
        stream.begin()
        return stream

    def _ended(self, container: str, verb: str, timeout_seconds: int | None) -> None:
        """Stop or restart it. The SDK's verbs have a timeout of their own where the container has one."""
        query = "" if timeout_seconds is None else f"?t={timeout_seconds}"
        path = f"/containers/{named(container, NOUN)}/{verb}{query}"
        self._session.post(path, None, NOUN, seconds=SLOW_SECONDS)

    def _of(self, container: str, question: "Callable[[APIClient, str], T]") -> T:
        name = named(container, NOUN)
        return self._session.ask(lambda api: question(api, name), NOUN)


def _typed(chunks: Iterator[bytes]) -> Iterator[tuple[int, bytes]]:
    """Read what a terminal wrote, where both outputs are one and nothing but lines parts the messages."""
    return ((STDOUT, line) for line in lines(chunks, limit_bytes=LINE_BYTES))


def label_filters(labels: Mapping[str, str] | None) -> dict[str, list[str]]:
    """Write labels as the engine's filters do: a label without a value stands for any."""
    wanted = [f"{name}={value}" if value else name for name, value in (labels or {}).items()]
    return {"label": wanted} if wanted else {}


def unix_time(seconds: float) -> str:
    """Write a time as the engine reads it, to the nanosecond; 0 stands for none."""
    return f"{seconds:.9f}" if seconds else "0"
