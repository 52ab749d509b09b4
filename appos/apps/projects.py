"""Compose projects on an engine: checked, planned, brought up and taken down.

What it does is the same for the command line, a job and a request: diagnosis, policy and preflight are looked
at, and a plan is made, before anything is changed.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Self

import msgspec

from appos.apps.host_tables import HostTables
from appos.apps.looks import Deploy, Looks, Seen
from appos.apps.made import refuse_made
from appos.apps.policy_file import read_rules
from appos.apps.reviews import Review, refuse
from appos.apps.survey import Tables
from appos.compose.binary import ComposeBinary
from appos.compose.deploy import Deployment, Outcome
from appos.compose.diagnose import Check, analyse
from appos.compose.driver import Compose, OnStep, ignore
from appos.compose.invocation import Rewritten, UpOptions
from appos.compose.model import Model
from appos.compose.models import ProjectFiles
from appos.compose.paths import ensure_sources, refuse_unreachable
from appos.compose.policy.judge import judge
from appos.compose.policy.rules import PolicyRules
from appos.compose.process import Cancel
from appos.compose.runs import Login
from appos.compose.source import located
from appos.compose.states import ContainerState
from appos.config import Config
from appos.engine.models import Credentials
from appos.engine.port import Engine

UNIX = "unix://"


class Projects:
    """The verbs of Compose projects.

    `review` and `up` ask the policy, by the role of who deploys. The others do not, and go by a project's
    name or its files: who offers them to others than superusers sees to it that the project is theirs, and
    that its files were reviewed.

    `compose` gives the driver, checked, when it is first needed, and `rules` the settings of the policy each
    time. `tables` reads what listens on the host.
    """

    def __init__(
        self,
        compose: Callable[[], Compose],
        engine: Engine,
        data_dir: Path,
        *,
        rules: Callable[[], PolicyRules] = PolicyRules,
        tables: Tables | None = None,
        sockets: tuple[Path, ...] = (),
    ) -> None:
        self._compose = compose
        self._engine = engine
        self._looks = Looks(compose, engine, data_dir, rules=rules, tables=tables, sockets=sockets)

    @classmethod
    def of(cls, config: Config, engine: Engine, binary: ComposeBinary, home: Path | None = None) -> Self:
        """Put the verbs together for an installation; nothing is asked or made before it is needed.

        `home` is a directory of AppOS's own for the runs of Compose, by default that in the data directory.
        """
        socket = config.docker_host.removeprefix(UNIX) if config.docker_host.startswith(UNIX) else ""
        home = home or config.compose_home
        return cls(
            lambda: Compose(
                binary.path(), docker_host=config.docker_host, home=home, progress=binary.progress()
            ),
            engine,
            config.data_dir,
            rules=lambda: read_rules(config.policy_path),
            # An engine that is reached over the network is on another machine: nobody sees its sockets here.
            tables=HostTables(engine) if socket else None,
            sockets=(Path(socket),) if socket else (),
        )

    def check(self, files: ProjectFiles) -> Check:
        """Diagnose the files; asks no engine and no registry."""
        analysis = analyse(files)
        return analysis.unasked() or analysis.findings(self._compose().config(files))

    def model(self, files: ProjectFiles) -> Model:
        """Return what the files mean.

        Raises:
            InvalidError: `compose_invalid`, with all that is wrong as its fields.
        """
        return self._looks.valid(files)[0]

    def review(self, files: ProjectFiles, deploy: Deploy | None = None) -> Review:
        """Say all that is to be said of a project, and what `up` would do; nothing is changed.

        Raises:
            InvalidError: `compose_invalid`.
            ForbiddenError: `policy_refused`, where its files are not its own to read.
        """
        seen = self._looks.look(files, deploy or Deploy())
        failing = tuple(it for it in seen.preflight if it.severity == "error")
        return Review(
            plan=seen.plan,
            findings=(
                *seen.check.findings,
                *located((*seen.verdict.findings, *seen.unreachable, *seen.preflight), seen.sources),
            ),
            refused=located((*seen.verdict.refused, *seen.unreachable, *failing), seen.sources),
        )

    def vet(self, files: ProjectFiles, deploy: Deploy | None = None) -> Seen:
        """Look at a project, and refuse what may not be deployed or is certain to fail; nothing is changed.

        Raises:
            InvalidError: `compose_invalid`.
            ForbiddenError: `policy_refused`.
            ConflictError: `preflight_failed`, `plan_obstacle` or `path_unreachable`.
        """
        seen = self._looks.look(files, deploy or Deploy())
        refuse(seen.verdict, seen.preflight, seen.plan)
        refuse_unreachable(seen.unreachable)
        return seen

    def up(
        self,
        files: ProjectFiles,
        deploy: Deploy | None = None,
        *,
        seen: Seen | None = None,
        on_step: OnStep = ignore,
        cancel: Cancel | None = None,
    ) -> Outcome:
        """Deploy a project, and wait until every service is healthy or one is known not to be.

        `seen` is what `vet` has returned of these files, which is then not looked at again.

        Raises:
            InvalidError: `compose_invalid`.
            ForbiddenError: `policy_refused`.
            ConflictError: `preflight_failed`, `plan_obstacle`, `path_unreachable` or `files_changed`.
            EngineError: `compose_failed` in Compose's own words, `compose_cancelled` or `compose_timeout`.
        """
        deploy = deploy or Deploy()
        seen = seen or self.vet(files, deploy)
        ensure_sources(seen.model, seen.files.directory)
        # A symbolic link may lead elsewhere by now.
        judge(seen.judged, seen.rules, deploy.role, seen.places).refuse()
        outcome = Deployment(
            self._compose(),
            self._engine,
            seen.files,
            self._up_options(seen, deploy),
            wait_seconds=deploy.wait_seconds,
            on_step=on_step,
            cancel=cancel,
        ).run()
        refuse_made(self._engine, seen.files.name, seen.rules, deploy.role, seen.places)
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
        missing: bool = False,
        credentials: tuple[Credentials, ...] = (),
        on_step: OnStep = ignore,
        cancel: Cancel | None = None,
    ) -> None:
        """Pull the images of a project, or only those that the engine has not.

        Raises:
            InvalidError: `compose_invalid`.
        """
        self._looks.valid(files)
        logins = _logins(credentials)
        self._compose().pull(files, services, missing=missing, logins=logins, on_step=on_step, cancel=cancel)

    def build(
        self,
        files: ProjectFiles,
        *,
        credentials: tuple[Credentials, ...] = (),
        on_step: OnStep = ignore,
        cancel: Cancel | None = None,
    ) -> None:
        """Build the images of a project that are built here.

        Raises:
            InvalidError: `compose_invalid`.
            EngineError: `compose_failed`.
        """
        known = self._looks.valid(files)[0].raw
        logins = _logins(credentials)
        self._compose().build(files, logins=logins, known=known, on_step=on_step, cancel=cancel)

    def create_external(self, files: ProjectFiles) -> tuple[str, ...]:
        """Make the external networks and volumes of a project that do not exist; return what was made.

        No policy is asked: it is for superusers alone.

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

    def _up_options(self, seen: Seen, deploy: Deploy) -> UpOptions:
        stand_in = None
        if seen.stand_in is not None:
            stand_in = Rewritten(raw=seen.stand_in.raw, files=self._on_host(seen.files))
        return UpOptions(
            rewritten=stand_in,
            expected=seen.hashes,
            pull=deploy.pull,
            build=deploy.build,
            logins=_logins(deploy.credentials),
        )

    def _on_host(self, files: ProjectFiles) -> ProjectFiles:
        """Return the files of a project as the host sees them; what it does not see keeps its path."""
        paths = self._looks.host_paths()
        return msgspec.structs.replace(
            files,
            directory=paths.host_path(files.directory) or files.directory,
            files=tuple(paths.host_path(file) or file for file in files.files),
        )


def _logins(credentials: tuple[Credentials, ...]) -> tuple[Login, ...]:
    return tuple(
        Login(registry=it.registry, username=it.username, password=it.password) for it in credentials
    )
