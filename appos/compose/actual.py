"""What an engine has of a project, as far as a plan needs it."""

from collections.abc import Callable
from typing import Any

import msgspec


class _Had(msgspec.Struct, frozen=True, kw_only=True):
    """Something that is there; times are RFC 3339 text."""


class Settings(_Had, frozen=True, kw_only=True):
    """What a container, a service or an image is made with, by Compose's names.

    `environment`, `labels` and `hidden` may hold secrets, so they hold fingerprints: equal values have equal
    ones. `hidden` is of `command`, `entrypoint` and `healthcheck.test`; `plain` of the other keys, such as
    `user` and `healthcheck.interval`, each in one normal form. A key that is not there has its default.
    """

    environment: dict[str, str] = {}
    labels: dict[str, str] = {}
    hidden: dict[str, str] = {}
    plain: dict[str, Any] = {}


class Mount(_Had, frozen=True, kw_only=True):
    """A mount of a container: `source` is the name of a volume or a path on the host."""

    type: str
    target: str
    source: str = ""
    read_only: bool = False
    # Nobody named this volume: only the container knows it.
    anonymous: bool = False


class Container(_Had, frozen=True, kw_only=True):
    """A container of a project; `number` is its place among those of its service, from 1.

    `config_hash`, `image_hash` and `image_volumes` are what Compose wrote on it as labels. `changed_paths`
    are the paths that it added to its writable layer or changed there.
    """

    id: str
    name: str
    service: str
    number: int
    state: str
    image: str
    image_id: str
    config_hash: str = ""
    image_hash: str = ""
    image_volumes: str = ""
    created: str = ""
    one_off: bool = False
    networks: tuple[str, ...] = ()
    ports: tuple[str, ...] = ()
    mounts: tuple[Mount, ...] = ()
    settings: Settings = Settings()
    stop_seconds: float | None = None
    changed_paths: tuple[str, ...] = ()


class Part(_Had, frozen=True, kw_only=True):
    """A network or a volume; `key` is its name in the files, "" where Compose did not make it.

    `labels` and `options` hold fingerprints: options of volumes may be passwords.
    """

    name: str
    key: str = ""
    project: str = ""
    config_hash: str = ""
    driver: str = ""
    labels: dict[str, str] = {}
    options: dict[str, str] = {}


class Network(Part, frozen=True, kw_only=True):
    """A network; `containers` are the names of all that are on it and run."""

    internal: bool = False
    subnets: tuple[str, ...] = ()
    containers: tuple[str, ...] = ()


class Volume(Part, frozen=True, kw_only=True):
    """A volume."""


class Image(_Had, frozen=True, kw_only=True):
    """An image that the engine has.

    `digests` are its `sha256:…` in registries; `registry_digest` is what the registry has under its
    reference now, "" where that was not asked. `tagged_seconds` is how long ago it was pulled or built, if
    that is known.
    """

    id: str
    digests: tuple[str, ...] = ()
    registry_digest: str = ""
    tagged_seconds: float | None = None
    volumes: tuple[str, ...] = ()
    settings: Settings = Settings()


def same(value: str) -> str:
    """Return a value as its own fingerprint: for what is no secret."""
    return value


class Actual(_Had, frozen=True, kw_only=True):
    """All that there is: containers of the project, networks and volumes by all names that it may use.

    `images` holds each image by its references and by its id. `fingerprint` is what made the fingerprints.
    """

    containers: tuple[Container, ...] = ()
    networks: tuple[Network, ...] = ()
    volumes: tuple[Volume, ...] = ()
    images: dict[str, Image] = {}
    fingerprint: Callable[[str], str] = same
