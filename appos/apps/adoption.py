"""Compose projects that run without AppOS: found, and taken over without being touched."""

import re
from pathlib import Path

import msgspec

from appos.apps.files.store import ENV
from appos.apps.models import NAME, App, AppSettings, Source
from appos.apps.service import Apps
from appos.audit.models import Actor
from appos.compose.plan import Action
from appos.engine.models import ContainerSummary
from appos.engine.watch import EngineWatch
from appos.errors import ConflictError, NotFoundError

# Source: Docker Compose, the labels of containers.
DIRECTORY = "com.docker.compose.project.working_dir"
FILES = "com.docker.compose.project.config_files"
SERVICE = "com.docker.compose.service"
OWN = "appos"
MOST_BYTES = 1 << 20
# The source of a bind in short form, or a value that names a path, relative to the project's directory.
_RELATIVE = re.compile(
    r"^(?P<head>[ \t]*(?:-[ \t]+|(?:source|context|env_file|file):[ \t]+)['\"]?)"
    r"(?P<path>\.{1,2}(?:/[^\s:'\"]*)?)(?=[:\s'\"]|$)",
    re.MULTILINE,
)


class Adoptable(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A project that could become an app; `problem` says why it cannot, "" if it can."""

    name: str
    directory: str
    file: str
    services: tuple[str, ...]
    problem: str = ""


class Adoption:
    """Finds projects and takes them over."""

    def __init__(self, apps: Apps, watch: EngineWatch) -> None:
        self._apps = apps
        self._watch = watch

    def found(self) -> list[Adoptable]:
        """Return the projects that run and are no apps; nothing is changed."""
        known = {*self._apps.names(), OWN}
        names = sorted(self._watch.projects() - known)
        return [self._look(name, self._watch.project(name)) for name in names]

    def _look(self, name: str, containers: tuple[ContainerSummary, ...]) -> Adoptable:
        labels = containers[0].labels if containers else {}
        directory, files = labels.get(DIRECTORY, ""), labels.get(FILES, "")
        services = tuple(sorted({it.labels.get(SERVICE, "") for it in containers}))
        return Adoptable(
            name=name,
            directory=directory,
            file=files,
            services=services,
            problem=_problem(name, directory, files),
        )

    def adopt(self, name: str, actor: Actor, *, has_consent: bool = False) -> App:
        """Make an app of a project, with its files; nothing of it is touched yet.

        Raises:
            NotFoundError: `project_not_found`.
            ConflictError: `not_adoptable`: its files cannot be had. `consent_needed`: a deployment of them
                would change what runs; the fields say what.
            InvalidError: `compose_invalid`.
        """
        found = next((it for it in self.found() if it.name == name), None)
        if found is None:
            raise NotFoundError(f"No project named {name!r} runs without AppOS.", code="project_not_found")
        if found.problem:
            raise ConflictError(found.problem, code="not_adoptable")
        directory = Path(found.directory)
        compose = absolute(Path(found.file).read_text(encoding="utf-8"), directory)
        files = {"compose.yaml": compose.encode()}
        if (directory / ENV).is_file():
            files[ENV] = (directory / ENV).read_bytes()
        _, review = self._apps.review(name, files)
        if review is not None and review.plan.changes and not has_consent:
            raise _consent_needed(name, review.plan.changes)
        env = files.get(ENV)
        return self._apps.register(
            name,
            compose,
            actor,
            files={ENV: env.decode(errors="replace")} if env is not None else None,
            settings=AppSettings(),
            source=Source(kind="adopted", path=found.directory),
        )[0]


def _problem(name: str, directory: str, files: str) -> str:
    if not NAME.fullmatch(name):
        return "Its name is none that an app may have."
    if not files or not directory:
        return "Its containers do not say where its files are."
    if "," in files:
        return "It is made of several Compose files; write them into one first."
    path = Path(files)
    if not path.is_file():
        return f"AppOS cannot see {files}; copy the file into the app that you make of it."
    if path.stat().st_size > MOST_BYTES:
        return f"{files} is too large for a Compose file."
    return ""


def absolute(text: str, directory: Path) -> str:
    """Return a Compose file whose relative paths lead where they led from its old directory."""
    return _RELATIVE.sub(lambda found: found["head"] + str((directory / found["path"]).resolve()), text)


def _consent_needed(name: str, changes: tuple[Action, ...]) -> ConflictError:
    told = {
        f"{it.target.value} {it.name}": {
            "code": it.kind.value,
            "message": "; ".join(reason.text for reason in it.reasons) or it.kind.value,
        }
        for it in changes
    }
    message = f"Taking {name} over would change what runs: {', '.join(told)}. Agree to that first."
    return ConflictError(message, code="consent_needed", fields=told)
