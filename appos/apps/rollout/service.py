"""The verbs of apps that take time; each is the body of one kind of job, on the app that is its subject."""

from collections.abc import Callable
from typing import Any

from appos.apps.files.store import AppStore
from appos.apps.models import App, ReleaseState
from appos.apps.projects import Projects
from appos.apps.rollout.attempt import Attempt, Kind, Parts
from appos.apps.rollout.containers import AppContainers
from appos.apps.rollout.images import KEPT, ReleaseImages
from appos.apps.rollout.patience import Patience
from appos.apps.sources import Sources
from appos.apps.views import Removal
from appos.engine.models import Credentials
from appos.engine.port import Engine
from appos.errors import ConflictError, NotFoundError
from appos.ledger.run import Run


class Rollouts:
    """Deploys, starts, stops, restarts, updates, rolls back and removes apps.

    `credentials` are those of registries; `changed` is told of the name of each app that has changed;
    `losses` counts how often the engine was lost.
    """

    def __init__(
        self,
        store: AppStore,
        projects: Projects,
        engine: Engine,
        *,
        sources: Sources,
        credentials: Callable[[], tuple[Credentials, ...]],
        changed: Callable[[str], None],
        losses: Callable[[], int],
    ) -> None:
        self._store = store
        self._engine = engine
        self._images = ReleaseImages(engine)
        self._patience = Patience(engine, losses)
        self._changed = changed
        self._parts = Parts(
            store=store,
            projects=projects,
            engine=engine,
            images=self._images,
            patience=self._patience,
            sources=sources,
            credentials=credentials,
            changed=changed,
        )

    def deploy(self, run: Run) -> None:
        """Deploy the files of an app; `args.kind` says what for, `deploy` by default.

        Raises:
            AppOSError: why it failed; what was before is there again.
        """
        kind: Kind = run.job.args.get("kind", "deploy")
        Attempt(self._parts, run, kind).go()

    def update(self, run: Run) -> None:
        """Pull newer images and deploy them; where there are none, nothing is changed."""
        Attempt(self._parts, run, "update").go()

    def rollback(self, run: Run) -> None:
        """Deploy an earlier release again, `args.release`, with its files and its images."""
        Attempt(self._parts, run, "rollback").go()

    def start(self, run: Run) -> None:
        """Start the containers of an app in their order, and wait for those that others wait for."""

        def start() -> str:
            app, containers = self._of(run)
            self._refuse_gone(app, containers)
            self._store.change(app.name, desired="running")
            started = self._borne(run, lambda: containers.start((), run.sleep, app.settings.wait_seconds))
            return f"{len(started)} containers were started."

        run.step("start", start)
        self._changed(run.job.subject)

    def stop(self, run: Run) -> None:
        """Stop the containers of an app, those first that wait for others."""

        def stop() -> str:
            app, containers = self._of(run)
            self._store.change(app.name, desired="stopped")
            return f"{len(self._borne(run, containers.stop))} containers were stopped."

        run.step("stop", stop)
        self._changed(run.job.subject)

    def restart(self, run: Run) -> None:
        """Stop and start an app, or those of its services that `args.services` names."""
        services = tuple(run.job.args.get("services") or ())
        app, containers = self._of(run)
        self._refuse_gone(app, containers)
        run.plan("stop", "start")
        run.step("stop", lambda: f"{len(self._borne(run, lambda: containers.stop(services)))} were stopped.")
        wait = app.settings.wait_seconds
        run.step(
            "start",
            lambda: (
                f"{len(self._borne(run, lambda: containers.start(services, run.sleep, wait)))} were started."
            ),
        )
        self._store.change(app.name, desired="running")
        self._changed(app.name)

    def remove(self, run: Run) -> None:
        """Remove an app: its containers and networks, with `args.volumes` also its volumes and files."""
        name, volumes = run.job.subject, bool(run.job.args.get("volumes"))
        run.plan("containers", "images", "files")
        if name not in self._store.names():
            return
        app, containers = self._of(run)

        def containers_step() -> str:
            gone = self._borne(run, lambda: containers.remove(volumes=volumes))
            kept = "" if volumes else f", {len(gone.volumes)} volumes stay"
            return f"{len(gone.containers)} containers and {len(gone.networks)} networks are gone{kept}."

        def files_step() -> str:
            aside = self._store.remove(name, keep_files=not volumes)
            return (
                f"The files lie in {aside.relative_to(self._store.root)}." if aside else "The files are gone."
            )

        run.step("containers", containers_step)
        run.step("images", lambda: self._images.forget(app))
        run.step("files", files_step)
        self._changed(name)

    def removal(self, name: str, *, volumes: bool) -> Removal:
        """Say exactly what `remove` would take away, and what it would leave."""
        app = self._store.load(name)
        there = AppContainers(self._engine, name, {}).belongings()
        names = tuple(it.name for it in there.volumes)
        project = f"apps/{name}"
        kept = [] if volumes else [f"volume {it}" for it in names]
        return Removal(
            containers=tuple(it.name for it in there.containers),
            networks=tuple(it.name for it in there.networks),
            volumes=names if volumes else (),
            images=tuple(
                tag
                for image in self._engine.images()
                for tag in image.tags
                if tag.startswith(f"{KEPT}/{app.id}:")
            ),
            files=(project, f"apps/.appos/{name}") if volumes else (),
            keeps=(*kept, *(() if volumes else (f"{project}, which is moved to apps/.removed",))),
        )

    def last_good(self, name: str) -> int:
        """Return the number of the release to go back to.

        Raises:
            ConflictError: `no_release`: there is none before the current one.
        """
        good = [it.number for it in self._store.releases(name) if it.state is ReleaseState.GOOD]
        if not good:
            raise ConflictError("There is no earlier release to go back to.", code="no_release")
        return good[0]

    def _of(self, run: Run) -> tuple[App, AppContainers]:
        app = self._store.load(run.job.subject)
        return app, AppContainers(self._engine, app.name, self._model(app))

    def _model(self, app: App) -> dict[str, Any]:
        try:
            return self._store.release_model(app.name, app.current) if app.current else {}
        except NotFoundError:
            return {}

    def _refuse_gone(self, app: App, containers: AppContainers) -> None:
        if not containers.of():
            message = f"{app.name} has no containers; deploy it again."
            raise ConflictError(message, code="not_deployed")

    def _borne(self, run: Run, action: Callable[[], Any]) -> Any:
        return self._patience.bear(action, pause=run.sleep, log=run.log)
