"""Apps as they are shown: what is kept of them, and how they are now."""

from collections.abc import Mapping
from typing import Any

import msgspec

from appos.apps.models import App, AppSettings, AppState, Desired, Source
from appos.compose.models import Finding
from appos.engine.models import PublishedPort
from appos.ledger.models import Job, JobState


class _Shown(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What is shown as JSON."""


class ContainerView(_Shown, frozen=True, kw_only=True):
    """A container of a service; `state` and `health` are Docker's words."""

    id: str
    name: str
    state: str
    health: str = ""
    exit_code: int = 0


class ServiceView(_Shown, frozen=True, kw_only=True):
    """A service: the worst of its containers' states, and the ports that it publishes."""

    name: str
    image: str = ""
    state: str
    health: str = ""
    exit_code: int = 0
    containers: tuple[ContainerView, ...] = ()
    ports: tuple[PublishedPort, ...] = ()


class EventView(_Shown, frozen=True, kw_only=True):
    """Something that happened to a container; `action` is Docker's word, such as `start` or `oom`.

    `health_status: healthy` tells the health after the colon. `exit_code` is null where nothing ended.
    """

    time: str
    action: str
    service: str
    container: str
    exit_code: int | None = None


class JobView(_Shown, frozen=True, kw_only=True):
    """A job that is queued or runs on an app."""

    id: str
    kind: str
    state: JobState


class AppNow(msgspec.Struct, frozen=True, kw_only=True):
    """How an app is: what `AppView` tells of it that its containers may change."""

    app: App
    state: AppState
    message: str
    services: tuple[ServiceView, ...]


class AppView(_Shown, frozen=True, kw_only=True):
    """An app: what is kept of it, how it is now, and what who asks may do with it.

    `release` is the number of the release that is deployed, 0 for none. `is_changed` tells that its files are
    no longer those of that release, `has_drift` that its containers are not. `level` is superuser, operate or
    read. Usage is null until it was measured.
    """

    id: str
    name: str
    created: str
    created_by: str
    updated: str
    state: AppState
    desired: Desired
    message: str = ""
    services: tuple[ServiceView, ...] = ()
    release: int
    revision: str
    is_changed: bool = False
    has_drift: bool = False
    source: Source
    settings: AppSettings
    job: JobView | None = None
    level: str
    cpu_percent: float | None = None
    memory_bytes: int | None = None


class Accepted(_Shown, frozen=True, kw_only=True):
    """What was asked for will be done by a job; null where nothing is to be done."""

    app: AppView
    job: Job | None


class Saved(_Shown, frozen=True, kw_only=True):
    """Files were saved: the revision that they have now, and what is found in them."""

    revision: str
    findings: tuple[Finding, ...]


class GenerationView(_Shown, frozen=True, kw_only=True):
    """Who saved the Compose file or the environment, when and why."""

    number: int
    created: str
    created_by: str
    reason: str
    revision: str


class ComposeView(_Shown, frozen=True, kw_only=True):
    """The Compose file of an app, and the generations before it, newest first."""

    compose: str
    file: str
    revision: str
    history: tuple[GenerationView, ...]


class GenerationText(GenerationView, frozen=True, kw_only=True, rename="camel"):
    """A generation with the text of its Compose file."""

    compose: str


class EnvView(_Shown, frozen=True, kw_only=True):
    """The environment of an app; values are null, and the text is "", for whoever may not see them."""

    env: Mapping[str, str | None]
    text: str
    revision: str


class DiffView(_Shown, frozen=True, kw_only=True):
    """What differs between two texts: both of them, and a unified diff."""

    a: str
    b: str
    diff: str


class ReleaseDetail(_Shown, frozen=True, kw_only=True):
    """A release with the text of its Compose file, and what it meant without secret values."""

    number: int
    compose: str
    model: Mapping[str, Any]


class Removal(_Shown, frozen=True, kw_only=True):
    """What goes when an app is removed, and what stays: names of the engine, and paths."""

    containers: tuple[str, ...]
    networks: tuple[str, ...]
    volumes: tuple[str, ...]
    images: tuple[str, ...]
    files: tuple[str, ...]
    keeps: tuple[str, ...]
