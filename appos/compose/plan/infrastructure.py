"""Networks and volumes: which Compose would make, make anew or leave.

Source: docker/compose v5.5.0, its reconciliation, and experiments with it.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from appos.compose.actual import Actual, Container, Part
from appos.compose.model import Project, Service
from appos.compose.path import joined
from appos.compose.plan.actions import Action, Kind, Loss, LossKind, Note, Reason, Target
from appos.compose.plan.changes import part_changes
from appos.compose.plan.wanted import Wanted, file_hash


class Infrastructure(msgspec.Struct, kw_only=True):
    """What becomes of networks and volumes; the keys are those of the model.

    `networks` and `volumes` are the engine's names of those that there are, after renaming. `restarted` holds
    for each service why its containers are stopped and started again, `emptied` why they are made anew.
    """

    actions: list[Action] = []
    obstacles: list[Note] = []
    warnings: list[Note] = []
    networks: dict[str, str] = {}
    volumes: dict[str, str] = {}
    restarted: dict[str, list[Reason]] = {}
    emptied: dict[str, list[Reason]] = {}


def infrastructure(wanted: Wanted, actual: Actual) -> Infrastructure:
    """Plan the networks, then the volumes."""
    found = Infrastructure()
    project = wanted.model.project
    for key in sorted(project.networks):
        _network(found, key, wanted, actual)
    for key in sorted(project.volumes):
        _volume(found, key, wanted, actual)
    return found


def users(services: Mapping[str, Service], network: str) -> list[str]:
    """Return the services on a network."""
    return sorted(name for name, service in services.items() if network in (service.networks or {}))


def mounters(services: Mapping[str, Service], volume: str) -> list[str]:
    """Return the services that mount a volume, also by `volumes_from`."""
    found = {
        name
        for name, service in services.items()
        if any(mount.type == "volume" and mount.source == volume for mount in service.volumes or ())
    }
    while True:
        more = {
            name
            for name, service in services.items()
            if any(entry.split(":", 1)[0] in found for entry in service.volumes_from or ())
        }
        if more <= found:
            return sorted(found)
        found |= more


def _chosen(key: str, name: str, project: str, there: Iterable[Part]) -> Part | None:
    """Return the one that Compose takes for a key: of its own the one of that name, else any of that name."""
    own = sorted(
        (one for one in there if one.project == project and one.key == key), key=lambda one: one.name
    )
    named = [one for one in there if one.name == name]
    return next((one for one in own if one.name == name), None) or next(iter(own or named), None)


def _is_changed(one: Part, part: Mapping[str, Any], project: str, *, is_volume: bool) -> bool:
    """Say whether it was made by Compose, for this project, out of something else."""
    own = one.project == project and bool(one.config_hash)
    return own and one.config_hash != file_hash(part, is_volume=is_volume)


def _network(found: Infrastructure, key: str, wanted: Wanted, actual: Actual) -> None:
    project, path = wanted.model.project, joined("networks", key)
    network = project.networks[key]
    if network.external:
        _external(
            found, Target.NETWORK, key, network.name, any(n.name == network.name for n in actual.networks)
        )
        return
    there = _chosen(key, network.name, project.name, actual.networks)
    on_it = users(project.services, key)
    if there is None:
        reason = Reason(path=path, text="not there yet")
        found.actions.append(_action(Kind.CREATE, Target.NETWORK, key, network.name, reason))
        return
    found.networks[key] = there.name
    raw = wanted.model.raw["networks"][key]
    if not _is_changed(there, raw, project.name, is_volume=False):
        found.actions.append(_action(Kind.UNTOUCHED, Target.NETWORK, key, there.name))
        return
    reasons = part_changes(("networks", key), raw, there, actual.fingerprint)
    action = _action(Kind.RECREATE, Target.NETWORK, key, network.name, *reasons)
    found.actions.append(msgspec.structs.replace(action, interrupts=tuple(on_it)))
    for service in on_it:
        text = f"its network {key} is made anew"
        found.restarted.setdefault(service, []).append(Reason(path=path, text=text))
    _check_network(found, path, there, on_it, wanted, actual)


def _check_network(
    found: Infrastructure, path: str, there: Part, on_it: list[str], wanted: Wanted, actual: Actual
) -> None:
    """Say which containers keep a network from being made anew.

    Compose takes those of the services on it off, and fails if one is not on it. It fails, too, if others
    are, but for those that it removes before; it means to leave an old network that is used where it is only
    renamed, but no engine's answer to that is one that it knows.
    """
    own = [one for one in actual.containers if one.service in on_it and not one.one_off]
    gone = {one.name for one in actual.containers if _is_removed(one, wanted)}
    strangers = sorted(set(getattr(there, "containers", ())) - {one.name for one in own} - gone)
    if strangers:
        text = f"it is used by {', '.join(strangers)}: disconnect them first."
        found.obstacles.append(
            Note(path=path, text=f"The network {there.name} cannot be removed while {text}")
        )
    absent = sorted(one.name for one in own if there.name not in one.networks)
    if absent:
        text = f"because they are not on it: remove {', '.join(absent)} first."
        found.obstacles.append(
            Note(
                path=path,
                text=f"Docker Compose fails to take containers off the network {there.name}, {text}",
                mended=True,
            )
        )


def _is_removed(one: Container, wanted: Wanted) -> bool:
    """Tell whether Compose removes a container because its service is no more."""
    known = one.service in wanted.model.project.services or one.service in wanted.disabled
    return wanted.options.remove_orphans and not known and not one.one_off


def _volume(found: Infrastructure, key: str, wanted: Wanted, actual: Actual) -> None:
    project, path = wanted.model.project, joined("volumes", key)
    volume = project.volumes[key]
    if volume.external:
        _external(found, Target.VOLUME, key, volume.name, any(v.name == volume.name for v in actual.volumes))
        return
    there = _chosen(key, volume.name, project.name, actual.volumes)
    if there is None:
        found.actions.append(
            _action(Kind.CREATE, Target.VOLUME, key, volume.name, Reason(path=path, text="not there yet"))
        )
        return
    found.volumes[key] = volume.name
    raw = wanted.model.raw["volumes"][key]
    if not _is_changed(there, raw, project.name, is_volume=True):
        found.volumes[key] = there.name
        found.actions.append(_action(Kind.UNTOUCHED, Target.VOLUME, key, there.name))
        return
    reasons = part_changes(("volumes", key), raw, there, actual.fingerprint)
    if there.name != volume.name:
        found.actions.append(_action(Kind.CREATE, Target.VOLUME, key, volume.name, *reasons))
        text = (
            f"The volume {there.name} stays with its data; the new volume {volume.name} does not have them."
        )
        found.warnings.append(Note(path=path, text=text))
        return
    _changed_volume(found, key, volume.name, reasons, wanted)


def _changed_volume(
    found: Infrastructure, key: str, name: str, reasons: list[Reason], wanted: Wanted
) -> None:
    """Empty a volume whose options changed, or say that it stays."""
    path = joined("volumes", key)
    if not wanted.options.recreate_volumes:
        found.actions.append(_action(Kind.UNTOUCHED, Target.VOLUME, key, name, *reasons))
        text = f"The volume {name} stays as it is, though its options changed: making it anew loses its data."
        found.warnings.append(Note(path=path, text=text))
        return
    by = mounters(wanted.model.project.services, key)
    loss = Loss(kind=LossKind.VOLUME, text=f"all data in the volume {name}")
    action = _action(Kind.RECREATE, Target.VOLUME, key, name, *reasons)
    found.actions.append(msgspec.structs.replace(action, interrupts=tuple(by), losses=(loss,)))
    for service in by:
        reason = Reason(path=path, text=f"its volume {key} is made anew")
        found.emptied.setdefault(service, []).append(reason)


def _external(found: Infrastructure, target: Target, key: str, name: str, is_there: bool) -> None:
    """Leave what is not the project's own; without it Compose stops."""
    found.actions.append(_action(Kind.UNTOUCHED, target, key, name))
    if is_there:
        (found.networks if target is Target.NETWORK else found.volumes)[key] = name
        return
    text = f"The external {target.value} {name} does not exist: create it first."
    found.obstacles.append(Note(path=joined(f"{target.value}s", key), text=text))


def _action(kind: Kind, target: Target, key: str, resource: str, *reasons: Reason) -> Action:
    return Action(kind=kind, target=target, name=key, resource=resource, reasons=reasons)


def in_order(project: Project) -> list[str]:
    """Return the services so that each stands behind those that it depends on."""
    ordered: list[str] = []
    waiting = sorted(project.services)
    while waiting:
        ready = next(
            (
                name
                for name in waiting
                if not set(project.services[name].depends_on or ()) & set(waiting) - {name}
            ),
            waiting[0],
        )
        ordered.append(ready)
        waiting.remove(ready)
    return ordered
