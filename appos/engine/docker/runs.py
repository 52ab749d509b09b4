"""Commands that a real engine runs in containers of their own."""

import contextlib
import threading
import time
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from appos.engine.docker.containers import NOUN, Containers
from appos.engine.docker.exchange import Closed, Exchange, Gone, Refusal, cause_of
from appos.engine.docker.session import Session
from appos.engine.docker.streams import STDERR, STDOUT, frames
from appos.engine.models import UNTIL, ExecResult
from appos.errors import ConflictError, EngineError, EngineUnavailableError, NotFoundError

# How much later than a run's own end that is.
MARGIN_SECONDS = 60
UPGRADE = {"Connection": "Upgrade", "Upgrade": "tcp"}


class Run:
    """A container that was made for one command, and the connections on which its end is awaited."""

    def __init__(self, session: Session, id: str) -> None:
        self._session = session
        self._path = f"/containers/{id}"
        self._id = id
        self._attached = Exchange(session.host)
        self._awaited = Exchange(session.host)
        self._is_late = False

    def result(self, timeout_seconds: float) -> ExecResult:
        """Start it and read all that it writes, until it has ended and the engine has removed it."""
        timer = threading.Timer(timeout_seconds, self._cut_off)
        timer.daemon = True
        timer.start()
        try:
            return self._result()
        except (Gone, Refusal) as error:
            raise self._session.failure(error, NOUN) from cause_of(error)
        except Closed as closed:
            raise self._late(timeout_seconds) from closed
        finally:
            timer.cancel()
            self._attached.close()
            self._awaited.close()

    def _result(self) -> ExecResult:
        written = {STDOUT: bytearray(), STDERR: bytearray()}
        attach = f"{self._path}/attach?stream=1&stdout=1&stderr=1"
        self._session.begin(self._attached, "POST", attach, headers=UPGRADE, seconds=None)
        # It is gone with its exit code as soon as it has ended: whoever asks later is told nothing.
        self._session.begin(self._awaited, "POST", f"{self._path}/wait?condition=removed", seconds=None)
        # What is not found at its start is a network: the image was there when it was made.
        self._session.ask(lambda api: api.start(self._id), "network")
        for output, data in frames(self._attached.chunks()):
            written[output] += data
        told = b"".join(self._awaited.chunks())
        if self._is_late:
            raise Closed
        if not told:
            raise Gone("the engine ended while the container ran")
        exit_code = msgspec.json.decode(told)["StatusCode"]
        return ExecResult(exit_code=exit_code, stdout=bytes(written[STDOUT]), stderr=bytes(written[STDERR]))

    def _cut_off(self) -> None:
        self._is_late = True
        self._attached.close()
        self._awaited.close()

    def _late(self, timeout_seconds: float) -> EngineError:
        return EngineError(f"A command did not end within {timeout_seconds:g} s.", code="run_timeout")


class Runs(Containers):
    """What runs a command in a container of its own; see `port.Containers`."""

    def run_once(
        self, image: str, argv: Sequence[str], *, network: str = "none", timeout_seconds: float = 30
    ) -> ExecResult:
        """Run a command in a container of its own."""
        self._remove_leftovers()
        config = _config(image, argv, network, until=time.time() + timeout_seconds + MARGIN_SECONDS)
        made = self._session.ask(lambda api: api.create_container_from_config(config), "image")
        try:
            return Run(self._session, made["Id"]).result(timeout_seconds)
        except BaseException:
            # It failed, is late or was cancelled. What cannot be removed now is a leftover of the next run.
            with contextlib.suppress(EngineUnavailableError):
                self._put_away(made["Id"])
            raise

    def _remove_leftovers(self) -> None:
        """Remove what runs have left that were killed while they waited."""
        for one in self.containers(labels={UNTIL: ""}):
            until = one.labels[UNTIL]
            if until.isdecimal() and int(until) < time.time():
                self._put_away(one.id)

    def _put_away(self, id: str) -> None:
        # The engine removes it by itself once it has ended, and may be at it.
        with contextlib.suppress(NotFoundError, ConflictError):
            self.remove_container(id, force=True, volumes=True)


def _config(image: str, argv: Sequence[str], network: str, *, until: float) -> Mapping[str, Any]:
    """Write what such a container is made of. Source: Docker Engine API, ContainerCreate."""
    return {
        "Image": image,
        # With an entrypoint of its own it takes no command from the image either.
        "Entrypoint": list(argv),
        "AttachStdout": True,
        "AttachStderr": True,
        "Healthcheck": {"Test": ["NONE"]},
        "Labels": {UNTIL: str(int(until))},
        "HostConfig": {
            "NetworkMode": network,
            # It goes by itself, also where nobody is left to remove it.
            "AutoRemove": True,
            "ReadonlyRootfs": True,
            "CapDrop": ["ALL"],
            "SecurityOpt": ["no-new-privileges"],
            # What it writes is read here and kept nowhere.
            "LogConfig": {"Type": "none"},
        },
    }
