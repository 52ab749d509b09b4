"""Apps: registered, found, listed, changed, and who may do what with them."""

import threading
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

import msgspec

from appos.accounts.models import Identity
from appos.apps.env import write_env
from appos.apps.files.store import ENV, AppStore
from appos.apps.live import services_of, state_of
from appos.apps.models import App, AppSettings, AppState, Level, Source, check_name
from appos.apps.views import AppNow, AppView, JobView, ServiceView
from appos.audit.models import Actor
from appos.audit.service import Audit
from appos.compose.models import Finding
from appos.engine.watch import EngineWatch
from appos.errors import ForbiddenError, InvalidError, NotFoundError
from appos.ledger.models import Job
from appos.ledger.service import Ledger
from appos.store.query import Page
from appos.store.values import new_id, timestamp

if TYPE_CHECKING:
    from appos.apps.checking import Checking
    from appos.apps.reviews import Review

SUPERUSER = "superuser"
MOST_PER_PAGE = 500
_SORTS = ("name", "state", "created", "updated")


class Usage(Protocol):
    """What an app was last seen to use."""

    @property
    def cpu_percent(self) -> float | None: ...

    @property
    def memory_bytes(self) -> int | None: ...


class Measures(Protocol):
    """Who knows what apps use."""

    def latest(self, app: str) -> Usage | None: ...


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """What is remembered of an app, so that a list reads no file."""

    app: App
    revision: str
    deployed_revision: str
    services: tuple[str, ...]


class Asked(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What a list of apps is asked for. `sort` is name, state, created or updated, with `-` the other way."""

    page: int = 1
    per_page: int = 30
    sort: str = "name"
    state: AppState | None = None
    search: str = ""


class Apps:
    """The verbs of apps that take no time; `rollout` has the others."""

    def __init__(
        self,
        store: AppStore,
        checking: "Checking",
        watch: EngineWatch,
        ledger: Ledger,
        audit: Audit,
        measures: Measures,
    ) -> None:
        self.store = store
        self.checking = checking
        self._watch = watch
        self._ledger = ledger
        self._audit = audit
        self._measures = measures
        self._known: dict[str, Known] | None = None
        self._loading = threading.Lock()

    # Who may do what

    def find(self, id_or_name: str) -> App:
        """Return an app by its id or its name.

        Raises:
            NotFoundError: `app_not_found`.
        """
        known = self._all()
        found = known.get(id_or_name) or next((it for it in known.values() if it.app.id == id_or_name), None)
        if found is None:
            raise NotFoundError(f"There is no app {id_or_name!r}.", code="app_not_found")
        return found.app

    def granted(self, identity: Identity, id_or_name: str, level: Level | None) -> App:
        """Return an app that somebody may do this much with; None stands for what superusers alone may.

        Raises:
            NotFoundError: `app_not_found`, also where they may not know of it.
            ForbiddenError: `not_granted`.
        """
        try:
            app = self.find(id_or_name)
        except NotFoundError:
            self._refuse_stranger(identity, id_or_name)
            raise
        if identity.is_superuser:
            return app
        has = level_of(identity, app)
        if has is None:
            self._refuse_stranger(identity, id_or_name)
        if level is None or has is None or not has.covers(level):
            raise ForbiddenError(f"You may not do this with {app.name!r}.", code="not_granted")
        return app

    @staticmethod
    def _refuse_stranger(identity: Identity, id_or_name: str) -> None:
        if not identity.is_superuser:
            raise NotFoundError(f"There is no app {id_or_name!r}.", code="app_not_found")

    def change_grants(self, app: App, grants: Mapping[str, Level], actor: Actor) -> App:
        """Say which users may do what with an app; whoever is not named may do nothing."""
        changed = self.store.change(app.name, grants=dict(grants))
        self._audit.record(actor, "app.grants", app.name, detail=f"{len(grants)} users")
        self.refresh(app.name)
        return changed

    # What there is

    def _all(self) -> dict[str, Known]:
        if self._known is None:
            with self._loading:
                if self._known is None:
                    self._known = {name: self._load(name) for name in self.store.names()}
        return self._known

    def _load(self, name: str) -> Known:
        app = self.store.load(name)
        deployed, services = "", ()
        if app.current:
            try:
                deployed = self.store.release(name, app.current).revision
                services = tuple(self.store.release_model(name, app.current).get("services") or ())
            except NotFoundError:
                deployed = "gone"
        return Known(
            app=app, revision=self.store.revision(name), deployed_revision=deployed, services=services
        )

    def refresh(self, name: str) -> None:
        """Look at an app anew: it was made, has changed, or is gone."""
        known = self._all()
        try:
            known[name] = self._load(name)
        except NotFoundError:
            known.pop(name, None)

    def visible(self, identity: Identity) -> list[App]:
        """Return the apps that somebody may see."""
        return [it.app for it in self._all().values() if level_of(identity, it.app) is not None]

    def names(self) -> list[str]:
        """Return the names of all apps."""
        return sorted(self._all())

    def show(self, app: App, level: str) -> AppView:
        """Return an app as it is now."""
        self.refresh(app.name)
        known = self._all().get(app.name)
        if known is None:
            raise NotFoundError(f"There is no app {app.name!r}.", code="app_not_found")
        return self._view(known, level, self._jobs())

    def page(self, asked: Asked, identity: Identity) -> Page[AppView]:
        """Return one page of the apps that somebody may see."""
        jobs = self._jobs()
        views = []
        for known in self._all().values():
            level = SUPERUSER if identity.is_superuser else level_of(identity, known.app)
            if level is not None and asked.search.lower() in known.app.name:
                view = self._view(known, str(level), jobs)
                if asked.state is None or view.state is asked.state:
                    views.append(view)
        key = asked.sort.removeprefix("-")
        if key not in _SORTS:
            raise InvalidError(f"Apps are sorted by {', '.join(_SORTS)}.", code="invalid_query")
        views.sort(key=lambda it: (str(getattr(it, key)), it.name), reverse=asked.sort.startswith("-"))
        per_page = min(max(asked.per_page, 1), MOST_PER_PAGE)
        page = max(asked.page, 1)
        return Page(
            items=views[(page - 1) * per_page : page * per_page],
            page=page,
            per_page=per_page,
            total_items=len(views),
            total_pages=-(-len(views) // per_page),
        )

    def states(self) -> dict[str, AppNow]:
        """Return how every app is now."""
        return {name: self._now(it) for name, it in self._all().items()}

    def _now(self, known: Known) -> AppNow:
        services = self._services(known)
        state, message = state_of(known.app, services, self._watch.state)
        return AppNow(app=known.app, state=state, message=message, services=services)

    def _services(self, known: Known) -> tuple[ServiceView, ...]:
        return services_of(self._watch.project(known.app.name), known.services)

    def _jobs(self) -> dict[str, JobView]:
        """Return the job that works on each app, or the first that waits."""
        found: dict[str, JobView] = {}
        for job in self._ledger.open_jobs():
            if job.subject not in found or job.state == "running":
                found[job.subject] = JobView(id=job.id, kind=job.kind, state=job.state)
        return found

    def _view(self, known: Known, level: str, jobs: Mapping[str, JobView]) -> AppView:
        app = known.app
        services = services_of(self._watch.project(app.name), known.services)
        state, message = state_of(app, services, self._watch.state)
        used = self._measures.latest(app.name)
        return AppView(
            id=app.id,
            name=app.name,
            created=app.created,
            created_by=app.created_by,
            updated=app.updated,
            state=state,
            desired=app.desired,
            message=message,
            services=services,
            release=app.current,
            revision=known.revision,
            is_changed=bool(app.current) and known.revision != known.deployed_revision,
            has_drift=bool(app.current) and state is not AppState.UNKNOWN and _has_drift(known, services),
            source=app.source,
            settings=app.settings,
            job=jobs.get(app.name),
            level=level,
            cpu_percent=used.cpu_percent if used else None,
            memory_bytes=used.memory_bytes if used else None,
        )

    # Made and changed

    def register(
        self,
        name: str,
        compose: str,
        actor: Actor,
        *,
        env: Mapping[str, str] | None = None,
        files: Mapping[str, str] | None = None,
        settings: AppSettings | None = None,
        source: Source | None = None,
    ) -> tuple[App, tuple[Finding, ...]]:
        """Make an app with its files, which Compose has to accept; nothing is deployed.

        Raises:
            InvalidError: `name_invalid`, `compose_invalid`, `env_invalid`, `path_invalid`.
            ConflictError: `name_taken`.
        """
        check_name(name)
        laid = {path: text.encode() for path, text in (files or {}).items()}
        laid["compose.yaml"] = compose.encode()
        if env:
            laid[ENV] = write_env(laid.get(ENV, b"").decode(), env).encode()
        findings = self.checking.check(name, laid)
        return self._create(name, laid, actor, settings=settings, source=source), findings

    def adopt_source(
        self,
        name: str,
        source: Source,
        actor: Actor,
        *,
        own: Mapping[str, bytes],
        env: Mapping[str, str] | None = None,
        settings: AppSettings | None = None,
    ) -> App:
        """Make an app whose files are yet to be brought from where they are."""
        files = {ENV: write_env("", env).encode()} if env else {}
        return self._create(check_name(name), files, actor, settings=settings, source=source, own=own)

    def _create(
        self,
        name: str,
        files: Mapping[str, bytes],
        actor: Actor,
        *,
        settings: AppSettings | None,
        source: Source | None,
        own: Mapping[str, bytes] | None = None,
    ) -> App:
        now = timestamp()
        app = App(
            id=new_id(),
            name=name,
            created=now,
            created_by=actor.label,
            updated=now,
            settings=settings or AppSettings(),
            source=source or Source(),
        )
        self.store.create(app, files, "created", own)
        self._audit.record(actor, "app.create", name)
        self.refresh(name)
        return app

    def review(self, name: str, files: Mapping[str, bytes]) -> "tuple[tuple[Finding, ...], Review | None]":
        """Say all that is to be said of files, and what a deployment would do; nothing is changed."""
        return self.checking.review(check_name(name), files)

    def change_settings(self, app: App, settings: AppSettings, actor: Actor) -> App:
        """Change how an app is deployed."""
        changed = self.store.change(app.name, settings=settings)
        self._audit.record(actor, "app.settings", app.name)
        self.refresh(app.name)
        return changed

    def may_see_job(self, identity: Identity, job: Job) -> Level | None:
        """Return what somebody may do with the app that a job works on, None if nothing."""
        known = self._all().get(job.subject)
        return level_of(identity, known.app) if known is not None else None


def level_of(identity: Identity, app: App) -> Level | None:
    """Return what an account was granted with an app."""
    if identity.is_superuser:
        return Level.OPERATE
    return app.grants.get(identity.record.id) if identity.collection.name == "users" else None


def _has_drift(known: Known, services: Sequence[ServiceView]) -> bool:
    names = {it.name for it in services if it.containers}
    return names != set(known.services) and known.app.desired == "running"
