"""One deployment of an app: from its files to a release that is healthy, or back to the one before."""

from collections.abc import Callable
from itertools import count
from typing import Literal, TypeVar

import msgspec

from appos.apps.files.store import AppStore
from appos.apps.looks import Deploy, Seen
from appos.apps.models import App, Release, ReleaseState
from appos.apps.projects import Projects
from appos.apps.rollout.aside import Aside
from appos.apps.rollout.containers import AppContainers
from appos.apps.rollout.images import ReleaseImages
from appos.apps.rollout.patience import KILLED, Patience, is_killed
from appos.apps.rollout.telling import Teller
from appos.apps.rollout.undoing import Undo
from appos.apps.rollout.veiled import fingerprint, veiled
from appos.apps.rollout.watching import Watcher
from appos.apps.sources import Sources
from appos.compose.deploy import Outcome
from appos.compose.model import Model
from appos.compose.models import ProjectFiles
from appos.compose.process import Cancel
from appos.compose.states import ContainerState
from appos.compose.veil import Veil
from appos.engine.models import Credentials
from appos.engine.port import Engine
from appos.errors import AppOSError, EngineError, EngineUnavailableError, NotFoundError
from appos.ledger.run import Run, RunStopped, StopReason
from appos.ledger.runner import MOST_ATTEMPTS
from appos.store.values import timestamp

Result = TypeVar("Result")
Kind = Literal["deploy", "redeploy", "update", "rollback", "adopt"]

FETCH = "fetch"
STEPS = ("validate", "preflight", "pull", "snapshot", "apply", "watch", "finish")
# An app that takes a container's place looks for free ports and names once that has given its own away.
STEPS_IN_PLACE = ("validate", "pull", "aside", "preflight", "snapshot", "apply", "watch", "finish")


class Parts(msgspec.Struct, frozen=True, kw_only=True):
    """What a deployment is made with. `credentials` are asked for anew each time."""

    store: AppStore
    projects: Projects
    engine: Engine
    images: ReleaseImages
    patience: Patience
    sources: Sources
    credentials: Callable[[], tuple[Credentials, ...]]
    changed: Callable[[str], None]


class Attempt:
    """One deployment; each of its steps may be done again after AppOS was killed in it."""

    def __init__(self, parts: Parts, run: Run, kind: Kind) -> None:
        self._parts = parts
        self._store = parts.store
        self._run = run
        self._kind = kind
        self._name = run.job.subject
        self._app: App = parts.store.load(self._name)
        self._seen: Seen | None = None
        self._meant: tuple[str, Model] | None = None
        self._cancel = Cancel(run.is_stopping)

    def go(self) -> None:
        """Do all the steps; where one fails, bring back what was before.

        Raises:
            AppOSError: why it failed, and what became of the release before.
            RunStopped: it was asked to stop. What was before is back, unless AppOS itself stops: then the
                next start goes on.
        """
        steps = self._steps()
        self._run.plan(*steps)
        try:
            self._run.checkpoint()
            self._resumed()
            for name in steps:
                self._run.step(name, getattr(self, f"_{name}"))
                if name == "snapshot" and self._is_unchanged():
                    return
        except RunStopped as stopped:
            if stopped.reason is not StopReason.SHUTDOWN:
                self._undo(f"The deployment was stopped: {stopped.reason.value}.")
            raise
        except EngineUnavailableError as error:
            if self._run.job.attempt < MOST_ATTEMPTS:
                raise
            raise self._undone(error) from error
        except AppOSError as error:
            raise self._undone(error) from error

    def _undone(self, error: AppOSError) -> AppOSError:
        self._run.fail_step(error.message)
        said = self._undo(error.message)
        return type(error)(f"{error.message} {said}", code=error.code, fields=error.fields)

    def _undo(self, why: str) -> str:
        undo = Undo(self._parts, self._run, self._files(), self._release(), self._has_touched())
        said = undo.go(why)
        self._parts.changed(self._name)
        return said

    def _has_touched(self) -> bool:
        return any(it.name == "apply" and it.started for it in self._run.steps)

    def _resumed(self) -> None:
        """Go on with the way back where AppOS was killed on it."""
        release = self._release()
        if release is not None and release.state is ReleaseState.FAILED:
            raise EngineError(release.error, code="deployment_failed")

    def _release(self) -> Release | None:
        """Return the release of this job, None before it has one."""
        return next((it for it in self._store.releases(self._name) if it.job == self._run.job.id), None)

    def _candidate(self) -> Release:
        release = self._release()
        if release is None:
            raise EngineError("The release of this job is gone.", code="release_not_found")
        return release

    def _files(self) -> ProjectFiles:
        return self._store.project_files(self._name)

    def _model(self) -> Model:
        """Return what the files mean; it is asked for once for as long as they are the same."""
        revision = self._store.revision(self._name)
        if self._meant is None or self._meant[0] != revision:
            self._meant = (revision, self._parts.projects.model(self._files()))
        return self._meant[1]

    def _containers(self) -> AppContainers:
        return AppContainers(
            self._parts.engine, self._name, self._store.release_model(self._name, self._candidate().number)
        )

    def _steps(self) -> tuple[str, ...]:
        if self._app.source.container and not self._app.current:
            return STEPS_IN_PLACE
        return (FETCH, *STEPS) if self._is_brought() else STEPS

    def _is_brought(self) -> bool:
        """Whether the files are brought anew; those of a release and of a redeployment are there."""
        if self._app.source.kind != "git" or self._kind in ("rollback", "adopt"):
            return False
        return self._kind != "redeploy" or not self._app.current

    # The steps

    def _fetch(self) -> str:
        """Bring the newest files of the repository."""
        brought = self._parts.sources.bring(self._name, self._run.job.requested_by, self._run.checkpoint)
        self._run.log(*brought.left_out)
        self._app = self._store.load(self._name)
        return f"{len(brought.files)} files of commit {brought.commit[:12]}."

    def _validate(self) -> str:
        """Find out what the files mean, and keep them as a candidate."""
        if self._release() is not None:
            return f"Release {self._candidate().number}."
        back_to = self._run.job.args.get("release")
        images = {}
        if back_to is not None:
            reason = f"back to release {back_to}"
            self._store.restore(self._name, back_to, actor=self._run.job.requested_by, reason=reason)
            self._parts.sources.note_commit(self._name, self._store.release(self._name, back_to).commit)
            images = dict(self._store.release(self._name, back_to).images)
        files = self._files()
        model = self._model()
        veil = Veil.of({}, (files.directory / ".env",), model.raw)
        there = AppContainers(self._parts.engine, self._name, model.raw).belongings()
        release = self._store.new_release(
            self._name,
            Release(
                number=0,
                state=ReleaseState.CANDIDATE,
                kind=self._kind,
                created=timestamp(),
                created_by=self._run.job.requested_by,
                revision=self._store.revision(self._name),
                job=self._run.job.id,
                environment=fingerprint(model.raw),
                images=images,
                volumes=tuple(it.name for it in there.volumes),
                message=str(self._run.job.args.get("message", "")),
                commit=self._store.load(self._name).source.commit,
            ),
            veiled(model.raw, veil),
        )
        self._parts.changed(self._name)
        services = ", ".join(sorted(model.project.services))
        return f"Release {release.number}, with {services}."

    def _preflight(self) -> str:
        """Refuse what may not be, or is certain to fail, and say what will change."""
        self._seen = self._patiently(lambda: self._parts.projects.vet(self._files(), self._deploy()))
        for action in self._seen.plan.changes:
            self._run.log(f"plan: {action.kind.value} {action.name}")
        return f"{len(self._seen.plan.changes)} changes."

    def _pull(self) -> str:
        """Get every image; nothing that runs is touched before all are there."""
        release = self._candidate()
        credentials = self._parts.credentials()
        if release.images and self._kind == "rollback":
            pulled = self._patiently(lambda: self._parts.images.bring_back(release.images, credentials))
            return f"{len(pulled)} images were pulled again." if pulled else "All images are here."
        teller = Teller(self._run)
        files, projects = self._files(), self._parts.projects
        model = self._model()
        project = model.project
        if self._kind == "update" or self._parts.images.lacks(model):
            self._patiently(
                lambda: projects.pull(
                    files,
                    missing=self._kind != "update",
                    credentials=credentials,
                    on_step=teller.take,
                    cancel=self._cancel,
                )
            )
        built = [name for name, service in project.services.items() if service.build is not None]
        if built:
            self._patiently(
                lambda: projects.build(
                    files, credentials=credentials, on_step=teller.take, cancel=self._cancel
                )
            )
        return f"The images of {len(project.services)} services are here, {len(built)} of them built."

    def _aside(self) -> str:
        """Put the container aside whose place the app takes."""
        told = self._patiently(Aside(self._parts.engine, self._app.source).take)
        self._run.log(told)
        return told

    def _snapshot(self) -> str:
        """Note which images these are, and keep them."""
        release = self._candidate()
        images = self._parts.images.found(self._model().project)
        self._store.change_release(self._name, release.number, images=images)
        self._parts.images.keep(self._app, self._store.releases(self._name))
        return f"{len(images)} images are kept for release {release.number}."

    def _is_unchanged(self) -> bool:
        """Whether an update has found nothing newer; its release is then none."""
        release = self._candidate()
        if self._kind != "update" or not self._app.current:
            return False
        current = self._store.release(self._name, self._app.current)
        if (release.revision, release.images) != (current.revision, current.images):
            return False
        self._store.discard_release(self._name, release.number)
        self._parts.images.keep(self._app, self._store.releases(self._name))
        self._run.progress(1, 1, "Every image is the newest already; nothing was changed.")
        self._parts.changed(self._name)
        return True

    def _apply(self) -> str:
        """Let Compose make it so, from images that are here."""
        return self._patiently(self._up)

    def _up(self) -> str:
        outcome = self._parts.projects.up(
            self._files(),
            self._deploy(pull="never"),
            seen=self._taken(),
            on_step=Teller(self._run).take,
            cancel=self._cancel,
        )
        for warning in outcome.warnings:
            self._run.log(f"warning: {warning}")
        self._refuse(outcome)
        return f"{len(outcome.containers)} containers are up."

    def _taken(self) -> Seen | None:
        """Return what was seen of the files, once: for another try they are looked at again."""
        seen, self._seen = self._seen, None
        return seen

    def _refuse(self, outcome: Outcome) -> None:
        if not outcome.unhealthy:
            return
        for sick in outcome.unhealthy:
            self._run.log(*(f"{sick.container.name}: {line}" for line in sick.last_lines))
        told = [self._told(it.container) for it in outcome.unhealthy]
        last = outcome.unhealthy[0].last_lines[-1:] or ("",)
        words = f" Its last line: {last[0]}" if last[0] else ""
        code = KILLED if any(is_killed(it.container.exit_code) for it in outcome.unhealthy) else "unhealthy"
        raise EngineError(f"{'; '.join(told)}.{words}", code=code)

    def _told(self, sick: ContainerState) -> str:
        """Say how a container is that ought to be well, and how often it was started again."""
        try:
            restarts = self._parts.engine.container(sick.id).restart_count
        except NotFoundError:
            restarts = 0
        code = f" ({sick.exit_code})" if sick.exit_code else ""
        again = f", and was started again {restarts} times" if restarts else ""
        return f"{sick.name} is {sick.health or sick.state}{code}{again}"

    def _watch(self) -> str:
        """Watch what has come up for a while."""
        watcher = Watcher(self._parts.engine, self._containers())
        tries = count()

        def watch() -> str:
            if next(tries):
                # The engine went away, and took down with itself what does not start by itself.
                self._up()
            return watcher.watch(self._app.settings, self._run.sleep)

        try:
            return self._patiently(watch)
        except EngineError as error:
            if error.code not in ("unhealthy", KILLED):
                raise
            raise EngineError(f"{error.message}{self._last_words(error.message)}", code=error.code) from error

    def _last_words(self, message: str) -> str:
        """Log the last lines of all containers, and return that of the one which a message begins with."""
        veil, found = Veil.of({}, (self._files().directory / ".env",)), ""
        for line in self._parts.projects.logs(self._files(), tail=20):
            text = veil.over(line.decode(errors="replace").rstrip())
            self._run.log(text)
            # Compose writes `web-1  | text`, or a name that the file gives.
            name, _, said = text.partition("|")
            if message.startswith((f"{self._name}-{name.strip()} ", f"{name.strip()} ")) and said.strip():
                found = said.strip()
        return f" Its last line: {found}" if found else ""

    def _finish(self) -> str:
        """Make it the release that is deployed."""
        release = self._candidate()
        app = self._store.make_current(self._name, release.number)
        self._store.change(self._name, desired="running")
        self._parts.images.keep(app, self._store.releases(self._name))
        self._parts.changed(self._name)
        return f"Release {release.number} is deployed."

    def _deploy(self, *, pull: Literal["policy", "never"] = "policy") -> Deploy:
        return Deploy(
            pull=pull, credentials=self._parts.credentials(), wait_seconds=self._app.settings.wait_seconds
        )

    def _patiently(self, action: Callable[[], Result]) -> Result:
        return self._parts.patience.bear(action, pause=self._run.sleep, log=self._run.log)
