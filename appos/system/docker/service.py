"""The verbs of the Docker behind the apps."""

from collections.abc import Callable, Sequence

import msgspec

from appos.audit.models import Actor
from appos.audit.service import Audit
from appos.engine.models import Container, ContainerSummary, Credentials, Image, Prunable, PullProgress
from appos.engine.own_container import own_container
from appos.engine.port import Engine
from appos.engine.watch import EngineWatch
from appos.errors import ConflictError, EngineError
from appos.ledger.run import Run
from appos.system.docker.pruning import PruneView, Pruning

Credentialed = Callable[[], tuple[Credentials, ...]]
# The name of Docker's own registry. Source: distribution/reference, "docker.io".
DOCKER_HUB = "docker.io"


class ImageUpdate(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Whether a registry has another image under a reference; `error` says why that is not known."""

    reference: str
    is_available: bool
    digest: str = ""
    error: str = ""


class Docker:
    """Lists from memory, asks the engine for the rest, and leaves AppOS's own container alone."""

    def __init__(
        self, engine: Engine, watch: EngineWatch, audit: Audit, pruning: Pruning, credentials: Credentialed
    ) -> None:
        self.engine = engine
        self._watch = watch
        self._audit = audit
        self._pruning = pruning
        self._credentials = credentials
        self._own: str | None = None

    def containers(self) -> Sequence[ContainerSummary]:
        """Return all containers as they were last seen, by name.

        Raises:
            EngineUnavailableError: the engine has never answered.
        """
        if not self._watch.state.connected and not self._watch.containers():
            return self.engine.containers()
        return self._watch.containers()

    def act(self, verb: str, container: str, actor: Actor, call: Callable[[str], None]) -> Container:
        """Do something with a container that is not AppOS's own, and return it as it is then.

        Raises:
            NotFoundError: `container_not_found`.
            ConflictError: `own_container`.
        """
        found = self._others(container)
        call(found.id)
        self._audit.record(actor, f"container.{verb}", found.name)
        return self.engine.container(found.id)

    def remove(self, container: str, actor: Actor, *, force: bool, volumes: bool) -> None:
        """Remove a container that is not AppOS's own."""
        found = self._others(container)
        self.engine.remove_container(found.id, force=force, volumes=volumes)
        self._audit.record(actor, "container.remove", found.name)

    def _others(self, container: str) -> Container:
        found = self.engine.container(container)
        if self._own is None:
            own = own_container(self.engine)
            self._own = own.id if own is not None else ""
        if found.id == self._own:
            message = "This is AppOS itself; stop or remove it on its host, with make stop or make delete."
            raise ConflictError(message, code="own_container")
        return found

    def record(self, actor: Actor, action: str, subject: str) -> None:
        """Note what somebody did."""
        self._audit.record(actor, action, subject)

    def pull(self, run: Run) -> None:
        """Pull the image that is the subject of a job, with its progress."""
        reference = run.job.subject
        layers: dict[str, tuple[int, int]] = {}

        def pull() -> str:
            known = credentials_for(reference, self._credentials())
            with self.engine.pull(reference, credentials=known) as progress:
                for step in progress:
                    run.checkpoint()
                    _tell(run, step, layers)
            return f"{reference} is {self.engine.image(reference).id[7:19]}."

        run.step("pull", pull)

    def updates(self) -> list[ImageUpdate]:
        """Ask the registries of all images in use whether they have newer ones."""
        used = {it.image_id: it.image for it in self._watch.containers()}
        return [
            self._update(image, used[image.id])
            for image in self.engine.images()
            if image.id in used and image.digests
        ]

    def _update(self, image: Image, reference: str) -> ImageUpdate:
        try:
            known = credentials_for(reference, self._credentials())
            told = self.engine.distribution(reference, credentials=known)
        except EngineError as error:
            return ImageUpdate(reference=reference, is_available=False, error=error.message)
        has = any(digest.endswith(f"@{told.digest}") for digest in image.digests)
        return ImageUpdate(reference=reference, is_available=not has, digest=told.digest)

    def prune(self, what: Prunable, actor: Actor, *, all: bool, is_preview: bool) -> PruneView:
        """Remove what nothing needs, or say what that would be."""
        if is_preview:
            return self._pruning.preview(what, all=all)
        done = self._pruning.prune(what, all=all)
        self._audit.record(actor, f"{what.value}.prune", detail=f"{len(done.items)} removed")
        return done


def _tell(run: Run, step: PullProgress, layers: dict[str, tuple[int, int]]) -> None:
    if step.layer and step.total_bytes:
        layers[step.layer] = (step.current_bytes, step.total_bytes)
    done, total = (sum(it[index] for it in layers.values()) for index in (0, 1))
    if not step.total_bytes:
        run.progress(done, total, f"{step.layer} {step.status}".strip())


def credentials_for(reference: str, known: Sequence[Credentials]) -> Credentials | None:
    """Return the credentials of the registry that a reference names, None if there are none."""
    first, slash, _ = reference.partition("/")
    is_host = bool(slash) and ("." in first or ":" in first or first == "localhost")
    registry = first if is_host else DOCKER_HUB
    return next((it for it in known if it.registry == registry), None)
