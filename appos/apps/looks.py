"""A project before it is deployed: what is wrong with it, what it asks for, and what would change."""

from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec

from appos.apps.actual import actual_of, with_changes
from appos.apps.host_paths import host_paths
from appos.apps.survey import Survey, Tables
from appos.compose.diagnose import Analysis, Check, analyse
from appos.compose.driver import Compose
from appos.compose.model import Model
from appos.compose.models import Finding, ProjectFiles, Pull
from appos.compose.paths import HostPaths, rewritten
from appos.compose.plan import Options, Plan, Wanted, plan, referring, refers
from appos.compose.policy.judge import judge, judge_files
from appos.compose.policy.models import Role, Verdict
from appos.compose.policy.places import Places
from appos.compose.policy.rules import PolicyRules
from appos.compose.preflight.facts import Facts
from appos.compose.preflight.flight import preflight
from appos.compose.source import Sources
from appos.engine.models import Credentials
from appos.engine.port import Engine
from appos.errors import InvalidError


class Deploy(msgspec.Struct, frozen=True, kw_only=True):
    """How a project is deployed: when images are pulled and built, by whom, and with which credentials."""

    pull: Pull = "policy"
    build: bool = False
    role: Role = Role.SUPERUSER
    credentials: tuple[Credentials, ...] = ()
    wait_seconds: float = 120.0


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """A project as it was looked at."""

    files: ProjectFiles
    model: Model
    # As the policy looks at it: its env files are named.
    judged: Model
    # As the host sees it, with the services of every profile: without them, containers of a profile that is
    # not active would be orphans. None natively, where the files themselves are deployed.
    stand_in: Model | None
    unreachable: tuple[Finding, ...]
    check: Check
    sources: Sources
    places: Places
    rules: PolicyRules
    verdict: Verdict
    preflight: tuple[Finding, ...]
    plan: Plan
    hashes: Mapping[str, str]


class Looks:
    """Looks at projects; nothing is changed.

    `compose` gives the driver, checked, when it is first needed. `tables` reads what listens on the host,
    None where that is another machine. `sockets` are those of the engine.
    """

    def __init__(
        self,
        compose: Callable[[], Compose],
        engine: Engine,
        data_dir: Path,
        *,
        rules: Callable[[], PolicyRules],
        tables: Tables | None,
        sockets: tuple[Path, ...],
    ) -> None:
        self._compose = compose
        self._engine = engine
        self._data_dir = data_dir
        self._rules = rules
        self._tables = tables
        self._sockets = sockets
        self._host_paths: HostPaths | None = None

    def host_paths(self) -> HostPaths:
        """Return where AppOS's mounts lie on the host, found once."""
        if self._host_paths is None:
            self._host_paths = host_paths(self._engine)
        return self._host_paths

    def valid(self, files: ProjectFiles, analysis: Analysis | None = None) -> tuple[Model, Check, Sources]:
        """Return what the files mean, what is found in them, and where everything is written.

        Raises:
            InvalidError: `compose_invalid`, with all that is wrong as its fields.
            EngineError: `compose_failed`: Compose accepts the files, but cannot print what they mean.
        """
        analysis = analysis or analyse(files)
        if (unasked := analysis.unasked()) is not None:
            raise invalid(unasked)
        answer = self._compose().config(files)
        check = analysis.findings(answer)
        if not check.valid:
            raise invalid(check)
        return answer.meant(), check, analysis.sources

    def look(self, files: ProjectFiles, deploy: Deploy) -> Seen:
        """Look at a project in every way.

        Raises:
            InvalidError: `compose_invalid`.
            ForbiddenError: `policy_refused`, where its files are not its own to read.
        """
        paths = self.host_paths()
        places = Places.of(
            files.directory, self._data_dir, paths, self._sockets, self._engine.info().root_dir
        )
        rules = self._rules()
        analysis = analyse(files)
        # Before anything is said of what stands in the files: some may be those of somebody else.
        read = judge_files(analysis.files, rules, deploy.role, places)
        read.refuse()
        model, check, sources = self.valid(files, analysis)
        files = msgspec.structs.replace(files, name=model.project.name)
        # An older Compose cannot leave env files unread, and then no longer says which they were.
        named = self._compose().config(files, resolves_env_files=False).model
        judged = named or model
        whole = analysis.is_whole and named is not None
        read = judge_files(analysis.files, rules, deploy.role, places, is_whole=whole)
        verdict = judge(judged, rules, deploy.role, places)
        every = self._compose().config(files, profiles_all=True).model or model
        deployed, unreachable = rewritten(model, paths, files.directory)
        facts = self._facts(model, deploy)
        hashes = self._compose().hashes(files)
        digests = {image: fact.digest for image, fact in facts.images.items() if fact.digest}
        return Seen(
            files=files,
            model=model,
            judged=judged,
            stand_in=rewritten(every, paths, files.directory)[0] if paths.in_container else None,
            unreachable=unreachable,
            check=check,
            sources=sources,
            places=places,
            rules=rules,
            verdict=Verdict(refused=read.refused + verdict.refused, warned=read.warned + verdict.warned),
            preflight=preflight(model, facts),
            plan=self._plan(files, deployed, every, hashes, deploy, digests),
            hashes=hashes,
        )

    def _facts(self, model: Model, deploy: Deploy) -> Facts:
        paths = self.host_paths()
        survey = Survey(
            self._engine,
            paths,
            self._tables,
            sees_programs=self._tables is not None and not paths.in_container,
        )
        return survey.facts(
            model.project,
            {it.registry: it for it in deploy.credentials},
            asks_always=deploy.pull == "always",
        )

    def _plan(
        self,
        files: ProjectFiles,
        deployed: Model,
        every: Model,
        hashes: Mapping[str, str],
        deploy: Deploy,
        digests: Mapping[str, str],
    ) -> Plan:
        actual = actual_of(self._engine, deployed, digests)
        if self.host_paths().in_container or refers(deployed.raw):
            hashes = self._compose().hashes(files, referring(deployed.raw, actual))
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
