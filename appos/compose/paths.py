"""Where paths lie on the host: AppOS in a container sees its mounts at other paths than the engine does.

A bind source is resolved by the engine, on the host. `./data` of an app whose files lie in a volume of AppOS
is `/appos/data/apps/x/data` to AppOS and `/var/lib/docker/volumes/appos_data/_data/apps/x/data` to Docker. So
what the model names beneath a mount of AppOS is written as the engine sees it; what lies outside of them
is a path of the host already, as in `/etc/localtime:/etc/localtime:ro`. Files of configs and secrets are
mounted by Docker Compose in the same way. Build contexts, env files, `extends` and `include` are read by
Compose itself, within AppOS's container, and stay as they are. Natively both see the same paths, and nothing
is rewritten.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from appos.compose.model import Model, model_of
from appos.compose.models import Finding, Severity
from appos.compose.path import Part, joined
from appos.errors import ConflictError


class Mounted(msgspec.Struct, frozen=True, kw_only=True):
    """A mount of AppOS's own container, and the name of the volume, if it is one.

    `on_host` is None where it lies on no disk of the host, as with tmpfs.
    """

    inside: Path
    on_host: Path | None
    kind: str = "bind"
    volume: str = ""
    read_only: bool = False


class HostPaths(msgspec.Struct, frozen=True, kw_only=True):
    """How paths that AppOS sees and paths of the host belong together."""

    in_container: bool = False
    mounts: tuple[Mounted, ...] = ()

    def host_path(self, inside: Path) -> Path | None:
        """Return the path on the host of one that AppOS sees, None where the host has none.

        The path is taken by its letters: who wants its symbolic links followed resolves them first.
        """
        inside = _normal(inside)
        if not self.in_container:
            return inside
        mount = self._mount_of(inside)
        if mount is None or mount.on_host is None:
            return None
        return mount.on_host / inside.relative_to(mount.inside)

    def inside_path(self, on_host: Path) -> Path | None:
        """Return the path at which AppOS sees one of the host, None where it does not see it."""
        on_host = _normal(on_host)
        if not self.in_container:
            return on_host
        for mount in self.mounts:
            if mount.on_host is not None and on_host.is_relative_to(mount.on_host):
                inside = mount.inside / on_host.relative_to(mount.on_host)
                # Another mount may lie over it, and hide it.
                if self.host_path(inside) == on_host:
                    return inside
        return None

    def seen_within(self, on_host: Path) -> Path | None:
        """Return the path at which AppOS sees a directory of the host or, failing that, something within it.

        Either lies on the same disk, unless another one is mounted below. None where it sees nothing of it.
        """
        whole = self.inside_path(on_host)
        if whole is not None:
            return whole
        within = (
            mount.inside
            for mount in self.mounts
            if mount.on_host is not None and mount.on_host.is_relative_to(_normal(on_host))
        )
        return next(within, None)

    def covers(self, inside: Path) -> bool:
        """Say whether a path that AppOS sees lies in one of its mounts."""
        return self._mount_of(_normal(inside)) is not None

    def _mount_of(self, inside: Path) -> Mounted | None:
        """Return the mount that a path lies in: of several, the one that lies over the others."""
        around = [mount for mount in self.mounts if inside.is_relative_to(mount.inside)]
        return max(around, key=lambda mount: len(mount.inside.parts), default=None)


NATIVE = HostPaths()


def rewritten(model: Model, host_paths: HostPaths, directory: Path) -> tuple[Model, tuple[Finding, ...]]:
    """Return the model as the engine is to see it, and what of it the host cannot see.

    `directory` is the project's. Symbolic links are followed in AppOS's container, where their targets mean
    what the app's files mean by them, so the engine gets the path that was looked at here.
    """
    if not host_paths.in_container:
        return model, ()
    raw = _copied(model.raw)
    findings = []
    for holder, key, parts in _host_sources(raw):
        written = Path(holder[key])
        if not (host_paths.covers(written) or written.is_relative_to(directory)):
            continue
        real = followed(written)
        path = host_paths.host_path(real)
        if path is None and (host_paths.covers(real) or real.is_relative_to(followed(directory))):
            findings.append(_unreachable(joined(*parts), written))
        else:
            # A link that leads out of AppOS's mounts names a path of the host.
            holder[key] = str(path or real)
    return model_of(raw), tuple(findings)


def refuse_unreachable(findings: tuple[Finding, ...]) -> None:
    """Refuse a deployment whose sources the host cannot see: the engine would mount empty directories.

    Raises:
        ConflictError: With the code `path_unreachable`, and the findings as its fields.
    """
    if findings:
        raise ConflictError(
            f"{findings[0].message} {findings[0].fix}".strip(),
            code="path_unreachable",
            fields={finding.path: {"code": finding.code, "message": finding.fix} for finding in findings},
        )


def ensure_sources(model: Model, directory: Path) -> tuple[Path, ...]:
    """Make the missing directories beneath the project's `directory` that are to be mounted; return them.

    The model is the one before it is rewritten. The engine would make them too, but on the host and as root;
    made here, they are there on both sides before a container starts. What a symbolic link leads out of the
    directory is left alone, and so is what the file says is not to be made (`create_host_path: false`).

    Raises:
        ConflictError: With the code `source_not_made`, where the disk refuses.
    """
    own = followed(directory)
    made = []
    for name, service in model.project.services.items():
        for place, mount in enumerate(service.volumes or ()):
            source = followed(Path(mount.source or os.sep))
            wanted = mount.type == "bind" and (mount.bind is None or mount.bind.create_host_path)
            if not wanted or not source.is_relative_to(own) or source.exists():
                continue
            try:
                source.mkdir(parents=True)
            except OSError as error:
                raise ConflictError(
                    f"The directory {mount.source} that {name!r} mounts could not be made: {error.strerror}.",
                    code="source_not_made",
                    fields={
                        joined("services", name, "volumes", place): {
                            "code": "source_not_made",
                            "message": "Make it by hand, or mount another one.",
                        }
                    },
                ) from error
            made.append(source)
    return tuple(made)


def is_bind(driver: str, options: dict[str, str] | None) -> bool:
    """Say whether a volume is a directory of the host: the local driver, told to bind `device`.

    Source: the flags that the engine's local driver takes from `o`.
    """
    flags = {flag.strip().lower() for flag in (options or {}).get("o", "").split(",")}
    return driver in ("", "local") and bool(flags & {"bind", "rbind"}) and "device" in (options or {})


def _host_sources(raw: dict[str, Any]) -> Iterator[tuple[dict[str, Any], str, tuple[Part, ...]]]:
    """Yield each text of a normalised model that the engine reads as a path: its holder, key and path."""
    for name, service in (raw.get("services") or {}).items():
        for place, mount in enumerate(service.get("volumes") or ()):
            if mount.get("type") == "bind" and mount.get("source"):
                yield mount, "source", ("services", name, "volumes", place)
    for name, volume in (raw.get("volumes") or {}).items():
        if volume and is_bind(volume.get("driver") or "", volume.get("driver_opts")):
            yield volume["driver_opts"], "device", ("volumes", name, "driver_opts", "device")
    for kind in ("configs", "secrets"):
        for name, file in (raw.get(kind) or {}).items():
            if file and file.get("file"):
                yield file, "file", (kind, name, "file")


def _unreachable(path: str, written: Path) -> Finding:
    """Word what the host cannot see."""
    return Finding(
        severity=Severity.WARNING,
        code="path_unreachable",
        path=path,
        message=f"{written} exists only within AppOS's own container, so Docker, which looks on the host, "
        "would mount an empty directory instead.",
        fix="Put the app's files into AppOS's data directory, or mount their directory into its container.",
    )


def followed(path: Path) -> Path:
    """Follow the symbolic links of a path; where they may not be read, take it by its letters."""
    try:
        return Path(os.path.realpath(path))
    except OSError:
        # So is /proc/1/root for all but root.
        return _normal(path)


def _normal(path: Path) -> Path:
    """Take `.`, `..` and doubled slashes out of an absolute path by its letters."""
    text = os.path.normpath(path)
    # POSIX lets exactly two leading slashes mean something else; Linux does not.
    return Path("/" + text.lstrip("/") if text.startswith("//") else text)


def _copied(value: Any) -> Any:
    """Copy a tree of mappings and lists, so that the model it came from stays as it is."""
    if isinstance(value, dict):
        return {key: _copied(part) for key, part in value.items()}
    return [_copied(part) for part in value] if isinstance(value, list) else value
