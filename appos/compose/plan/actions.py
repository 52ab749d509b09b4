"""What a plan says: actions with their reasons, what they interrupt and what would be lost."""

from enum import StrEnum

import msgspec


class Kind(StrEnum):
    """What is done. A container that is created or recreated is started, too."""

    PULL = "pull"
    BUILD = "build"
    CREATE = "create"
    RECREATE = "recreate"
    RESTART = "restart"
    START = "start"
    REMOVE = "remove"
    UNTOUCHED = "untouched"


class Target(StrEnum):
    """To what it is done."""

    IMAGE = "image"
    NETWORK = "network"
    VOLUME = "volume"
    CONFIG = "config"
    SECRET = "secret"  # noqa: S105 - it is a word of the Compose specification
    SERVICE = "service"


class _Said(msgspec.Struct, frozen=True, rename="camel"):
    """Part of a plan."""


class Reason(_Said, frozen=True, kw_only=True):
    """Why; `path` is a path of the model.

    `before` and `after` are "" where nothing was or will be, and where they may be secret.
    """

    path: str = ""
    text: str
    before: str = ""
    after: str = ""


class Interruption(_Said, frozen=True, kw_only=True):
    """How long containers do not serve: at most `seconds`, and what the engine itself takes.

    `seconds` is null where nothing bounds it. `sources` says where each part of the sum comes from.
    """

    seconds: float | None
    sources: tuple[str, ...] = ()


class LossKind(StrEnum):
    """What kind of data is lost."""

    ANONYMOUS_VOLUME = "anonymous_volume"
    WRITABLE_LAYER = "writable_layer"
    VOLUME = "volume"


class Loss(_Said, frozen=True, kw_only=True):
    """Data that would be lost: `count` paths of a writable layer with `examples`, or one volume."""

    kind: LossKind
    text: str
    count: int = 1
    examples: tuple[str, ...] = ()


class Action(_Said, frozen=True, kw_only=True):
    """One action.

    `name` is a key of the model, for an image its reference; `resource` the engine's name of the container,
    network or volume; `number` counts containers of a service from 1. An action that is not `certain` is
    taken only if a pull or a build brings another image. `interrupts` are the services that do not serve
    meanwhile.
    """

    kind: Kind
    target: Target
    name: str
    resource: str = ""
    number: int = 0
    certain: bool = True
    reasons: tuple[Reason, ...] = ()
    ports: tuple[str, ...] = ()
    mounts: tuple[str, ...] = ()
    interrupts: tuple[str, ...] = ()
    interruption: Interruption | None = None
    losses: tuple[Loss, ...] = ()


class Note(_Said, frozen=True, kw_only=True):
    """Something to know before a plan is carried out; `path` is a path of the model.

    An obstacle that is `mended` stops Docker Compose alone: AppOS's own `up` clears it away on the way.
    """

    path: str
    text: str
    mended: bool = False


class Plan(_Said, frozen=True, kw_only=True):
    """All that `up` would do, in the order in which it begins.

    With `obstacles` Docker Compose would fail on the way. `warnings` are what it does not tell.
    """

    project: str
    actions: tuple[Action, ...] = ()
    obstacles: tuple[Note, ...] = ()
    warnings: tuple[Note, ...] = ()

    @property
    def changes(self) -> tuple[Action, ...]:
        """The actions that change something."""
        return tuple(action for action in self.actions if action.kind is not Kind.UNTOUCHED)

    @property
    def losses(self) -> tuple[Loss, ...]:
        """All data that would be lost."""
        return tuple(loss for action in self.actions for loss in action.losses)

    def count(self, kind: Kind) -> int:
        """Return how many actions are of a kind."""
        return sum(action.kind is kind for action in self.actions)
