"""What is wanted: a normalised model, and what Compose makes of it."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import msgspec

from appos.compose.actual import Actual
from appos.compose.model import Model, Service
from appos.compose.models import Pull

# Go writes these as escapes in JSON.
_ESCAPED = str.maketrans({letter: f"\\u{ord(letter):04x}" for letter in "<>&\u2028\u2029"})


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """How `up` is called; the defaults are those of AppOS's own driver.

    `pull` is when images are pulled; `policy` leaves it to each service. With `recreate_volumes` a named
    volume whose options changed is emptied and made anew (`--yes`); without, it stays as it is.
    """

    pull: Pull = "policy"
    build: bool = False
    force_recreate: bool = False
    remove_orphans: bool = True
    recreate_volumes: bool = False


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What is wanted.

    `hashes` is what `docker compose config --hash '*'` prints for `referring(model.raw, actual)`. `disabled`
    are the services that no active profile takes in: their containers are left alone.
    """

    model: Model
    hashes: Mapping[str, str]
    disabled: frozenset[str] = frozenset()
    options: Options = Options()


def image_name(project: str, service: str, wanted: Service) -> str:
    """Return the reference of a service's image; what is only built has a name of its own."""
    return wanted.image or f"{project}-{service}"


def file_hash(part: Mapping[str, Any], *, is_volume: bool = False) -> str:
    """Return Compose's hash of a network or a volume: the digest of what it prints of it, compact.

    Source: docker/compose v5.5.0, `NetworkHash` and `VolumeHash`, and the labels that it writes. It holds
    for the order of keys in which Compose prints them.
    """
    content = dict(part)
    if is_volume:
        # Compose fills the driver in, second of its keys.
        content = {"name": content.pop("name", ""), "driver": content.pop("driver", "") or "local"} | content
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.replace("$$", "$").translate(_ESCAPED).encode()).hexdigest()


_NAMESPACES = ("network_mode", "ipc", "pid")


def referring(raw: Mapping[str, Any], actual: Actual) -> dict[str, Any]:
    """Return a model in which references to services name the containers that are there.

    Compose hashes a service that shares another's network, IPC, process ids or volumes with the id of the
    container, so only the hashes of this model can be compared with those on containers. It must not be
    deployed: containers that Compose shall take volumes from stand in it as services.
    """
    ids = first_containers(actual)
    services: dict[str, Any] = {name: dict(service) for name, service in raw.get("services", {}).items()}
    stand_ins: set[str] = set()
    for service in services.values():
        for key in _NAMESPACES:
            value = str(service.get(key) or "")
            if value.startswith("service:") and (found := ids.get(value.removeprefix("service:"))):
                service[key] = f"container:{found}"
        sources = [_container(source, ids) for source in service.get("volumes_from") or ()]
        if sources and all(sources):
            service["volumes_from"] = sources
            stand_ins.update(sources)
    return {**raw, "services": {name: {"image": "stand-in"} for name in sorted(stand_ins)} | services}


def refers(raw: Mapping[str, Any]) -> bool:
    """Say whether a service of a model shares something with another, so that `referring` changes it."""
    return any(
        service.get("volumes_from")
        or any(str(service.get(key) or "").startswith("service:") for key in _NAMESPACES)
        for service in raw.get("services", {}).values()
    )


def _container(reference: str, ids: Mapping[str, str]) -> str:
    """Return the container that an entry of `volumes_from` means, "" for one that is not there."""
    kind, _, rest = reference.partition(":")
    return rest.split(":", 1)[0] if kind == "container" else ids.get(kind, "")


def first_containers(actual: Actual) -> dict[str, str]:
    """Return the id of the container that a reference to a service means: the first by name."""
    ids: dict[str, str] = {}
    for container in sorted(actual.containers, key=lambda container: container.name):
        if not container.one_off:
            ids.setdefault(container.service, container.id)
    return ids
