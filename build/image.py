"""Builds the image of AppOS: `build` from nothing but this clone, `local` on the system of the last build.

Make calls it. It asks the engine itself, so no docker program is needed.
"""

import argparse
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import docker
from docker.errors import BuildError, DockerException, ImageNotFound

import make_base
from engines import connected, why_not

CLONE = Path(__file__).resolve().parent.parent
BASE = "debian:bookworm-slim"
# A base of Debian's packages that was made here, where the one of the registry cannot be pulled.
MADE_BASE = "appos-base:bookworm"
SYSTEM = "appos-system:latest"
KEPT_BASE = CLONE / ".cache" / "image" / "bookworm.tar"


def version() -> str:
    """Read the version of this clone."""
    text = (CLONE / "appos" / "__init__.py").read_text(encoding="utf-8")
    found = re.search(r'^__version__ = "([^"]+)"$', text, re.MULTILINE)
    if found is None:
        sys.exit("appos/__init__.py names no __version__")
    return found[1]


def name() -> str:
    """Return the name of the image: what IMAGE_NAME says, by default `appos:latest`."""
    return os.environ.get("IMAGE_NAME", "").strip() or "appos:latest"


def build(client: "docker.DockerClient") -> None:
    """Build everything, from the base on; what has not changed comes out of the engine's cache."""
    arguments = {"BASE": _base(client), **_about()}
    runtime = os.environ.get("RUNTIME_BASE", "")
    if runtime:
        arguments["RUNTIME_BASE"] = runtime
    _build(client, "build/Dockerfile", SYSTEM, arguments, target="system")
    _build(client, "build/Dockerfile", name(), arguments)
    _finish(client)


def local(client: "docker.DockerClient") -> None:
    """Lay the working tree on the system of the last build."""
    if not _has(client, SYSTEM):
        sys.exit("There is no system to build on yet; run once: make image build")
    _build(client, "build/Dockerfile.local", name(), {"SYSTEM": SYSTEM, **_about()})
    _finish(client)


def _base(client: "docker.DockerClient") -> str:
    """Return the name of a base: of the registry, or made here, which is said."""
    chosen = os.environ.get("BASE", "").strip()
    if chosen:
        return chosen
    if _has(client, BASE):
        return BASE
    if not _has(client, MADE_BASE):
        try:
            print(f"Pulling {BASE}", flush=True)
            client.images.pull(BASE)
            return BASE
        except DockerException as error:
            print(f"{BASE} cannot be pulled ({_first_line(error)}).", flush=True)
        print(f"Making {MADE_BASE} out of Debian's packages with debootstrap instead", flush=True)
        make_base.load(client, make_base.archive(KEPT_BASE), MADE_BASE)
    return MADE_BASE


def _build(
    client: "docker.DockerClient", dockerfile: str, tag: str, arguments: dict[str, str], target: str = ""
) -> None:
    print(f"Building {tag}", flush=True)
    try:
        # The build sees the network as this machine does, with its names and its proxies.
        client.images.build(
            path=str(CLONE),
            dockerfile=dockerfile,
            tag=tag,
            buildargs=arguments,
            target=target or None,
            network_mode="host",
            rm=True,
            forcerm=True,
        )
    except BuildError as error:
        lines = [str(line.get("stream") or line.get("error") or "") for line in error.build_log]
        sys.exit(f"{''.join(lines)[-4000:]}\n{tag} could not be built: {error.msg}")


def _about() -> dict[str, str]:
    """Tell the image its version, and the commit where Git knows it."""
    command = ["git", "-C", str(CLONE), "rev-parse", "HEAD"]
    try:
        told = subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        told = ""
    return {"VERSION": version(), "REVISION": told}


def _finish(client: "docker.DockerClient") -> None:
    """Name the image by its version, too, and print its size as `docker images` does."""
    image = client.images.get(name())
    repository = name().rpartition(":")[0]
    image.tag(repository, version())
    print(f"Built {name()} and {repository}:{version()}: {image.attrs['Size'] / 1e6:.1f} MB")


def _has(client: "docker.DockerClient", wanted: str) -> bool:
    try:
        client.images.get(wanted)
    except ImageNotFound:
        return False
    return True


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]


def main() -> None:
    """Build what the argument names."""
    parser = argparse.ArgumentParser(prog="image.py", description="Build the image of AppOS.")
    parser.add_argument("what", choices=("build", "local"))
    what = parser.parse_args().what
    missing = why_not()
    if missing:
        sys.exit(f"An image needs a Docker Engine, and none answers: {missing}")
    began = time.monotonic()
    with connected() as client:
        (build if what == "build" else local)(client)
    print(f"It took {time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main()
