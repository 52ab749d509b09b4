"""Checks of an app's files before they are saved: what Compose refuses is never kept."""

import re
import secrets
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import msgspec

from appos.apps.files.beneath import write_beneath
from appos.apps.files.store import COMPOSE_NAMES, ENV, AppStore
from appos.apps.looks import invalid
from appos.apps.projects import Projects
from appos.apps.reviews import Review
from appos.compose.models import Finding, ProjectFiles, Severity

_OTHER_NAME = re.compile(r"^name:[ \t]*['\"]?(?P<name>[^'\"\s#]+)", re.MULTILINE)


class Checking:
    """Checks files as the project that they will be."""

    def __init__(self, store: AppStore, projects: Projects, scratch: Path) -> None:
        """`scratch` is a directory for files of apps that are not there yet."""
        self._store = store
        self._projects = projects
        self._scratch = scratch

    def check(self, name: str, files: Mapping[str, bytes]) -> tuple[Finding, ...]:
        """Return what is found in files of an app that do no harm.

        Raises:
            InvalidError: `compose_invalid`, with all that is wrong as its fields.
        """
        with self.laid_out(name, files) as (project, names):
            check = self._projects.check(project)
        check = msgspec.structs.replace(check, findings=named(check.findings, names))
        if not check.valid:
            raise invalid(check)
        return (*_other_name(name, files), *check.findings)

    def review(self, name: str, files: Mapping[str, bytes]) -> tuple[tuple[Finding, ...], Review | None]:
        """Return what is found in files, and what a deployment would do; None if they are invalid."""
        with self.laid_out(name, files) as (project, names):
            check = self._projects.check(project)
            if not check.valid:
                return named(check.findings, names), None
            review = self._projects.review(project)
        renamed = msgspec.structs.replace(
            review, findings=named(review.findings, names), refused=named(review.refused, names)
        )
        return (*_other_name(name, files), *renamed.findings), renamed

    @contextmanager
    def laid_out(
        self, name: str, files: Mapping[str, bytes]
    ) -> Iterator[tuple[ProjectFiles, Mapping[str, str]]]:
        """Lay files out as they would be, and yield the project, and what its files are really named.

        Those of an app that is there lie in its own directory for so long, so that all it names is found.
        """
        if name in self._store.names():
            project = self._store.project(name)
            drafts = {path: f".draft-{secrets.token_hex(6)}-{Path(path).name}" for path in _defining(files)}
            try:
                for path, draft in drafts.items():
                    write_beneath(project, draft, files[path], 0o600)
                yield _drafted(name, project, drafts), {draft: path for path, draft in drafts.items()}
            finally:
                for draft in drafts.values():
                    (project / draft).unlink(missing_ok=True)
            return
        self._scratch.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self._scratch, prefix="new-") as made:
            for path, data in files.items():
                write_beneath(Path(made), path, data, 0o600)
            yield ProjectFiles(directory=Path(made), name=name), {}


def _defining(files: Mapping[str, bytes]) -> list[str]:
    return [path for path in files if path in COMPOSE_NAMES or path == ENV]


def _drafted(name: str, project: Path, drafts: Mapping[str, str]) -> ProjectFiles:
    compose = next((draft for path, draft in drafts.items() if path in COMPOSE_NAMES), "")
    return ProjectFiles(
        directory=project,
        name=name,
        files=(project / compose,) if compose else (),
        env_files=(project / drafts[ENV],) if ENV in drafts else (),
    )


def named(findings: tuple[Finding, ...], names: Mapping[str, str]) -> tuple[Finding, ...]:
    """Return findings that name the files as they are really named."""
    return tuple(_named(it, names) for it in findings)


def _named(finding: Finding, names: Mapping[str, str]) -> Finding:
    message, fix, file = finding.message, finding.fix, finding.file
    for draft, path in names.items():
        message, fix = message.replace(draft, path), fix.replace(draft, path)
        file = file.replace(draft, path) if file else file
    return msgspec.structs.replace(finding, message=message, fix=fix, file=file)


def _other_name(name: str, files: Mapping[str, bytes]) -> tuple[Finding, ...]:
    """Warn of a name in the file that is not the app's: the app's counts."""
    path = next((it for it in COMPOSE_NAMES if it in files), "")
    found = _OTHER_NAME.search(files.get(path, b"").decode(errors="replace"))
    if found is None or found["name"] == name:
        return ()
    text = files[path].decode(errors="replace")
    return (
        Finding(
            severity=Severity.WARNING,
            code="name_ignored",
            path="name",
            file=path,
            line=text.count("\n", 0, found.start()) + 1,
            message=f"The project is named {name!r}, after the app; the name in the file does not count.",
            fix=f"Remove the line, or write `name: {name}`.",
        ),
    )
