"""Layers of images out of Debian's packages: what these hold, without running their scripts."""

import os
import subprocess
import tarfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

# What no program reads.
LEFT_OUT = tuple(f"usr/share/{name}/" for name in ("bug", "doc", "info", "lintian", "locale", "man"))
# Debian has merged these into /usr; packages may still name them. Source: Debian Policy 10.1, "usrmerge".
MERGED = ("bin", "lib", "lib32", "lib64", "libx32", "sbin")
STATUS = """\
Package: {name}
Status: install ok installed
Maintainer: The tests
Architecture: {architecture}
Multi-Arch: allowed
Version: {version}
Description: is there already

"""


@dataclass(frozen=True)
class Package:
    """A package of Debian at a version."""

    name: str
    version: str


# Newer than whatever is asked for: for packages that an image is to do without.
NEVER = "9999:0"


def update() -> None:
    """Fetch the lists of Debian's packages: there may be none, or old ones that name what is gone."""
    _output("apt-get", "update")


def needed(wanted: Sequence[str], present: Sequence[Package]) -> list[Package]:
    """Resolve what must be installed for the wanted packages where those that are present are installed."""
    architecture = _output("dpkg", "--print-architecture").strip()
    with TemporaryDirectory() as folder:
        status = Path(folder, "status")
        entries = [
            STATUS.format(name=one.name, version=one.version, architecture=architecture) for one in present
        ]
        status.write_text("".join(entries), encoding="utf-8")
        options = [
            "-o",
            f"Dir::State::status={status}",
            "-o",
            "Debug::NoLocking=1",
            "--no-install-recommends",
        ]
        lines = _output("apt-get", *options, "--simulate", "--yes", "install", *wanted).splitlines()
    # As in: Inst libc6 (2.36-9 Debian:12/oldstable [amd64])
    installed = [line.split() for line in lines if line.startswith("Inst ")]
    # The entries say little, so that it may wish to install a present package again, at the same version.
    names = {one.name for one in present}
    return [Package(words[1], words[2].lstrip("(")) for words in installed if words[1] not in names]


def download(packages: Sequence[Package], folder: Path) -> list[Path]:
    """Fetch packages into an empty directory and return their files."""
    _output("apt-get", "download", *(f"{one.name}={one.version}" for one in packages), cwd=folder)
    return sorted(folder.glob("*.deb"))


def write_layer(debs: Iterable[Path], layer: tarfile.TarFile) -> None:
    """Write what packages hold into an archive, under the names that it has on a merged system."""
    written: set[str] = set()
    for deb in debs:
        with _files(deb) as archive:
            for entry in archive:
                _merge(entry)
                is_new = entry.name not in written
                if is_new and not f"{entry.name}/".startswith(LEFT_OUT) and entry.name != ".":
                    written.add(entry.name)
                    layer.addfile(entry, archive.extractfile(entry) if entry.isreg() else None)


def merged_links() -> Iterator[tarfile.TarInfo]:
    """The symbolic links that a merged system begins with."""
    for name in MERGED:
        link = tarfile.TarInfo(name)
        link.type = tarfile.SYMTYPE
        link.linkname = f"usr/{name}"
        yield link


def _merge(entry: tarfile.TarInfo) -> None:
    entry.name = _merged(entry.name)
    if entry.islnk():
        entry.linkname = _merged(entry.linkname)


def _merged(name: str) -> str:
    path = PurePosixPath(name)
    is_merged = path.parts and path.parts[0] in MERGED
    return str("usr" / path) if is_merged else str(path)


@contextmanager
def _files(deb: Path) -> Iterator[tarfile.TarFile]:
    """The archive of files in a package, to be read from front to end."""
    with subprocess.Popen(["dpkg-deb", "--fsys-tarfile", str(deb)], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        with tarfile.open(fileobj=process.stdout, mode="r|") as archive:
            yield archive
    assert process.returncode == 0, f"dpkg-deb cannot read {deb}"


def _output(*command: str, cwd: Path | None = None) -> str:
    env = {**os.environ, "LC_ALL": "C"}
    done = subprocess.run(command, cwd=cwd, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    assert done.returncode == 0, f"{command[:2]}: {done.stderr}{done.stdout}"
    return done.stdout
