"""Apps: each is our record of one Compose project, with its releases, settings and who may do what."""

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Literal

import msgspec

from appos.errors import InvalidError

# Source: Compose Specification, "name"; the length is that of a DNS label.
NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")
# The project of AppOS itself.
OWN_NAME = "appos"

Desired = Literal["running", "stopped"]


class _Shown(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What is kept as JSON, and shown as it is kept."""


class Level(StrEnum):
    """What somebody may do with an app: look at it, or also start, stop, restart and update it."""

    READ = "read"
    OPERATE = "operate"

    def covers(self, other: "Level") -> bool:
        """Whether who has this level has the other."""
        return self is Level.OPERATE or other is Level.READ


class AppState(StrEnum):
    """How an app is: `draft` was never deployed, `unknown` is told while the engine does not answer."""

    DRAFT = "draft"
    RUNNING = "running"
    STARTING = "starting"
    DEGRADED = "degraded"
    STOPPED = "stopped"
    UNKNOWN = "unknown"


class Probe(_Shown, frozen=True, kw_only=True):
    """A question that a deployed app has to answer before it counts as good.

    `port` is one of the service's container. An HTTP answer is good with a status below 400, or with
    `expect`, 0 for any such.
    """

    kind: Literal["http", "tcp"]
    service: str
    port: int
    path: str = "/"
    expect: int = 0


class AppSettings(_Shown, frozen=True, kw_only=True):
    """How an app is deployed: for how long it may come up, and for how long it is watched then."""

    wait_seconds: float = 120.0
    watch_seconds: float = 10.0
    probe: Probe | None = None
    # So many good releases can be gone back to, with their files.
    keep_releases: int = 10


class Source(_Shown, frozen=True, kw_only=True):
    """Where an app's files come from; `url`, `branch` and `path` are those of a Git repository.

    `commit` is that of the files as they lie there, "" before the first were brought. Where the app takes the
    place of a container that no Compose made, `container` is its id, `path` its name, and `restart` when the
    engine started it again.
    """

    kind: Literal["compose", "git", "adopted"] = "compose"
    url: str = ""
    branch: str = ""
    path: str = ""
    commit: str = ""
    container: str = ""
    restart: str = ""


class App(_Shown, frozen=True, kw_only=True):
    """One app. `current` is the number of the release that is deployed, 0 for none yet.

    `grants` maps the ids of users to what they may do. `created_by` is an actor's label.
    """

    id: str
    name: str
    created: str
    created_by: str
    updated: str
    source: Source = Source()
    settings: AppSettings = AppSettings()
    grants: Mapping[str, Level] = {}
    current: int = 0
    desired: Desired = "running"


class ReleaseState(StrEnum):
    """How a release is: a candidate is being deployed, a good one was deployed before and worked."""

    CANDIDATE = "candidate"
    CURRENT = "current"
    GOOD = "good"
    FAILED = "failed"


class ReleaseImage(_Shown, frozen=True, kw_only=True):
    """The image of a service as it was deployed; `digest` is `repository@sha256:…`, "" for one built here."""

    reference: str
    id: str
    digest: str = ""


class Release(_Shown, frozen=True, kw_only=True):
    """One deployment: what was deployed, when, by whom, and how it ended.

    `revision` is that of the files. `environment` is a fingerprint of the values that the files were filled
    with. `job` is the id of the job that deploys it. `volumes` are the app's volumes that were there before.
    `error` says why it failed. `commit` is that of a Git repository which the files are from.
    """

    number: int
    state: ReleaseState
    kind: Literal["deploy", "redeploy", "update", "rollback", "adopt"]
    created: str
    created_by: str
    revision: str
    job: str = ""
    environment: str = ""
    images: Mapping[str, ReleaseImage] = {}
    volumes: tuple[str, ...] = ()
    error: str = ""
    message: str = ""
    finished: str = ""
    commit: str = ""


class Generation(_Shown, frozen=True, kw_only=True):
    """The Compose file and the environment of an app as somebody saved them."""

    number: int
    created: str
    created_by: str
    reason: str
    revision: str
    compose: str
    env: str = ""

    def __repr__(self) -> str:
        """Leave the texts out: they may hold secrets."""
        return f"Generation(number={self.number}, reason={self.reason!r})"


class Entry(_Shown, frozen=True, kw_only=True):
    """Something in an app's directory; `path` is relative to it. `modified` is PocketBase's date."""

    name: str
    path: str
    kind: Literal["file", "directory", "link", "other"]
    size_bytes: int
    modified: str


def check_name(name: str) -> str:
    """Return a name that an app may have.

    Raises:
        InvalidError: `name_invalid`.
    """
    if NAME.fullmatch(name) and name != OWN_NAME:
        return name
    message = (
        "The name is that of AppOS itself; choose another."
        if name == OWN_NAME
        else "A name has 1 to 63 small letters, digits, `-` and `_`, and begins with a letter or a digit."
    )
    problem = {"code": "name_invalid", "message": message}
    raise InvalidError(message, code="name_invalid", fields={"name": problem})
