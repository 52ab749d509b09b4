"""Brings a project up: makes good what an earlier run left half done, and waits for every service."""

import re
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import msgspec

from appos.compose.driver import Compose, OnStep, ignore
from appos.compose.invocation import UpOptions
from appos.compose.leftovers import PROJECT, Yard, tidy
from appos.compose.model import Project, model_of
from appos.compose.models import ProjectFiles
from appos.compose.networks import Renewed, Switch, drop, half_made, is_gone, rejoin, restore
from appos.compose.process import Cancel
from appos.compose.progress import Step
from appos.compose.runs import writing
from appos.compose.states import ContainerState, Verdict
from appos.compose.veil import Veil
from appos.errors import AppOSError, ConflictError, EngineError

# How long to wait before looking again: soon at first, since most are up at once.
SOONEST_SECONDS = 0.1
POLL_SECONDS = 0.5
LOG_LINES = 20
LONGEST_LINE = 500
# A container that has no health check counts as running only if it still runs so much later.
STEADY_SECONDS = 0.5
# How long the engine may take to end what an earlier request has asked of it.
WAY_SECONDS = 20.0

# Compose's words when what a service waits for has failed. Source: docker/compose, convergence.go.
_DEPENDENCY = re.compile(r"is unhealthy|exited \(\d+\)|didn't complete successfully|dependency .* failed")
# The engine's words when what one request asks is in the way of another. Source: moby, daemon and errdefs.
_IN_THE_WAY = re.compile(
    r"No such container|already in progress|marked for removal|has active endpoints"
    r"|is not connected to (the )?network|network \S+ not found"
)
_CONTROL = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]|[\x00-\x08\x0b-\x1f\x7f]")


class Unhealthy(msgspec.Struct, frozen=True, kw_only=True):
    """A container that is not as it ought to be, and its last lines, without values of variables."""

    container: ContainerState
    last_lines: tuple[str, ...]


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """How it ended: every container, those not healthy, and what Compose said to that and warned of."""

    containers: tuple[ContainerState, ...]
    unhealthy: tuple[Unhealthy, ...]
    said: str = ""
    warnings: tuple[str, ...] = ()


class Engine(Switch, Yard, Protocol):
    """What a deployment asks of an engine. `appos.engine.port.Engine` is one."""


class Deployment:
    """One deployment of a project.

    Running it again after it was cancelled or killed, at whatever moment, reaches what the files say.
    """

    def __init__(
        self,
        compose: Compose,
        engine: Engine,
        files: ProjectFiles,
        options: UpOptions | None = None,
        *,
        wait_seconds: float = 120.0,
        on_step: OnStep = ignore,
        cancel: Cancel | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._compose = compose
        self._engine = engine
        self._files = files
        self._options = options or UpOptions()
        self._project = Project()
        self._was_in_the_way = False
        self._wait_seconds = wait_seconds
        self._on_step = on_step
        self._cancel = cancel or Cancel()
        self._sleep = sleep

    def run(self) -> Outcome:
        """Bring the project up, and wait until every service is healthy, has done its work, or has failed.

        Raises:
            EngineError: as `Compose.up` does. What a service waits for failing is an outcome, no error.
            ConflictError: `files_changed`.
        """
        self._compose.sweep()
        self._project, self._options = self._known()
        self._files = msgspec.structs.replace(self._files, name=self._project.name)
        with _begun(self._compose.home / "begun" / self._files.name) as is_second:
            outcome = self._patiently()
            if (is_second or self._was_in_the_way) and not outcome.said:
                # What the engine was doing when the run before was killed has come to its end by now: a
                # container that was being stopped, or that lost its network, is brought back.
                outcome = self._patiently()
                self._restore_all()
        return outcome

    def _patiently(self) -> Outcome:
        """Try again where one part of a run was in the way of another, or of what a killed run had begun."""
        give_up_at = time.monotonic() + WAY_SECONDS
        while True:
            try:
                return self._once()
            except (EngineError, ConflictError) as error:
                if time.monotonic() > give_up_at or not _is_in_the_way(error):
                    raise
                self._was_in_the_way = True
                network = half_made(error.message)
                if network:
                    drop(self._engine, self._files.name, network)
                elif is_gone(error.message):
                    rejoin(self._engine, self._project)
            self._sleep(POLL_SECONDS)

    def _once(self) -> Outcome:
        tidy(self._engine, self._files.name)
        self._cancel.check()
        renewed = Renewed()

        def take(step: Step) -> None:
            renewed.take(step)
            self._on_step(step)

        try:
            warnings = self._compose.up(self._files, self._options, on_step=take, cancel=self._cancel)
        except EngineError as error:
            if error.code != "compose_failed" or not _DEPENDENCY.search(error.message):
                raise
            if self._restored(renewed):  # What it waited for may just not have been found by its name.
                return self._once()
            return self._outcome(self._look(), said=error.message)
        self._restored(renewed)
        return self._outcome(self._settled(), warnings=warnings)

    def _restored(self, renewed: Renewed) -> bool:
        """Restore what Compose forgot about networks that it made anew, if it made any."""
        if not renewed.networks:
            return False
        renewed.restore(self._engine, self._project)
        return True

    def _restore_all(self) -> None:
        """Restore what a killed run may have left without: the aliases of every container."""
        containers = self._engine.containers(labels={PROJECT: self._files.name})
        networks = [it.name for it in self._project.networks.values() if not it.external]
        restore(self._engine, self._project, containers, networks)

    def _known(self) -> tuple[Project, UpOptions]:
        """Read what is deployed, so that networks can be restored, and no value of it is in what is said."""
        rewritten = self._options.rewritten
        if rewritten is not None:
            return model_of(dict(rewritten.raw)).project, self._options
        model = self._compose.config(self._files, cancel=self._cancel).meant()
        return model.project, msgspec.structs.replace(self._options, known=model.raw)

    def _look(self) -> tuple[ContainerState, ...]:
        return self._compose.ps(self._files, cancel=self._cancel)

    def _settled(self) -> tuple[ContainerState, ...]:
        """Look at the containers until none is on its way any more, or the time is up."""
        give_up_at = time.monotonic() + self._wait_seconds
        pause, was_steady = SOONEST_SECONDS, False
        while True:
            containers = self._look()
            verdicts = {it.verdict for it in containers}
            is_steady = Verdict.WAITING not in verdicts
            if is_steady and (was_steady or _are_sure(containers)):
                return containers
            if Verdict.FAILED in verdicts or time.monotonic() > give_up_at:
                return containers
            self._sleep(STEADY_SECONDS if is_steady else pause)
            pause, was_steady = min(2 * pause, POLL_SECONDS), is_steady
            self._cancel.check()

    def _outcome(
        self, containers: tuple[ContainerState, ...], *, said: str = "", warnings: tuple[str, ...] = ()
    ) -> Outcome:
        failed = [it for it in containers if it.verdict is Verdict.FAILED]
        # Beside one that has failed, those still on their way are not to blame.
        sick = failed or [it for it in containers if it.verdict is Verdict.WAITING]
        return Outcome(
            containers=containers,
            unhealthy=tuple(Unhealthy(container=it, last_lines=self._last_lines(it)) for it in sick),
            said=said,
            warnings=warnings,
        )

    def _last_lines(self, container: ContainerState) -> tuple[str, ...]:
        lines = self._compose.logs(
            self._files, (container.service,), tail=LOG_LINES, prefix=False, cancel=self._cancel
        )
        rewritten = self._options.rewritten
        env_files = self._files.env_files or (self._files.directory / ".env",)
        veil = Veil.of(self._files.variables, env_files, rewritten.raw if rewritten else self._options.known)
        return tuple(_shown(lines, veil))[-LOG_LINES:]


def _are_sure(containers: Iterable[ContainerState]) -> bool:
    """Whether every container has said itself that it is well: by its health check, or by ending so."""
    return all(it.health == "healthy" or it.state == "exited" for it in containers)


def _is_in_the_way(error: AppOSError) -> bool:
    """Whether something else has to come to its end first, after which the same may well be done."""
    if isinstance(error, EngineError):
        return error.code == "compose_failed" and _IN_THE_WAY.search(error.message) is not None
    return error.code == "conflict"


def _shown(lines: Iterable[bytes], veil: Veil) -> Iterator[str]:
    for line in lines:
        text = _CONTROL.sub("", line.decode("utf-8", errors="replace"))
        yield veil.over(text)[:LONGEST_LINE]


@contextmanager
def _begun(note: Path) -> Iterator[bool]:
    """Note that a run has begun, until it ends well; yield whether the one before did not."""
    with writing(note):
        note.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        is_second = note.exists()
        note.touch(mode=0o600)
    yield is_second
    note.unlink(missing_ok=True)
