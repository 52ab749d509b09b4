"""Containers of a fake engine."""

import re
import signal as signals
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec

from appos.engine.models import Change, Container, ContainerSummary, Definition, ExecResult, LogLine, Stats
from appos.errors import ConflictError, InvalidError, NotFoundError
from tests.fake_engine.state import Box, State, has_labels, now, unix_seconds
from tests.fake_engine.streams import FakeExec, FakeStream

# What a program makes of its arguments, environment and input.
Program = Callable[[Sequence[str], Mapping[str, str], bytes], ExecResult]

KILLED = 128 + signals.SIGKILL
NOT_FOUND = ExecResult(exit_code=126, stdout=b"executable file not found in $PATH\r\n", stderr=b"")
PROGRAMS: dict[str, Program] = {
    "cat": lambda argv, env, stdin: ExecResult(exit_code=0, stdout=stdin, stderr=b""),
    "echo": lambda argv, env, stdin: ExecResult(
        exit_code=0, stdout=" ".join(argv[1:]).encode() + b"\n", stderr=b""
    ),
    "env": lambda argv, env, stdin: ExecResult(
        exit_code=0, stdout="".join(f"{name}={value}\n" for name, value in env.items()).encode(), stderr=b""
    ),
    "false": lambda argv, env, stdin: ExecResult(exit_code=1, stdout=b"", stderr=b""),
}


class FakeContainers(State):
    """Containers that are in one of Docker's states, and say what they are told to say."""

    def __init__(self) -> None:
        super().__init__()
        self.programs = dict(PROGRAMS)

    def add_container(self, name: str, *, lines: Sequence[LogLine] = (), **values: Any) -> str:
        """Have a container, running if nothing else is said, and return its id."""
        told = {"image": "base:1", "image_id": "sha256:base", "state": "running", "created": now(), **values}
        box = Box(Container(id=self.new_id(), name=name, **told), list(lines))
        self.boxes[box.told.id] = box
        return box.told.id

    def says(self, container: str, line: LogLine) -> None:
        """Let a container write a line."""
        box = self._box(container)
        box.lines.append(line)
        for follower in box.followers:
            follower.put(line)

    def containers(
        self, *, labels: Mapping[str, str] | None = None, all: bool = True
    ) -> list[ContainerSummary]:
        self.asks()
        names = ContainerSummary.__struct_fields__
        return [
            ContainerSummary(
                **{name: getattr(box.told, name) for name in names if name != "ports"},
                ports=box.told.ports if box.told.state == "running" else (),
            )
            for box in self.boxes.values()
            if has_labels(box.told.labels, labels) and (all or box.told.state in ("running", "paused"))
        ]

    def container(self, container: str) -> Container:
        self.asks()
        return self._box(container).told

    def definition(self, container: str) -> Definition:
        told = self.container(container)
        return Definition(
            id=told.id,
            name=told.name,
            image_id=told.image_id,
            is_running=told.state == "running",
            config={"Image": told.image, "Labels": told.labels},
            host_config=told.host_config,
            image_config={},
        )

    def start(self, container: str) -> None:
        self.asks()
        box = self._box(container)
        if box.told.state == "paused":
            raise _conflict("cannot start a paused container, try unpause instead")
        if box.told.state != "running":
            self._set(box, state="running", exit_code=0, started_at=now())
            self._tell(box, "start")

    def stop(self, container: str, *, timeout_seconds: int | None = None) -> None:
        self.asks()
        box = self._box(container)
        if box.told.state in ("running", "paused", "restarting"):
            self._end(box)
            self._tell(box, "stop")

    def restart(self, container: str, *, timeout_seconds: int | None = None) -> None:
        self.stop(container, timeout_seconds=timeout_seconds)
        self.start(container)
        self._tell(self._box(container), "restart")

    def kill(self, container: str, *, signal: str = "SIGKILL") -> None:
        self.asks()
        box = self._box(container)
        name = signal if signal.startswith("SIG") else f"SIG{signal}"
        if name not in signals.Signals.__members__:
            raise InvalidError(f"Invalid signal: {signal}.", code="engine_invalid")
        if box.told.state not in ("running", "paused"):
            raise _conflict(f"Container {box.told.id} is not running")
        if name == "SIGKILL":
            self._end(box)
        else:
            self._tell(box, "kill")

    def pause(self, container: str) -> None:
        self.asks()
        self._moved(container, "running", "paused", "pause")

    def unpause(self, container: str) -> None:
        self.asks()
        self._moved(container, "paused", "running", "unpause")

    def rename(self, container: str, name: str) -> None:
        self.asks()
        box = self._box(container)
        if not re.fullmatch(r"[a-zA-Z0-9][a-zA-Z0-9_.-]+", name):
            raise InvalidError(f"Invalid container name ({name}).", code="engine_invalid")
        if any(other.told.name == name for other in self.boxes.values()):
            raise _conflict(f"The container name {name!r} is already in use")
        self._set(box, name=name)
        self._tell(box, "rename")

    def set_restart(self, container: str, policy: str) -> None:
        self.asks()
        box = self._box(container)
        name, _, count = policy.partition(":")
        told = {"Name": name, "MaximumRetryCount": int(count or 0)}
        self._set(box, host_config={**box.told.host_config, "RestartPolicy": told})
        self._tell(box, "update")

    def remove_container(self, container: str, *, force: bool = False, volumes: bool = False) -> None:
        self.asks()
        box = self._box(container)
        if box.told.state in ("running", "paused", "restarting"):
            if not force:
                raise _conflict("You cannot remove a running container")
            self._end(box)
        del self.boxes[box.told.id]
        anonymous = [mount.name for mount in box.told.mounts if len(mount.name) == 64]
        for name in anonymous if volumes else ():
            self.volumes_by_name.pop(name, None)
        self._tell(box, "destroy")

    def changes(self, container: str) -> list[Change]:
        self.asks()
        return list(self._box(container).changes)

    def logs(
        self,
        container: str,
        *,
        follow: bool = False,
        tail: int | None = None,
        since: float = 0,
        timestamps: bool = False,
    ) -> FakeStream[LogLine]:
        self.asks()
        box = self._box(container)
        lines = box.lines[len(box.lines) - tail :] if tail is not None else box.lines
        recent = [line for line in lines if not since or unix_seconds(line.time) >= since]
        told = [line if timestamps else msgspec.structs.replace(line, time="") for line in recent]
        is_over = not follow or box.told.state != "running"
        stream = FakeStream(told, is_whole=is_over)
        if not is_over:
            box.followers.append(stream)
        return stream

    def stats(self, container: str) -> FakeStream[Stats]:
        self.asks()
        box = self._box(container)
        return FakeStream([box.stats] * 2 if box.told.state == "running" else [])

    def exec_run(
        self,
        container: str,
        argv: Sequence[str],
        *,
        user: str = "",
        env: Mapping[str, str] | None = None,
        workdir: str = "",
        stdin: bytes = b"",
        privileged: bool = False,
    ) -> ExecResult:
        self.asks()
        return self._program(container, argv)(argv, env or {}, stdin)

    def exec_open(
        self,
        container: str,
        argv: Sequence[str],
        *,
        tty: bool = False,
        user: str = "",
        env: Mapping[str, str] | None = None,
        workdir: str = "",
    ) -> FakeExec:
        self.asks()
        program = self._program(container, argv)

        def run(stdin: bytes) -> tuple[int, bytes]:
            done = program(argv, env or {}, stdin)
            return done.exit_code, done.stdout + done.stderr

        return FakeExec(run)

    def _program(self, container: str, argv: Sequence[str]) -> Program:
        box = self._box(container)
        if box.told.state != "running":
            raise _conflict(f"Container {box.told.id} is not running")
        self._tell(box, "exec_create")
        self._tell(box, "exec_start")
        return self.programs.get(argv[0], lambda argv, env, stdin: NOT_FOUND)

    def _box(self, container: str) -> Box:
        for box in self.boxes.values():
            if container and (box.told.name == container or box.told.id.startswith(container)):
                return box
        raise NotFoundError(f"No such container: {container}.", code="container_not_found")

    def _moved(self, container: str, state: str, to: str, action: str) -> None:
        box = self._box(container)
        if box.told.state != state:
            raise _conflict(f"Container {box.told.id} is not {state}")
        self._set(box, state=to)
        self._tell(box, action)

    def _end(self, box: Box) -> None:
        self._set(box, state="exited", exit_code=KILLED, finished_at=now())
        for follower in box.followers:
            follower.finish()
        box.followers.clear()
        self._tell(box, "kill")
        self._tell(box, "die")

    def _set(self, box: Box, **values: Any) -> None:
        box.told = msgspec.structs.replace(box.told, **values)

    def _tell(self, box: Box, action: str) -> None:
        attributes = {**box.told.labels, "name": box.told.name, "image": box.told.image}
        self.happened("container", action, box.told.id, attributes)


def _conflict(message: str) -> ConflictError:
    return ConflictError(f"{message}.", code="conflict")
