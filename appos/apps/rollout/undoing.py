"""The way back: after a deployment that failed, what was before is there again."""

import time
from typing import TYPE_CHECKING

from appos.apps.looks import Deploy
from appos.apps.models import App, Release, ReleaseState
from appos.apps.rollout.aside import Aside
from appos.apps.rollout.containers import AppContainers
from appos.apps.rollout.telling import Teller
from appos.compose.models import ProjectFiles
from appos.errors import AppOSError, EngineError
from appos.ledger.run import Run
from appos.store.values import timestamp

if TYPE_CHECKING:
    from appos.apps.rollout.attempt import Parts


class Undo:
    """Brings back what was before a deployment; it may be done again from its beginning."""

    def __init__(
        self, parts: "Parts", run: Run, files: ProjectFiles, release: Release | None, has_touched: bool
    ) -> None:
        """`has_touched` says whether containers may be others than before."""
        self._parts = parts
        self._run = run
        self._files = files
        self._release = release
        self._has_touched = has_touched
        self._app: App = parts.store.load(run.job.subject)

    def go(self, why: str) -> str:
        """Bring it back, and return in a sentence what is there now."""
        name = self._app.name
        if self._release is not None and self._release.state is not ReleaseState.FAILED:
            self._parts.store.change_release(
                name, self._release.number, state=ReleaseState.FAILED, error=why, finished=timestamp()
            )
        said = ""

        def bring_back() -> str:
            nonlocal said
            said = self._restored() if self._app.current else self._cleared()
            return said

        try:
            self._run.compensate("restore", bring_back)
        except AppOSError as error:
            self._run.fail_step(error.message)
            return f"What was before could not be brought back: {error.message}"
        return said

    def _cleared(self) -> str:
        """Leave nothing of a first deployment but its files."""
        if self._has_touched and self._release is not None:
            model = self._parts.store.release_model(self._app.name, self._release.number)
            containers = AppContainers(self._parts.engine, self._app.name, model)
            containers.remove(volumes=True, keep_volumes=frozenset(self._release.volumes))
        self._parts.images.forget(self._app)
        if self._app.source.container:
            back = Aside(self._parts.engine, self._app.source).back
            said = self._parts.patience.bear(back, pause=time.sleep, log=self._run.log)
            return f"{said} The files are kept as a draft."
        return "Nothing of it is left running; its files are kept as a draft."

    def _restored(self) -> str:
        """Bring back the files, the images and the containers of the release that is deployed."""
        store, name, number = self._parts.store, self._app.name, self._app.current
        store.restore(name, number, actor="system", reason=f"release {number} was restored")
        release = store.release(name, number)
        self._parts.sources.note_commit(name, release.commit)
        self._parts.images.bring_back(release.images, self._parts.credentials())
        self._parts.images.keep(self._app, store.releases(name))
        if not self._has_touched:
            return f"Release {number} was not touched."
        deploy = Deploy(pull="never", wait_seconds=self._app.settings.wait_seconds)
        outcome = self._parts.patience.bear(
            lambda: self._parts.projects.up(self._files, deploy, on_step=Teller(self._run).take),
            pause=time.sleep,
            log=self._run.log,
        )
        if outcome.unhealthy:
            sick = ", ".join(it.container.name for it in outcome.unhealthy)
            raise EngineError(f"Release {number} was restored, but is not healthy: {sick}.", code="unhealthy")
        if self._app.desired == "stopped":
            AppContainers(self._parts.engine, name, store.release_model(name, number)).stop()
            return f"Release {number} was restored, and is stopped as before."
        return f"Release {number} was restored and is healthy."
