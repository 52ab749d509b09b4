"""The Docker Engine of this machine: whether it answers, and how one is installed."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import docker
from docker.errors import DockerException

ANSWER_SECONDS = 5
INSTALL_SECONDS = 30


@contextmanager
def connected(timeout: int = 600) -> "Iterator[docker.DockerClient]":
    """Give a client of the engine that DOCKER_HOST names, by default the one of this machine.

    Raises:
        DockerException: it does not answer.
    """
    client = docker.from_env(timeout=timeout)
    try:
        yield client
    finally:
        client.close()


def why_not() -> str:
    """Say why no engine can be had, "" if one answers."""
    try:
        with connected(ANSWER_SECONDS) as client:
            client.ping()
    except DockerException as error:
        return str(error) or type(error).__name__
    return ""


def offer() -> None:
    """Install an engine where that can be: ENGINE=install asks for it, else a person is asked."""
    if not _can_install():
        return
    if os.environ.get("ENGINE") != "install":
        if not sys.stdin.isatty() or input(
            "There is no Docker Engine. Install one now? [y/N] "
        ).lower() not in ("y", "yes"):
            return
    print("Installing Docker", flush=True)
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (
        ["apt-get", "update"],
        ["apt-get", "install", "--yes", "--no-install-recommends", "docker.io"],
    ):
        done = subprocess.run(
            command, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
        )
        if done.returncode:
            sys.exit(f"Docker could not be installed:\n{(done.stdout + done.stderr)[-2000:]}")
    if why_not():
        subprocess.run(["service", "docker", "start"], stdin=subprocess.DEVNULL, check=False)
    deadline = time.monotonic() + INSTALL_SECONDS
    while why_not():
        if time.monotonic() > deadline:
            sys.exit("Docker is installed, but does not answer; see: journalctl -u docker")
        time.sleep(0.5)


def _can_install() -> bool:
    """Whether this is Debian or what descends from it, without an engine, and we are root."""
    names_another = bool(os.environ.get("DOCKER_HOST"))
    is_debian = Path("/etc/debian_version").exists() and shutil.which("apt-get") is not None
    return is_debian and os.geteuid() == 0 and not names_another and shutil.which("dockerd") is None
