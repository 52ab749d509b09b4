"""Runs Docker Compose: what a file means, and making it so."""

import json
import re
import signal
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import msgspec

from appos.compose.invocation import UpOptions, environment, global_arguments, stand_in
from appos.compose.model import Model, model_of
from appos.compose.models import ProjectFiles
from appos.compose.process import Cancel, Command, Running, Source
from appos.compose.progress import Lines, Report, Step
from appos.compose.runs import Login, Run, Runs, write_private
from appos.compose.states import ContainerState, states_of
from appos.compose.veil import Veil
from appos.compose.yaml_model import UNPRINTABLE, is_unprintable, model_in_yaml
from appos.errors import ConflictError, EngineError, EngineUnavailableError, InvalidError

# How long Compose may take to read files or to ask the engine something.
READ_SECONDS = 60.0
# How long it may take to change something: pulls and builds are slow.
CHANGE_SECONDS = 3600.0
# How much memory it may take, which is many times what it needs: a file may be a device without an end.
MOST_BYTES = 2 << 30
# A longer line of a log is told in several, so that none fills the memory.
LONGEST_LOG_LINE = 1 << 20

# Compose's words when the engine does not answer. Source: moby/client, errors.go.
_UNAVAILABLE = ("failed to connect to the docker API", "Cannot connect to the Docker daemon")

# Source: Compose Specification, "Version and name top-level elements".
PROJECT_NAME = re.compile(r"[a-z0-9][a-z0-9_-]*")

OnStep = Callable[[Step], None]


def ignore(_step: Step) -> None:
    """Take a step that nobody wants to see."""


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What Compose says to files: a model, or why it refuses them, in its own words; and its warnings.

    It has neither where Compose takes the files and what they mean cannot be printed or read: `unread` says
    why.
    """

    model: Model | None
    refusal: str
    unread: str = ""
    warnings: tuple[str, ...] = ()

    def meant(self) -> Model:
        """Return the model.

        Raises:
            EngineError: `compose_failed`: there is none.
        """
        if self.model is None:
            raise EngineError(self.refusal or self.unread, code="compose_failed")
        return self.model


class Compose:
    """Docker Compose, driven.

    `home` is a directory of AppOS's own, `progress` how this Compose can report (`ComposeBinary.progress`).
    Every method may raise `EngineUnavailableError` (`engine_unavailable`) if the engine does not answer, and
    `EngineError`: `compose_failed` with Compose's own last words, `compose_cancelled`, `compose_timeout`,
    `compose_missing`, and `compose_unwritable` where `home` is on a disk that is full or may not be written.
    """

    def __init__(
        self,
        binary: Path,
        *,
        docker_host: str,
        home: Path,
        progress: Literal["json", "plain"] = "json",
    ) -> None:
        self._binary = binary
        self._docker_host = docker_host
        self._progress = progress
        self._home = home.absolute()
        self._runs = Runs(self._home)

    @property
    def home(self) -> Path:
        """Where runs keep what they need, and what was begun is noted."""
        return self._home

    def sweep(self) -> None:
        """End and remove what runs have left whose driver was killed; every change does so first."""
        self._runs.sweep()

    def version(self) -> str:
        """Return the version of Compose, such as `5.5.0`. Asks no engine."""
        said = self._ask(ProjectFiles(directory=Path("/")), ("version", "--short"), None)
        return said.strip().removeprefix("v")

    def config(
        self,
        files: ProjectFiles,
        *,
        profiles_all: bool = False,
        resolves_env_files: bool = True,
        cancel: Cancel | None = None,
    ) -> Answer:
        """Normalise a project; a refusal is an answer, no error. Asks no engine.

        A model whose env files are resolved no longer names them.
        """
        if profiles_all:
            files = msgspec.structs.replace(files, profiles=("*",))
        report = _report(files)
        arguments = ["config", *([] if resolves_env_files else ["--no-env-resolution"]), "--format"]
        status, output = self._collect(files, (*arguments, "json"), report, cancel)
        read: Callable[[bytes], dict[str, Any] | None] = json.loads
        if status != 0 and is_unprintable(report.last_words):
            report, read = _report(files), model_in_yaml
            status, output = self._collect(files, (*arguments, "yaml"), report, cancel)
        if status != 0:
            return Answer(model=None, refusal=report.last_words, warnings=report.warnings)
        try:
            raw = read(output)
            model = None if raw is None else model_of(raw)
        except ValueError as error:
            # The verdict stands: what a newer Compose prints in another shape is no mistake of the files.
            return Answer(model=None, refusal="", unread=str(error), warnings=report.warnings)
        unread = UNPRINTABLE if model is None else ""
        return Answer(model=model, refusal="", unread=unread, warnings=report.warnings)

    def hashes(
        self, files: ProjectFiles, raw: Mapping[str, Any] | None = None, *, cancel: Cancel | None = None
    ) -> dict[str, str]:
        """Return the hash of every service of the active profiles, as its containers are labelled with it.

        `raw` is a model that takes the place of the files.
        """
        with self._runs.new() as run:
            meant = files
            if raw is not None:
                model = run.directory / "model.json"
                write_private(model, json.dumps(raw).encode())
                meant = msgspec.structs.replace(files, files=(model,))
            lines = self._ask(meant, ("config", "--hash", "*"), cancel).splitlines()
        return dict(line.split(maxsplit=1) for line in lines if line.strip())

    def up(
        self,
        files: ProjectFiles,
        options: UpOptions | None = None,
        *,
        on_step: OnStep = ignore,
        cancel: Cancel | None = None,
    ) -> tuple[str, ...]:
        """Create and start what the files say, or the rewritten model; remove what they no longer say.

        Returns Compose's warnings, once all is started and what others wait for is healthy. No data is
        lost: a volume whose definition has changed stays as it is, with a warning in Compose's words among
        the steps.

        Raises:
            ConflictError: `files_changed`: the files do not mean what was expected; nothing was done.
        """
        options, cancel = options or UpOptions(), cancel or Cancel()
        self._runs.sweep()
        if options.expected is not None and self.hashes(files, cancel=cancel) != dict(options.expected):
            raise ConflictError(
                "The files of this project have changed since they were looked at. Look at the plan again.",
                code="files_changed",
            )
        rewritten = options.rewritten
        report = _report(files, on_step, rewritten.raw if rewritten else options.known)
        with self._runs.new() as run:
            run.log_in(options.logins)
            meant = files if rewritten is None else stand_in(run, files, rewritten)
            self._change(run, meant, files.directory, options.arguments(), report, cancel)
        return report.warnings

    def down(
        self,
        files: ProjectFiles,
        *,
        volumes: bool = False,
        on_step: OnStep = ignore,
        cancel: Cancel | None = None,
    ) -> None:
        """Stop and remove the containers and networks of a project; with `volumes` its named volumes, too.

        Only the name of the project counts: what was deployed goes, whatever the files say now.
        """
        self._runs.sweep()
        named = self._by_name(files)
        arguments = ["down", "--remove-orphans", *(["--volumes"] if volumes else [])]
        with self._runs.new() as run:
            self._change(run, named, named.directory, arguments, _report(files, on_step), cancel or Cancel())

    def pull(
        self,
        files: ProjectFiles,
        services: Sequence[str] = (),
        *,
        missing: bool = False,
        logins: Sequence[Login] = (),
        on_step: OnStep = ignore,
        cancel: Cancel | None = None,
    ) -> None:
        """Pull the images of all services that are not built, or of those named; or only those `missing`."""
        self._runs.sweep()
        with self._runs.new() as run:
            run.log_in(logins)
            policy = ["--policy", "missing"] if missing else []
            arguments = ["pull", "--ignore-buildable", *policy, "--", *services]
            self._change(run, files, files.directory, arguments, _report(files, on_step), cancel or Cancel())

    def build(
        self,
        files: ProjectFiles,
        services: Sequence[str] = (),
        *,
        logins: Sequence[Login] = (),
        known: Mapping[str, Any] | None = None,
        on_step: OnStep = ignore,
        cancel: Cancel | None = None,
    ) -> None:
        """Build the images of all services with a `build`, or of those named; `known` as in `UpOptions`."""
        self._runs.sweep()
        report = _report(files, on_step, known)
        with self._runs.new() as run:
            run.log_in(logins)
            arguments = ["build", "--", *services]
            self._change(run, files, files.directory, arguments, report, cancel or Cancel())

    def ps(self, files: ProjectFiles, *, cancel: Cancel | None = None) -> tuple[ContainerState, ...]:
        """Return the containers of a project, running and stopped; only its name counts."""
        return states_of(self._ask(self._by_name(files), ("ps", "--all", "--format", "json"), cancel))

    def images(self, files: ProjectFiles, *, cancel: Cancel | None = None) -> list[dict[str, Any]]:
        """Return the images that the containers of a project use, as Compose prints them."""
        said = self._ask(self._by_name(files), ("images", "--format", "json"), cancel)
        images: list[dict[str, Any]] | None = json.loads(said)
        return images or []

    def logs(
        self,
        files: ProjectFiles,
        services: Sequence[str] = (),
        *,
        follow: bool = False,
        tail: int | None = None,
        timestamps: bool = False,
        prefix: bool = True,
        cancel: Cancel | None = None,
    ) -> Iterator[bytes]:
        """Yield the lines that containers wrote, with those to come if `follow`, until cancelled or closed.

        They are the programs' own words, and may hold anything.
        """
        arguments = ["logs", "--no-color"]
        arguments += ["--follow"] if follow else []
        arguments += ["--tail", str(tail)] if tail is not None else []
        arguments += ["--timestamps"] if timestamps else []
        arguments += [] if prefix else ["--no-log-prefix"]
        named = self._by_name(files)
        limit = None if follow else READ_SECONDS
        with self._runs.new() as run:
            command = self._command(run, named, named.directory, (*arguments, "--", *services), limit)
            try:
                yield from _log_lines(command, _report(files), cancel or Cancel())
            except EngineError as error:
                if error.code != "compose_cancelled":
                    raise

    def _change(
        self,
        run: Run,
        files: ProjectFiles,
        directory: Path,
        arguments: Sequence[str],
        report: Report,
        cancel: Cancel,
    ) -> None:
        """Run a command whose every line is progress."""
        command = self._command(run, files, directory, arguments, CHANGE_SECONDS)
        lines = {source: Lines() for source in Source}
        with Running(command, cancel) as running:
            for source, chunk in running.read():
                _take(report, lines[source].feed(chunk))
            for part in lines.values():
                _take(report, part.end())
            _judge(running.status, report)

    def _ask(self, files: ProjectFiles, arguments: Sequence[str], cancel: Cancel | None) -> str:
        """Run a command whose output is the answer."""
        report = _report(files)
        status, output = self._collect(files, arguments, report, cancel)
        _judge(status, report)
        return output.decode("utf-8", errors="replace")

    def _collect(
        self, files: ProjectFiles, arguments: Sequence[str], report: Report, cancel: Cancel | None
    ) -> tuple[int, bytes]:
        output, messages = [], Lines()
        with self._runs.new() as run:
            command = self._command(run, files, files.directory, arguments, READ_SECONDS)
            with Running(command, cancel or Cancel()) as running:
                for source, chunk in running.read():
                    if source is Source.OUTPUT:
                        output.append(chunk)
                    else:
                        _take(report, messages.feed(chunk))
                _take(report, messages.end())
                return running.status, b"".join(output)

    def _by_name(self, files: ProjectFiles) -> ProjectFiles:
        """Leave everything but the name: Compose then goes by the labels of what was deployed.

        Raises:
            EngineError: `compose_failed`: the project has no name but in files that Compose refuses.
            InvalidError: `project_name_invalid`: no project can have the name; Compose would find none.
        """
        name = files.name
        if name and PROJECT_NAME.fullmatch(name) is None:
            raise InvalidError(
                f"{name!r} is no name for a project: it has small letters, digits, `_` and `-` alone.",
                code="project_name_invalid",
            )
        if not name:
            name = self.config(files).meant().project.name
        return ProjectFiles(directory=Path("/"), name=name)

    def _command(
        self,
        run: Run,
        files: ProjectFiles,
        directory: Path,
        arguments: Sequence[str],
        deadline_seconds: float | None,
    ) -> Command:
        return Command(
            arguments=(str(self._binary), *global_arguments(files, self._progress), *arguments),
            environment=environment(files, home=self._home, docker_host=self._docker_host, run=run),
            # Compose takes a project's directory that is not there, if its files are elsewhere.
            directory=directory if directory.is_dir() else run.directory,
            deadline_seconds=deadline_seconds,
            most_bytes=MOST_BYTES,
        )


def _log_lines(command: Command, report: Report, cancel: Cancel) -> Iterator[bytes]:
    rest, messages = b"", Lines()
    with Running(command, cancel) as running:
        for source, chunk in running.read():
            if source is Source.MESSAGES:
                _take(report, messages.feed(chunk))
                continue
            *lines, rest = (rest + chunk).split(b"\n")
            yield from lines
            if len(rest) > LONGEST_LOG_LINE:
                yield rest
                rest = b""
        _take(report, messages.end())
        status = running.status
    if rest:
        yield rest
    _judge(status, report)


def _report(
    files: ProjectFiles,
    on_step: OnStep = ignore,
    known: Mapping[str, Any] | None = None,
) -> Report:
    env_files = files.env_files or (files.directory / ".env",)
    return Report(Veil.of(files.variables, env_files, known), on_step)


def _take(report: Report, lines: Iterable[str]) -> None:
    for line in lines:
        report.take(line)


def _unsaid(status: int) -> str:
    if status < 0:
        return f"Docker Compose was ended from outside: {signal.Signals(-status).name}."
    return f"Docker Compose ended with status {status} and said nothing."


def _judge(status: int, report: Report) -> None:
    if status == 0:
        return
    said = report.last_words or _unsaid(status)
    if any(words in said for words in _UNAVAILABLE):
        raise EngineUnavailableError(f"The Docker Engine does not answer: {said}")
    raise EngineError(said, code="compose_failed")
