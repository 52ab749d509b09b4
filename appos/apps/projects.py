"""Compose projects on an engine: checked, planned, brought up and taken down.

What it does is the same for the command line, a job and a request: diagnosis, policy and preflight are looked
at, and a plan is made, before anything is changed.
"""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Self

import msgspec

from appos.apps.actual import actual_of, with_changes
from appos.apps.host_paths import host_paths
from appos.apps.made import refuse_made
from appos.apps.reviews import Review, refuse
from appos.apps.sockets import read_tables
from appos.apps.survey import Survey, Tables
from appos.compose.binary import ComposeBinary
from appos.compose.deploy import Deployment, Outcome
from appos.compose.diagnose import Analysis, Check, analyse
from appos.compose.driver import Compose, OnStep, ignore
from appos.compose.invocation import Rewritten, UpOptions
from appos.compose.model import Model
from appos.compose.models import Finding, ProjectFiles, Pull
from appos.compose.paths import HostPaths, ensure_sources, refuse_unreachable, rewritten
from appos.compose.plan import Options, Plan, Wanted, plan, referring, refers
from appos.compose.policy.judge import judge, judge_files
from appos.compose.policy.models import Role, Verdict
from appos.compose.policy.places import Places
from appos.compose.policy.rules import PolicyRules
from appos.compose.preflight.flight import preflight
from appos.compose.process import Cancel
from appos.compose.runs import Login
from appos.compose.source import Sources, located
from appos.compose.states import ContainerState
from appos.config import Config
from appos.engine.models import Credentials
from appos.engine.port import Engine
from appos.errors import InvalidError

UNIX = "unix://"


class Deploy(msgspec.Struct, frozen=True, kw_only=True):
    """How a project is deployed: when images are pulled and built, by whom, and with which credentials."""

    pull: Pull = "policy"
    build: bool = False
    role: Role = Role.SUPERUSER
    credentials: tuple[Credentials, ...] = ()
    wait_seconds: float = 120.0


class _Seen(msgspec.Struct, frozen=True, kw_only=True):
    """A project as it was looked at."""

    files: ProjectFiles
    model: Model
    # As the policy looks at it: its env files are named.
    judged: Model
    # As the host sees it; the same as `model` natively.
    deployed: Model
    unreachable: tuple[Finding, ...]
    check: Check
    sources: Sources
    places: Places
    verdict: Verdict
    preflight: tuple[Finding, ...]
    plan: Plan
    hashes: Mapping[str, str]


class Projects:
    """The verbs of Compose projects.

    `compose` gives the driver, checked, when it is first needed. `tables` reads what listens on the host.
    """

    def __init__(
        self,
        compose: Callable[[], Compose],
        engine: Engine,
        data_dir: Path,
        *,
        rules: PolicyRules | None = None,
        tables: Tables | None = None,
        sockets: tuple[Path, ...] = (),
    ) -> None:
        self._compose = compose
        self._engine = engine
        self._data_dir = data_dir
        self._rules = rules or PolicyRules()
        self._tables = tables
        self._sockets = sockets
        self._host_paths: HostPaths | None = None

    @classmethod
    def of(cls, config: Config, engine: Engine, binary: ComposeBinary, home: Path | None = None) -> Self:
        """Put the verbs together for an installation; nothing is asked or made before it is needed.

        `home` is a directory of AppOS's own for the runs of Compose, by default that in the data directory.
        """
        socket = config.docker_host.removeprefix(UNIX) if config.docker_host.startswith(UNIX) else ""
        home = home or config.compose_home
        return cls(
            lambda: Compose(binary.path(), docker_host=config.docker_host, home=home),
            engine,
            config.data_dir,
            # An engine that is reached over the network is on another machine: nobody sees its sockets here.
            tables=read_tables if socket else None,
            sockets=(Path(socket),) if socket else (),
        )

    def check(self, files: ProjectFiles) -> Check:
        """Diagnose the files; asks no engine and no registry."""
        compose = self._compose()
        with ThreadPoolExecutor(1) as pool:
            # Compose is at work while its files are looked at here.
            asked = pool.submit(compose.config, files)
            return analyse(files).findings(asked.result())

    def model(self, files: ProjectFiles) -> Model:
        """Return what the files mean.

        Raises:
            InvalidError: `compose_invalid`, with all that is wrong as its fields.
        """
        return self._valid(files, analyse(files))[0]

    def review(self, files: ProjectFiles, deploy: Deploy | None = None) -> Review:
        """Say all that is to be said of a project, and what `up` would do; nothing is changed.

        Raises:
            InvalidError: `compose_invalid`.
            ForbiddenError: `policy_refused`, where its files are not its own to read.
        """
        seen = self._look(files, deploy or Deploy())
        failing = tuple(it for it in seen.preflight if it.severity == "error")
        return Review(
            plan=seen.plan,
            findings=(
                *seen.check.findings,
                *located((*seen.verdict.findings, *seen.unreachable, *seen.preflight), seen.sources),
            ),
            refused=located((*seen.verdict.refused, *seen.unreachable, *failing), seen.sources),
        )

    def up(
        self,
        files: ProjectFiles,
        deploy: Deploy | None = None,
        *,
        on_step: OnStep = ignore,
        cancel: Cancel | None = None,
    ) -> Outcome:
        """Deploy a project, and wait until every service is healthy or one is known not to be.

        Raises:
            InvalidError: `compose_invalid`.
            ForbiddenError: `policy_refused`.
            ConflictError: `preflight_failed`, `plan_obstacle`, `path_unreachable` or `files_changed`.
            EngineError: `compose_failed` in Compose's own words, `compose_cancelled` or `compose_timeout`.
        """
        deploy = deploy or Deploy()
        seen = self._look(files, deploy)
        refuse(seen.verdict, seen.preflight, seen.plan)
        refuse_unreachable(seen.unreachable)
        ensure_sources(seen.model, seen.files.directory)
        # A symbolic link may lead elsewhere by now.
        judge(seen.judged, self._rules, deploy.role, seen.places).refuse()
        outcome = Deployment(
            self._compose(),
            self._engine,
            seen.files,
            self._up_options(seen, deploy),
            wait_seconds=deploy.wait_seconds,
            on_step=on_step,
            cancel=cancel,
        ).run()
        refuse_made(self._engine, seen.files.name, self._rules, deploy.role, seen.places)
        return outcome

    def down(
        self,
        files: ProjectFiles,
        *,
        volumes: bool = False,
        on_step: OnStep = ignore,
        cancel: Cancel | None = None,
    ) -> None:
        """Stop and remove what was deployed; named volumes stay unless they are named here."""
        self._compose().down(files, volumes=volumes, on_step=on_step, cancel=cancel)

    def ps(self, files: ProjectFiles) -> tuple[ContainerState, ...]:
        """Return the containers of a project."""
        return self._compose().ps(files)

    def logs(
        self,
        files: ProjectFiles,
        services: tuple[str, ...] = (),
        *,
        follow: bool = False,
        tail: int | None = None,
        cancel: Cancel | None = None,
    ) -> Iterator[bytes]:
        """Yield the lines that the containers wrote."""
        return self._compose().logs(files, services, follow=follow, tail=tail, cancel=cancel)

    def pull(
        self,
        files: ProjectFiles,
        services: tuple[str, ...] = (),
        *,
        credentials: tuple[Credentials, ...] = (),
        on_step: OnStep = ignore,
        cancel: Cancel | None = None,
    ) -> None:
        """Pull the images of a project.

        Raises:
            InvalidError: `compose_invalid`.
        """
        self._valid(files, analyse(files))
        logins = _logins(credentials)
        self._compose().pull(files, services, logins=logins, on_step=on_step, cancel=cancel)

    def create_external(self, files: ProjectFiles) -> tuple[str, ...]:
        """Make the external networks and volumes of a project that do not exist; return what was made.

        Raises:
            InvalidError: `compose_invalid`.
        """
        project = self.model(files).project
        made = []
        there = {network.name for network in self._engine.networks()}
        for network in project.networks.values():
            if network.external and network.name not in there:
                self._engine.create_network(network.name)
                made.append(f'the network "{network.name}"')
        kept = {volume.name for volume in self._engine.volumes()}
        for volume in project.volumes.values():
            if volume.external and volume.name not in kept:
                self._engine.create_volume(volume.name)
                made.append(f'the volume "{volume.name}"')
        return tuple(made)

    def host_paths(self) -> HostPaths:
        """Return where AppOS's mounts lie on the host, found once."""
        if self._host_paths is None:
            self._host_paths = host_paths(self._engine)
        return self._host_paths

    def _valid(self, files: ProjectFiles, analysis: Analysis) -> tuple[Model, Check, Sources]:
        answer = self._compose().config(files)
        check = analysis.findings(answer)
        if answer.model is None:
            raise invalid(check)
        return answer.model, check, analysis.sources

    def _look(self, files: ProjectFiles, deploy: Deploy) -> _Seen:
        paths = self.host_paths()
        places = Places.of(
            files.directory, self._data_dir, paths, self._sockets, self._engine.info().root_dir
        )
        analysis = analyse(files)
        # Before anything is said of what stands in the files: some may be those of somebody else.
        read = judge_files(analysis.files, self._rules, deploy.role, places)
        read.refuse()
        model, check, sources = self._valid(files, analysis)
        files = msgspec.structs.replace(files, name=model.project.name)
        judged = self._with_env_files(files, model)
        verdict = judge(judged, self._rules, deploy.role, places)
        deployed, unreachable = rewritten(model, paths, files.directory)
        survey = Survey(
            self._engine,
            paths,
            self._tables,
            sees_programs=self._tables is not None and not paths.in_container,
        )
        facts = survey.facts(
            model.project,
            {it.registry: it for it in deploy.credentials},
            asks_always=deploy.pull == "always",
        )
        hashes = self._compose().hashes(files)
        digests = {image: fact.digest for image, fact in facts.images.items() if fact.digest}
        return _Seen(
            files=files,
            model=model,
            judged=judged,
            deployed=deployed,
            unreachable=unreachable,
            check=check,
            sources=sources,
            places=places,
            verdict=Verdict(refused=verdict.refused, warned=read.warned + verdict.warned),
            preflight=preflight(model, facts),
            plan=self._plan(files, deployed, hashes, deploy, digests),
            hashes=hashes,
        )

    def _with_env_files(self, files: ProjectFiles, model: Model) -> Model:
        """Return the model that still names its env files."""
        return self._compose().config(files, resolves_env_files=False).model or model

    def _plan(
        self,
        files: ProjectFiles,
        deployed: Model,
        hashes: Mapping[str, str],
        deploy: Deploy,
        digests: Mapping[str, str],
    ) -> Plan:
        actual = actual_of(self._engine, deployed, digests)
        if self.host_paths().in_container or refers(deployed.raw):
            hashes = self._compose().hashes(files, referring(deployed.raw, actual))
        every = self._compose().config(files, profiles_all=True).model or deployed
        wanted = Wanted(
            model=deployed,
            hashes=hashes,
            disabled=frozenset(every.project.services) - frozenset(deployed.project.services),
            options=Options(
                pull=deploy.pull,
                build=deploy.build,
                remove_orphans=True,
            ),
        )
        return plan(wanted, with_changes(self._engine, actual, plan(wanted, actual)))

    def _up_options(self, seen: _Seen, deploy: Deploy) -> UpOptions:
        stand_in = None
        if seen.deployed is not seen.model:
            stand_in = Rewritten(raw=seen.deployed.raw, files=self._on_host(seen.files))
        return UpOptions(
            rewritten=stand_in,
            expected=seen.hashes,
            pull=deploy.pull,
            build=deploy.build,
            logins=_logins(deploy.credentials),
        )

    def _on_host(self, files: ProjectFiles) -> ProjectFiles:
        """Return the files of a project as the host sees them; what it does not see keeps its path."""
        paths = self.host_paths()
        return msgspec.structs.replace(
            files,
            directory=paths.host_path(files.directory) or files.directory,
            files=tuple(paths.host_path(file) or file for file in files.files),
        )


def invalid(check: Check) -> InvalidError:
    """Return the error that says all that is wrong with files that Compose refuses."""
    errors = [finding for finding in check.findings if finding.severity == "error"]
    return InvalidError(
        errors[0].message,
        code="compose_invalid",
        fields={
            finding.path or "": {
                "code": finding.code,
                "message": f"{finding.message} {finding.fix}".strip(),
                "file": finding.file,
                "line": finding.line,
            }
            for finding in reversed(errors)
        },
    )


def _logins(credentials: tuple[Credentials, ...]) -> tuple[Login, ...]:
    return tuple(
        Login(registry=it.registry, username=it.username, password=it.password) for it in credentials
    )
