"""Which files a project reaches: by mounts, volumes, configs and secrets, and by what Compose reads."""

import posixpath
import re
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from appos.compose.model import Build, Mount, Project, Service, Volume
from appos.compose.path import Part
from appos.compose.paths import is_bind
from appos.compose.policy.models import Offence, Rule
from appos.compose.policy.places import Places, plain, real

_REMOTE = frozenset({"nfs", "nfs3", "nfs4", "cifs", "smb", "smb2", "smb3", "smbfs", "ceph", "9p"})
_TMPFS_OPTIONS = re.compile(
    r"(size|mode|uid|gid|nr_inodes|nr_blocks)=[\w%]+|no(exec|suid|dev|atime)|rw|ro|defaults|", re.ASCII
)
_SHARED = frozenset({"shared", "rshared"})
# What a build takes from other machines, images and services; it reaches no path.
# Source: Compose Specification, "additional_contexts".
_ELSEWHERE = re.compile(r"(https?|git|ssh|docker-image)://|(service|target):|git@|github\.com/")
_LAYOUT = "oci-layout://"
_KEY = re.compile(r"[^=:]*(=|: ?)")
_CACHE_PATH = re.compile(r"(?:^|,)(?:src|dest)=([^,]*)")


class Reach(msgspec.Struct, frozen=True):
    """How paths are judged: by which places, and whether they are those of the host."""

    places: Places
    on_host: bool

    def path(self, at: tuple[Part, ...], path: str, *, read_only: bool = True) -> Iterator[Offence]:
        """Yield the offence of reaching a path, if it is one; "" is no path."""
        rule = self.places.rule(path, read_only=read_only, on_host=self.on_host) if path else None
        if rule is not None:
            yield Offence(rule, at, path if self.on_host else described(path))


def described(path: str) -> str:
    """Name a path, and what its symbolic links lead to."""
    target = real(path)
    return path if target == plain(path) else f"{path}, which leads to {target},"


def storage_offences(project: Project, places: Places, *, on_host: bool) -> Iterator[Offence]:
    """Yield what of the host's files is not the app's own.

    With `on_host` the project is one that the engine tells, whose paths are those of the host.
    """
    reach = Reach(places, on_host)
    for name, service in project.services.items():
        at = ("services", name)
        for place, mount in enumerate(service.volumes or ()):
            yield from _mount((*at, "volumes", place), mount, reach)
        yield from _read_files(at, service, reach)
        if service.build is not None:
            yield from _build_paths((*at, "build"), service.build, reach)
    for name, volume in project.volumes.items():
        yield from _volume(("volumes", name), volume, f"{project.name}_{name}", reach)
    for kind, files in (("configs", project.configs), ("secrets", project.secrets)):
        for name, file in files.items():
            yield from reach.path((kind, name, "file"), file.file)


def _mount(at: tuple[Part, ...], mount: Mount, reach: Reach) -> Iterator[Offence]:
    """Yield what a mount of a service opens; what a volume opens is its own to say."""
    if mount.type == "bind":
        yield from reach.path(at, mount.source, read_only=mount.read_only)
        if mount.bind is not None and mount.bind.propagation in _SHARED:
            yield Offence(Rule.MOUNT_PROPAGATION, at, f"`propagation: {mount.bind.propagation}`")
    elif mount.type == "npipe":
        yield Offence(Rule.ENGINE_SOCKET, at, f"The pipe {mount.source}")
    elif mount.type not in ("volume", "tmpfs", "image"):
        yield Offence(Rule.VOLUME_DRIVER, at, f"A mount of type {mount.type}")


def _volume(at: tuple[Part, ...], volume: Volume, own_name: str, reach: Reach) -> Iterator[Offence]:
    """Yield what a volume opens, by its name and by what is mounted for it."""
    name = volume.name or own_name
    if name in reach.places.volumes:
        yield Offence(Rule.APPOS_DATA, at, f"The volume {name}")
    elif volume.external or name != own_name:
        yield Offence(Rule.EXTERNAL_VOLUME, at, f"The volume {name}")
    # An empty option is none to the engine, and `size` takes nothing but room.
    options = {key: value for key, value in (volume.driver_opts or {}).items() if value and key != "size"}
    if volume.driver not in ("", "local"):
        yield Offence(Rule.VOLUME_DRIVER, (*at, "driver"), f"The volume driver {volume.driver}")
    elif is_bind(volume.driver, options):
        yield from reach.path((*at, "driver_opts", "device"), options["device"], read_only=False)
        if _SHARED & set(options["o"].split(",")):
            yield Offence(Rule.MOUNT_PROPAGATION, (*at, "driver_opts", "o"), f"`o: {options['o']}`")
    elif options and not _is_memory(options):
        kind = options.get("type", "").lower()
        rule = Rule.REMOTE_VOLUME if kind in _REMOTE else Rule.VOLUME_DRIVER
        yield Offence(rule, (*at, "driver_opts"), f"A volume of type {kind}" if kind else "`driver_opts`")


def _is_memory(options: Mapping[str, str]) -> bool:
    """Say whether options of the local driver ask for nothing but memory."""
    flags = options.get("o", "").split(",")
    return options.get("type") == "tmpfs" and all(map(_TMPFS_OPTIONS.fullmatch, flags))


def _read_files(at: tuple[Part, ...], service: Service, reach: Reach) -> Iterator[Offence]:
    """Yield the files whose lines Compose makes variables and labels of."""
    for place, file in enumerate(service.env_file or ()):
        yield from reach.path((*at, "env_file", place), file.path)
    for place, path in enumerate(service.label_file or ()):
        yield from reach.path((*at, "label_file", place), path)


def _build_paths(at: tuple[Part, ...], build: Build, reach: Reach) -> Iterator[Offence]:
    """Yield the paths that a build reads or writes: Compose does that itself, where AppOS runs."""
    if build.context and not _ELSEWHERE.match(build.context):
        yield from reach.path((*at, "context"), build.context)
        dockerfile = posixpath.join(build.context, build.dockerfile)
        # One that lies in the context is told with it, but for a link that leads out.
        if not real(dockerfile).is_relative_to(real(build.context)):
            yield from reach.path((*at, "dockerfile"), dockerfile)
    for name, context in (build.additional_contexts or {}).items():
        if not _ELSEWHERE.match(context):
            yield from reach.path((*at, "additional_contexts", name), context.removeprefix(_LAYOUT))
    for option, caches in (("cache_from", build.cache_from), ("cache_to", build.cache_to)):
        for place, cache in enumerate(caches or ()):
            for path in _CACHE_PATH.findall(cache):
                yield from reach.path((*at, option, place), path)
    for path in _keys(build.ssh):
        yield from reach.path((*at, "ssh"), path)


def _keys(ssh: Any) -> Iterator[str]:
    """Yield the paths of the keys that a build may use: `default`, `ID=PATH`, `ID: PATH`, or a mapping."""
    keys = [f"{name}={path or ''}" for name, path in ssh.items()] if isinstance(ssh, Mapping) else ssh or ()
    for key in keys:
        yield _KEY.sub("", str(key)) if _KEY.match(str(key)) else ""
