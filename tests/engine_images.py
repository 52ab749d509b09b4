"""Images for the tests' engines, made without a registry out of what Debian packages."""

import io
import subprocess
import tarfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import docker
import pytest

from tests.engine_packages import NEVER, Package, download, merged_links, needed, update, write_layer

TINY_IMAGE = "tiny:1"
BUSYBOX = Path("/bin/busybox")
ETC = {
    "passwd": "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/sh\n",
    "group": "root:x:0:\nnogroup:x:65534:\n",
}
# Most programs of busybox heed nothing but SIGKILL when they are a container's first process.
TINY_DOCKERFILE = """\
FROM scratch
ADD layer.tar /
ENV PATH=/bin
STOPSIGNAL SIGKILL
CMD ["sh"]
"""
# A directory an image: its Dockerfile, and the packages that its layer.tar holds.
RECIPES = Path(__file__).parent / "images"
BASE = "debian"
TAG = "tests"


def load_tiny_image(host: str) -> str:
    """Load an image of 2 MB with the programs of busybox (sh, httpd, nc, sleep, wget, …), and name it."""
    context = io.BytesIO()
    with tarfile.open(fileobj=context, mode="w") as archive:
        _add_file(archive, "Dockerfile", TINY_DOCKERFILE.encode(), 0o644)
        _add_file(archive, "layer.tar", _tiny_layer(), 0o644)
    context.seek(0)
    with client_of(host) as client:
        client.images.build(fileobj=context, custom_context=True, tag=TINY_IMAGE)
    return TINY_IMAGE


def build_images(host: str, names: Sequence[str]) -> Iterator[str]:
    """Build images of `RECIPES` out of Debian's packages after the one they begin from; yield each name."""
    update()
    base = needed(_packages(BASE)[0], [])
    _build(host, BASE, base)
    for name in names:
        wanted, without = _packages(name)
        _build(host, name, needed(wanted, [*base, *without]))
        yield f"{name}:{TAG}"


@contextmanager
def client_of(host: str) -> "Iterator[docker.DockerClient]":
    """A client of the engine at an address, whose connections are closed afterwards."""
    client = docker.DockerClient(base_url=host, timeout=300)
    try:
        yield client
    finally:
        client.close()


def _packages(recipe: str) -> tuple[list[str], list[Package]]:
    """What a recipe wants installed; and what it does without though it is depended on, after a minus."""
    lines = (RECIPES / recipe / "packages").read_text(encoding="utf-8").split()
    without = [Package(line[1:], NEVER) for line in lines if line.startswith("-")]
    return [line for line in lines if not line.startswith("-")], without


def _build(host: str, recipe: str, packages: Sequence[Package]) -> None:
    with TemporaryDirectory() as folder:
        debs = Path(folder, "debs")
        debs.mkdir()
        layer, context = Path(folder, "layer.tar"), Path(folder, "context.tar")
        with tarfile.open(layer, "w") as archive:
            for link in merged_links() if recipe == BASE else ():
                archive.addfile(link)
            write_layer(download(packages, debs), archive)
        with tarfile.open(context, "w") as archive:
            archive.add(RECIPES / recipe, "")
            archive.add(layer, "layer.tar")
        with client_of(host) as client, context.open("rb") as read:
            client.images.build(fileobj=read, custom_context=True, tag=f"{recipe}:{TAG}")


def _tiny_layer() -> bytes:
    """A root file system of one program under its many names, as a tar archive."""
    binary = BUSYBOX.read_bytes()
    if b"/lib64/ld-linux" in binary:
        pytest.fail(f"{BUSYBOX} needs libraries: install Debian's package busybox-static.")
    written = io.BytesIO()
    with tarfile.open(fileobj=written, mode="w") as archive:
        for folder, mode in (
            ("bin", 0o755),
            ("etc", 0o755),
            ("root", 0o700),
            ("tmp", 0o1777),
            ("www", 0o755),
        ):
            archive.addfile(_entry(folder, tarfile.DIRTYPE, mode))
        _add_file(archive, "bin/busybox", binary, 0o755)
        for name, text in ETC.items():
            _add_file(archive, f"etc/{name}", text.encode(), 0o644)
        for applet in _applets():
            link = _entry(f"bin/{applet}", tarfile.SYMTYPE, 0o777)
            link.linkname = "busybox"
            archive.addfile(link)
    return written.getvalue()


def _applets() -> list[str]:
    listed = subprocess.run(
        [str(BUSYBOX), "--list"], capture_output=True, text=True, check=True
    ).stdout.split()
    return [name for name in listed if name != "busybox"]


def _add_file(archive: tarfile.TarFile, name: str, data: bytes, mode: int) -> None:
    entry = _entry(name, tarfile.REGTYPE, mode)
    entry.size = len(data)
    archive.addfile(entry, io.BytesIO(data))


def _entry(name: str, kind: bytes, mode: int) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.type = kind
    entry.mode = mode
    return entry
