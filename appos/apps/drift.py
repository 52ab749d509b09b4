"""Drift: how an app differs from the release that was deployed, on the disk and in the engine."""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Literal

import msgspec

from appos.apps.models import App
from appos.apps.service import Apps
from appos.compose.models import Finding
from appos.compose.plan import Action, Kind, Target
from appos.errors import ConflictError

# What the plan of a release would do, in words for what is found.
_FOUND = {
    Kind.CREATE: "is gone",
    Kind.RECREATE: "is not as it was deployed",
    Kind.RESTART: "is not as it was deployed",
    Kind.START: "does not run",
    Kind.REMOVE: "was not deployed",
}
_STATES: dict[Kind, "State"] = {Kind.CREATE: "missing", Kind.START: "stopped", Kind.REMOVE: "extra"}

State = Literal["missing", "changed", "extra", "stopped"]


class DriftAction(StrEnum):
    """How what differs is put right: `apply` brings the release back, `accept` deploys the files."""

    APPLY = "apply"
    ACCEPT = "accept"


class Place(StrEnum):
    """Where something differs."""

    FILE = "file"
    SERVICE = "service"
    NETWORK = "network"
    VOLUME = "volume"


class Difference(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One thing that differs; `name` is a path, or a key of the Compose file."""

    place: Place
    name: str
    state: State
    message: str


class Drift(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """All that differs from a release, 0 for an app that was never deployed, and what may be done about it.

    `problem` says why the engine's part could not be told, "" if it was.
    """

    release: int
    items: tuple[Difference, ...]
    actions: tuple[DriftAction, ...]
    problem: str = ""


class Drifts:
    """Finds out how apps differ from what was deployed; nothing is changed."""

    def __init__(self, apps: Apps) -> None:
        self._apps = apps

    def of(self, app: App) -> Drift:
        """Return how an app differs from its current release.

        Images count as they run: a tag that has moved on meanwhile is an update, and no drift.
        """
        if not app.current:
            return Drift(release=0, items=(), actions=())
        store = self._apps.store
        deployed = store.release_files(app.name, app.current)
        files = tuple(differing(deployed, store.tracked(app.name)))
        findings, review = self._apps.review(app.name, deployed)
        engine = tuple(_engine(review.plan.changes, app)) if review is not None else ()
        items = (*files, *engine)
        return Drift(
            release=app.current,
            items=items,
            actions=_actions(files, engine),
            problem="" if review is not None else _problem(findings),
        )

    def order(self, app: App, action: DriftAction) -> tuple[str, dict[str, object]]:
        """Return the kind and the arguments of the job that puts an app right.

        `apply` brings the release back, its files and its containers; what the files were stays in their
        history. `accept` deploys the files as they are.

        Raises:
            ConflictError: `not_deployed`.
        """
        if not app.current:
            raise ConflictError(f"{app.name} was never deployed; deploy it first.", code="not_deployed")
        if action is DriftAction.ACCEPT:
            return "app.deploy", {"kind": "redeploy", "message": "The files as they are were accepted."}
        self._apps.store.keep(app.name, actor="system", reason="found on the disk")
        return "app.rollback", {"release": app.current, "message": "What differed was put right."}


def differing(deployed: Mapping[str, bytes], there: Mapping[str, bytes]) -> Iterator[Difference]:
    """Yield how files differ from those that were deployed; what is in them is not told."""
    for path in sorted({*deployed, *there}):
        if path not in there:
            yield Difference(place=Place.FILE, name=path, state="missing", message=f"{path} is gone.")
        elif path not in deployed:
            yield Difference(place=Place.FILE, name=path, state="extra", message=f"{path} is new.")
        elif deployed[path] != there[path]:
            message = f"{path} was changed."
            yield Difference(place=Place.FILE, name=path, state="changed", message=message)


def _engine(changes: tuple[Action, ...], app: App) -> Iterator[Difference]:
    for action in changes:
        is_meant = action.kind is Kind.START and app.desired == "stopped"
        if (
            action.target in (Target.SERVICE, Target.NETWORK, Target.VOLUME)
            and action.certain
            and not is_meant
        ):
            why = "; ".join(it.text for it in action.reasons)
            subject = action.resource or action.name
            yield Difference(
                place=Place(action.target.value),
                name=action.name,
                state=_STATES.get(action.kind, "changed"),
                message=f"{subject} {_FOUND[action.kind]}{f': {why}' if why else ''}.".replace("..", "."),
            )


def _actions(files: tuple[Difference, ...], engine: tuple[Difference, ...]) -> tuple[DriftAction, ...]:
    if files:
        return (DriftAction.APPLY, DriftAction.ACCEPT)
    return (DriftAction.APPLY,) if engine else ()


def _problem(findings: tuple[Finding, ...]) -> str:
    return findings[0].message if findings else "The files of the release cannot be read."
