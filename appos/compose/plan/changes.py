"""Which keys of a service are not as they are in its container.

No value that may be secret is shown: only names for the environment, labels, commands and tests of health.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from appos.compose.actual import Actual, Container, Mount, Network, Part, Settings
from appos.compose.model import Model, Project, Service
from appos.compose.path import joined
from appos.compose.plan.actions import Reason
from appos.compose.plan.settings import service_settings, unescaped
from appos.compose.plan.wanted import first_containers, image_name

# Keys by which a container is made with the id of another.
_SHARED = ("network_mode", "ipc", "pid")
# Values that tell nothing secret, and much to whoever reads a plan.
_SHOWN = ("restart", "network_mode", "healthcheck.", "stop_grace_period", "mem_limit", "cpus", "user")


def changes(model: Model, name: str, container: Container, actual: Actual) -> list[Reason]:
    """Return what differs between a service and its container, key by key; empty where nothing was found."""
    service = model.project.services[name]
    wanted = service_settings(model.raw["services"][name], actual.fingerprint)
    there = container.settings
    image = actual.images.get(container.image_id)
    base = image.settings if image is not None else None
    path = ("services", name)
    return [
        *_name(path, model.project, name, container),
        *_image(path, image_name(model.project.name, name, service), container.image),
        *_mapping(path, "environment", wanted, there, base),
        *_mapping(path, "labels", wanted, there, base),
        *_hidden(path, wanted, there, base),
        *_plain(path, wanted, there, base, actual),
        *_set((*path, "ports"), set(ports(service)), set(container.ports)),
        *_mounts(path, model.project, service, container),
        *_set((*path, "networks"), _networks(model.project, service), _joined(container)),
    ]


def ports(service: Service) -> tuple[str, ...]:
    """Return the published ports, such as `127.0.0.1:8080->80/tcp`; `any` stands for one that is free."""
    return tuple(
        sorted(
            port_text(port.host_ip, port.published, port.target, port.protocol)
            for port in service.ports or ()
        )
    )


def port_text(host_ip: str, published: str, target: int, protocol: str) -> str:
    """Write a published port."""
    host = f"{host_ip}:" if host_ip not in ("", "0.0.0.0") else ""  # noqa: S104 - it is compared, not bound
    return f"{host}{published or 'any'}->{target}/{protocol}"


def mounts(project: Project, service: Service) -> tuple[str, ...]:
    """Return the mounts, such as `volume shop_data at /data`, with files of configs and secrets."""
    return tuple(sorted(mount_text(mount) for mount, _ in _wanted_mounts(project, service)))


def mount_text(mount: Mount) -> str:
    """Write a mount; an anonymous volume has no name that means anything."""
    source = "" if mount.anonymous or not mount.source else f" {mount.source}"
    kind = "anonymous volume" if mount.anonymous else mount.type
    return f"{kind}{source} at {mount.target}" + (", read-only" if mount.read_only else "")


def _wanted_mounts(project: Project, service: Service) -> Iterator[tuple[Mount, str]]:
    """Give each mount that a service asks for, with the key that asks for it."""
    for entry in service.volumes or ():
        source = entry.source
        if entry.type == "volume" and source in project.volumes:
            source = project.volumes[source].name
        yield (
            Mount(
                type=entry.type,
                source=source,
                target=entry.target.rstrip("/") or "/",
                read_only=entry.read_only,
                anonymous=entry.type == "volume" and not entry.source,
            ),
            "volumes",
        )
    for config in service.configs or ():
        part = project.configs.get(config.source)
        if part is not None and part.file:
            target = config.target or f"/{config.source}"
            yield Mount(type="bind", source=part.file, target=target, read_only=True), "configs"
    for item in service.secrets or ():
        part = project.secrets.get(item.source)
        if part is not None and part.file:
            target = item.target or item.source
            target = target if target.startswith("/") else f"/run/secrets/{target}"
            yield Mount(type="bind", source=part.file, target=target, read_only=True), "secrets"


def _networks(project: Project, service: Service) -> set[str]:
    """Return the engine's names of the networks of a service."""
    if service.network_mode:
        return set()
    keys = service.networks or {}
    return {project.networks[key].name for key in keys if key in project.networks}


def _joined(container: Container) -> set[str]:
    """Return the networks that a container joined; one with a mode of its own joined none."""
    return set() if "network_mode" in container.settings.plain else set(container.networks)


def _name(path: tuple[str, ...], project: Project, name: str, one: Container) -> Iterator[Reason]:
    wanted = project.services[name].container_name
    made = {f"{project.name}-{name}-{one.number}", f"{project.name}_{name}_{one.number}"}
    if wanted and wanted != one.name:
        yield _changed((*path, "container_name"), one.name, wanted)
    elif not wanted and one.name not in made:
        yield _changed((*path, "container_name"), one.name, "")


def _image(path: tuple[str, ...], wanted: str, there: str) -> Iterator[Reason]:
    if wanted != there:
        yield _changed((*path, "image"), there, wanted)


def _mapping(
    path: tuple[str, ...], field: str, wanted: Settings, there: Settings, image: Settings | None
) -> Iterator[Reason]:
    """Compare name by name; what the image sets is there without being asked for."""
    asked, has = getattr(wanted, field), getattr(there, field)
    given = getattr(image, field) if image is not None else has
    for key in sorted({*asked, *has}):
        where = joined(*path, field, key)
        if key not in has:
            yield Reason(path=where, text="added")
        elif key in asked and asked[key] != has[key]:
            yield Reason(path=where, text="changed")
        elif key not in asked and given.get(key) != has[key]:
            yield Reason(path=where, text="removed")


def _hidden(
    path: tuple[str, ...], wanted: Settings, there: Settings, image: Settings | None
) -> Iterator[Reason]:
    """Compare commands and tests; without one of its own a service has the image's."""
    for key in sorted({*wanted.hidden, *there.hidden}):
        asked, has = wanted.hidden.get(key, ""), there.hidden.get(key, "")
        if not asked:
            given = image.hidden.get(key, "") if image is not None else has
            # An entrypoint of the service's own leaves the image's command out.
            asked = "" if key == "command" and "entrypoint" in wanted.hidden else given
        if asked != has and not (key == "healthcheck.test" and wanted.plain.get("healthcheck.disable")):
            text = "added" if not has else "removed" if not asked else "changed"
            yield Reason(path=joined(*path, *key.split(".")), text=text)


def _shared(path: str, parent: str, has: str, actual: Actual) -> Iterator[Reason]:
    """Tell if a container shares something with another than the first of a service."""
    if not has.startswith("container:"):
        yield Reason(path=path, text="changed")
    elif has.removeprefix("container:") != first_containers(actual).get(parent):
        yield Reason(path=path, text=f"it shares that of another container than the first of {parent}")


def _plain(
    path: tuple[str, ...], wanted: Settings, there: Settings, image: Settings | None, actual: Actual
) -> Iterator[Reason]:
    """Compare the other keys; what a service leaves open is the image's."""
    given = (image or there).plain
    for key in sorted({*wanted.plain, *there.plain}):
        asked, has = wanted.plain.get(key, given.get(key)), there.plain.get(key)
        parts = (*path, *key.split("."))
        if asked == has:
            continue
        if key in _SHARED and str(asked).startswith("service:"):
            yield from _shared(joined(*parts), str(asked).removeprefix("service:"), str(has), actual)
        elif key.startswith(_SHOWN):
            yield _changed(parts, _text(has), _text(asked))
        else:
            text = "added" if has is None else "removed" if asked is None else "changed"
            yield Reason(path=joined(*parts), text=text)


def _set(path: tuple[str, ...], wanted: set[str], there: set[str]) -> Iterator[Reason]:
    """Tell what is added and what is removed of a set that may be shown."""
    for one in sorted(wanted - there):
        yield Reason(path=joined(*path), text="added", after=one)
    for one in sorted(there - wanted):
        yield Reason(path=joined(*path), text="removed", before=one)


def _mounts(
    path: tuple[str, ...], project: Project, service: Service, container: Container
) -> Iterator[Reason]:
    """Compare target by target; an anonymous volume that the image declares was not asked for."""
    wanted = {mount.target: (mount, key) for mount, key in _wanted_mounts(project, service)}
    there = {mount.target: mount for mount in container.mounts if mount.type != "tmpfs"}
    for target in sorted({*wanted, *there}):
        mount, key = wanted.get(target, (None, "volumes"))
        has = there.get(target)
        if mount is None:
            if has is not None and not has.anonymous and not service.volumes_from:
                yield Reason(path=joined(*path, key), text="removed", before=mount_text(has))
        elif has is None:
            if mount.type != "tmpfs":
                yield Reason(path=joined(*path, key), text="added", after=mount_text(mount))
        elif mount_text(mount) != mount_text(has):
            yield _changed((*path, key), mount_text(has), mount_text(mount))


def _changed(path: tuple[str, ...], before: str, after: str) -> Reason:
    text = "added" if not before else "removed" if not after else "changed"
    return Reason(path=joined(*path), text=text, before=before, after=after)


def _text(value: Any) -> str:
    """Write a value that is shown."""
    if value is None:
        return ""
    return f"{value:g}" if isinstance(value, float) else str(value)


# What newer engines write among the options of every network.
_ENGINES_OWN = ("com.docker.network.enable_ipv",)


def part_changes(
    path: tuple[str, ...], raw: Mapping[str, Any], there: Part, fingerprint: Callable[[str], str]
) -> list[Reason]:
    """Return what differs between a network or a volume of a printed model and the one that is there."""
    part = unescaped(dict(raw))
    found = [*_part_values(path, part, there)]
    for field, has in (("driver_opts", there.options), ("labels", there.labels)):
        asked = {name: fingerprint(str(value)) for name, value in (part.get(field) or {}).items()}
        for name in sorted({*asked, *has}):
            text = "added" if name not in has else "removed" if name not in asked else "changed"
            if asked.get(name) != has.get(name) and not name.startswith(_ENGINES_OWN):
                found.append(Reason(path=joined(*path, field, name), text=text))
    return found or [Reason(path=joined(*path), text="Docker Compose says that its configuration changed")]


def _part_values(path: tuple[str, ...], part: Mapping[str, Any], there: Part) -> Iterator[Reason]:
    """Compare what may be shown: the name, the driver, and of a network whether it is internal and where."""
    if part["name"] != there.name:
        yield Reason(path=joined(*path, "name"), text="changed", before=there.name, after=part["name"])
    driver = part.get("driver") or ("bridge" if isinstance(there, Network) else "local")
    if driver != there.driver:
        yield Reason(path=joined(*path, "driver"), text="changed", before=there.driver, after=driver)
    if not isinstance(there, Network):
        return
    if bool(part.get("internal")) != there.internal:
        text = "removed" if there.internal else "added"
        yield Reason(path=joined(*path, "internal"), text=text)
    ranges = [one.get("subnet") for one in (part.get("ipam") or {}).get("config") or ()]
    subnets = {subnet for subnet in ranges if subnet}
    if subnets and subnets != set(there.subnets):
        before, after = ", ".join(there.subnets), ", ".join(sorted(subnets))
        yield Reason(path=joined(*path, "ipam", "config"), text="changed", before=before, after=after)
