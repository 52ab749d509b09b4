"""What runs without AppOS: Compose projects, taken over untouched, and containers that no Compose made."""

import re
from pathlib import Path

import msgspec

from appos.apps.files.store import ENV
from appos.apps.lone import Written, problem_of, written
from appos.apps.lone_options import restart_of
from appos.apps.models import NAME, App, AppSettings, Source
from appos.apps.rollout.aside import aside_name
from appos.apps.service import Apps
from appos.audit.models import Actor
from appos.compose.plan import Action
from appos.engine.models import UNTIL, ContainerSummary, Definition
from appos.engine.own_container import own_container
from appos.engine.port import Engine
from appos.engine.watch import PROJECT, EngineWatch
from appos.errors import ConflictError, NotFoundError

# Source: Docker Compose, the labels of containers.
DIRECTORY = "com.docker.compose.project.working_dir"
FILES = "com.docker.compose.project.config_files"
SERVICE = "com.docker.compose.service"
OWN = "appos"
MOST_BYTES = 1 << 20
MOST_PATHS = 10
# The labels of containers that somebody else looks after: Compose, Swarm, AppOS while it asks something.
OTHERS = (PROJECT, "com.docker.swarm.task.id", UNTIL)
_UNFIT = re.compile(r"[^a-z0-9_-]")
# The source of a bind in short form, or a value that names a path, relative to the project's directory.
_RELATIVE = re.compile(
    r"^(?P<head>[ \t]*(?:-[ \t]+|(?:source|context|env_file|file):[ \t]+)['\"]?)"
    r"(?P<path>\.{1,2}(?:/[^\s:'\"]*)?)(?=[:\s'\"]|$)",
    re.MULTILINE,
)


class Adoptable(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What could become an app named `name`; `problem` says why it cannot, "" if it can.

    `container` is the name of a container that no Compose made, "" for a project; `directory` and `file` are
    a project's.
    """

    name: str
    directory: str
    file: str
    services: tuple[str, ...]
    problem: str = ""
    container: str = ""


class Adoption:
    """Finds them and takes them over."""

    def __init__(self, apps: Apps, watch: EngineWatch, engine: Engine) -> None:
        self._apps = apps
        self._watch = watch
        self._engine = engine

    def found(self) -> list[Adoptable]:
        """Return what runs and is of no app: projects, then containers; nothing is changed."""
        projects = sorted(self._watch.projects() - {*self._apps.names(), OWN})
        found = [self._look(name, self._watch.project(name)) for name in projects]
        return [*found, *(self._look_alone(it) for it in self._lone())]

    def _lone(self) -> list[ContainerSummary]:
        taken = {it.app.source.container for it in self._apps.states().values()}
        own = own_container(self._engine)
        taken |= {own.id} if own is not None else set()
        lone = (
            it
            for it in self._engine.containers()
            if it.state == "running" and it.id not in taken and not any(map(it.labels.get, OTHERS))
        )
        return sorted((it for it in lone if it.name != OWN), key=lambda it: it.name)

    def _look_alone(self, container: ContainerSummary) -> Adoptable:
        name = _UNFIT.sub("-", container.name.lower()).strip("-_")
        problem = ""
        if name in (*self._apps.names(), *self._watch.projects()) or not NAME.fullmatch(name):
            problem = "An app may not have its name, or there is one already; rename the container."
        else:
            try:
                problem = problem_of(self._engine.definition(container.id))
            except NotFoundError:
                problem = "Its image is gone, or it is going itself."
        return Adoptable(
            name=name, directory="", file="", services=(name,), problem=problem, container=container.name
        )

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
        found = next((it for it in self.found() if it.name == name and not it.container), None)
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

    def adopt_container(self, container: str, actor: Actor, *, has_consent: bool = False) -> App:
        """Make an app that takes a container's place once it is deployed; nothing is touched yet.

        Raises:
            NotFoundError: `container_not_found`.
            ConflictError: `not_adoptable`; `consent_needed`: without consent, always, with what will happen.
            InvalidError: `compose_invalid`, `env_invalid`.
        """
        found = next((it for it in self.found() if it.container and it.container == container), None)
        if found is None:
            message = f"No container named {container!r} runs outside of Compose."
            raise NotFoundError(message, code="container_not_found")
        if found.problem:
            raise ConflictError(found.problem, code="not_adoptable")
        told = self._engine.definition(container)
        plan = written(told, found.name)
        if not has_consent:
            raise self._consent_to(told, plan)
        source = Source(
            kind="adopted",
            path=told.name,
            container=told.id,
            restart=restart_of(told.host_config.get("RestartPolicy") or {}),
        )
        return self._apps.register(
            found.name, plan.compose, actor, env=plan.env, settings=AppSettings(), source=source
        )[0]

    def _consent_to(self, told: Definition, plan: Written) -> ConflictError:
        """Say what taking a container over does, and what of it is not taken."""
        kept = aside_name(told.name, told.id)
        said = {f"container {told.name}": f"It is stopped, kept as {kept}, and made anew."}
        layer = [it.path for it in self._engine.changes(told.id) if it.kind != "deleted"]
        if layer:
            more = f" and {len(layer) - MOST_PATHS} more" if len(layer) > MOST_PATHS else ""
            paths = ", ".join(layer[:MOST_PATHS])
            said["files"] = f"In no volume, so they stay in the old container: {paths}{more}."
        if plan.left_out:
            said["options"] = f"A Compose file cannot say these: {', '.join(plan.left_out)}."
        image = told.config["Image"]
        if self._engine.image(image).id != told.image_id:
            said["image"] = f"{image} is another image by now than the one that it runs."
        message = f"Taking {told.name} over makes it anew. Agree to that first."
        fields = {key: {"code": "replace", "message": text} for key, text in said.items()}
        return ConflictError(message, code="consent_needed", fields=fields)


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
