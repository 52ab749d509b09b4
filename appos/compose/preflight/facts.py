"""What is known of an engine and its host when a project is about to be deployed."""

from collections.abc import Mapping
from enum import StrEnum

import msgspec


class _Fact(msgspec.Struct, frozen=True, kw_only=True):
    """Something known. Sizes are bytes."""


class TakenPort(_Fact, frozen=True):
    """A port of the host that somebody has, or had and will have again when started.

    `host_ip` is "" where every address is meant. `holder` is a phrase such as `the app "wiki" (service web)`.
    """

    host_ip: str
    port: int
    protocol: str
    holder: str
    is_running: bool = True


class ImageProblem(StrEnum):
    """Why an image is not to be had."""

    NOT_FOUND = "image_not_found"
    DENIED = "registry_denied"
    UNREACHABLE = "registry_unreachable"


class LocalImage(_Fact, frozen=True):
    """An image that the engine has; `volumes` are the data paths that it declares."""

    platform: str
    volumes: tuple[str, ...] = ()
    has_healthcheck: bool = False


class ImageFact(_Fact, frozen=True):
    """An image as the engine and its registry know it.

    `local` is null where the engine has none. The registry is asked only where Compose would ask it: then
    `platforms` are those it offers and `digest` is what the reference stands for, or `problem` says why it
    offers nothing.
    """

    local: LocalImage | None = None
    platforms: tuple[str, ...] = ()
    digest: str = ""
    problem: ImageProblem | None = None


class PathKind(StrEnum):
    """What there is at a path of the host; unknown where AppOS cannot look."""

    MISSING = "missing"
    FILE = "file"
    EMPTY_DIRECTORY = "empty_directory"
    DIRECTORY = "directory"
    UNKNOWN = "unknown"


class Facts(_Fact, frozen=True):
    """All that a preflight looks at.

    `images` goes by reference, `paths` by the source of a bind as the model has it. `platform` is the
    engine's, such as `linux/amd64`. Unknown sizes are null.
    """

    platform: str = ""
    ports: tuple[TakenPort, ...] = ()
    images: Mapping[str, ImageFact] = {}
    paths: Mapping[str, PathKind] = {}
    networks: frozenset[str] = frozenset()
    volumes: frozenset[str] = frozenset()
    free_disk_bytes: int | None = None
    total_disk_bytes: int | None = None
    memory_bytes: int | None = None
    log_driver: str = ""
