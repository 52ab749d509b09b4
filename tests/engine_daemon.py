"""A Docker Engine of the tests' own: it runs beside the machine's, apart from it, and may be restarted."""

import contextlib
import ipaddress
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import docker
import pytest
from docker.errors import APIError

from tests.serving import members, wait_for

START_SECONDS = 60.0
STOP_SECONDS = 40.0
# Source: RFC 1918, section 3; the third block is what networks at home have.
PRIVATE = ("10.0.0.0/8", "172.16.0.0/12")
# Where Debian keeps what only root runs; not on everybody's path.
PATH = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/sbin"])


@dataclass
class PrivateEngine:
    """A Docker Engine with data, containerd namespace, bridge and addresses of its own.

    Of the machine it takes one bridge and one rule of the firewall, for its own addresses alone; `end` gives
    both back. It publishes ports by Docker's own proxy processes: two engines that both write the firewall's
    Docker chains would undo one another's rules, and with them the ports of somebody's own containers.
    """

    folder: Path
    subnet: ipaddress.IPv4Network
    bridge: str
    _process: "subprocess.Popen[bytes] | None" = field(default=None, repr=False)
    _gives_back: contextlib.ExitStack = field(default_factory=contextlib.ExitStack, repr=False)

    @property
    def host(self) -> str:
        """The value of `DOCKER_HOST`."""
        return f"unix://{self.folder}/engine.sock"

    @property
    def pid(self) -> int:
        """The process that leads the session of all of its processes."""
        assert self._process is not None, "the engine has not been started"
        return self._process.pid

    @property
    def log_path(self) -> Path:
        return self.folder / "engine.log"

    def begin(self) -> None:
        """Take what it needs of the machine, and start it."""
        back = self._gives_back
        back.callback(shutil.rmtree, self.folder)
        back.callback(_unmount_below, self.folder)
        gateway = next(self.subnet.hosts())
        _run("ip", "link", "add", "name", self.bridge, "type", "bridge")
        back.callback(self._remove_bridges)
        _run("ip", "address", "add", f"{gateway}/{_BRIDGE_PREFIX}", "dev", self.bridge)
        _run("ip", "link", "set", self.bridge, "up")
        _run("iptables", "--wait", "--insert", *self._rule())
        back.callback(_run, "iptables", "--wait", "--delete", *self._rule())
        (self.folder / "engine.json").write_text(json.dumps(self._settings()), encoding="utf-8")
        self.start()

    def start(self) -> None:
        """Start it and wait until it answers."""
        # containerd's names have no underscore at their end, as a temporary directory's may have.
        name = self.folder.name.replace("_", "0")
        # It ends with the tests, even if these are killed. Source: prctl(2), PR_SET_PDEATHSIG.
        command = ["setpriv", "--pdeathsig", "TERM", _dockerd()]
        command += ["--config-file", str(self.folder / "engine.json")]
        # The configuration file has no setting that every version of the engine reads for these.
        command += ["--containerd-namespace", name, "--containerd-plugins-namespace", f"{name}-plugins"]
        with self.log_path.open("ab") as log:
            self._process = subprocess.Popen(
                command,
                env={**os.environ, "PATH": PATH},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        process = self._process
        wait_for(lambda: process.poll() is not None or engine_answers(self.host), START_SECONDS, "Docker")
        if process.poll() is not None:
            pytest.fail(f"dockerd did not start.\n{self._log_end()}")

    def stop(self) -> None:
        """Stop it as the system's shutdown does: its containers are stopped, and started again by `start`."""
        assert self._process is not None, "the engine has not been started"
        self._process.terminate()
        self._process.wait(STOP_SECONDS)

    def restart(self) -> None:
        """Stop it and start it again."""
        self.stop()
        self.start()

    def end(self) -> None:
        """Remove its containers, end it, and give back what it took, whatever has become of it."""
        if self._process is not None:
            if engine_answers(self.host):
                self._remove_containers()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.stop()
            # containerd and the shims of containers, which are left after a hard end alone.
            for pid in members(self._process.pid):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            self._process.wait(STOP_SECONDS)
        self._gives_back.close()

    def _settings(self) -> dict[str, object]:
        """Everything that engines side by side may not share. Source: dockerd, daemon configuration file."""
        return {
            "hosts": [self.host],
            "data-root": str(self.folder / "data"),
            "exec-root": str(self.folder / "run"),
            "pidfile": str(self.folder / "engine.pid"),
            "bridge": self.bridge,
            "default-address-pools": [{"base": str(self.subnet), "size": _BRIDGE_PREFIX}],
            "iptables": False,
            # Nobody waits for containers that do not heed their end.
            "shutdown-timeout": 10,
        }

    def _rule(self) -> list[str]:
        """Lets its containers speak with one another where Docker has made the machine forward nothing."""
        return ["FORWARD", "-s", str(self.subnet), "-d", str(self.subnet), "-j", "ACCEPT"]

    def _remove_containers(self) -> None:
        client = docker.DockerClient(base_url=self.host)
        try:
            for container in client.containers.list(all=True, ignore_removed=True):
                with contextlib.suppress(APIError):
                    container.remove(force=True)
        finally:
            client.close()

    def _remove_bridges(self) -> None:
        """Remove its bridge, and those of networks that tests have left."""
        for link in json.loads(_run("ip", "-json", "address", "show", "type", "bridge")):
            # An older `ip` prints an empty object for each interface of another type.
            addresses = [one["local"] for one in link.get("addr_info", ()) if one["family"] == "inet"]
            is_inside = any(ipaddress.IPv4Address(address) in self.subnet for address in addresses)
            if is_inside or link.get("ifname") == self.bridge:
                _run("ip", "link", "delete", link["ifname"])

    def _log_end(self) -> str:
        return self.log_path.read_text(encoding="utf-8", errors="replace")[-2000:]


_BRIDGE_PREFIX = 24


@contextmanager
def running_engine() -> Iterator[PrivateEngine]:
    """Run an engine for a while; afterwards nothing of it is left."""
    if os.geteuid() != 0:
        pytest.fail("The tests start a Docker Engine of their own, for which they have to be run by root.")
    # A path that is short enough for a socket, wherever pytest keeps its directories.
    subnet, folder = _free_subnet(), Path(tempfile.mkdtemp(prefix="engine-"))
    # The name of an interface has at most 15 characters.
    engine = PrivateEngine(folder, subnet, f"et-{folder.name[-8:]}".replace("_", "x"))
    try:
        engine.begin()
        yield engine
    finally:
        engine.end()


def _free_subnet() -> ipaddress.IPv4Network:
    """Choose 65,536 private addresses to which this machine has no route, other than by its default."""
    taken = []
    for route in json.loads(_run("ip", "-json", "-4", "route", "show", "table", "all")):
        with contextlib.suppress(ValueError):
            taken.append(ipaddress.IPv4Network(route["dst"], strict=False))
    every = [subnet for block in PRIVATE for subnet in ipaddress.IPv4Network(block).subnets(new_prefix=16)]
    free = [subnet for subnet in every if not any(subnet.overlaps(other) for other in taken)]
    if not free:
        pytest.fail(f"All of {' and '.join(PRIVATE)} is routed: no addresses are left for an engine.")
    # By chance, so that two engines that start at once do not choose the same.
    return random.choice(free)


def _dockerd() -> str:
    binary = shutil.which("dockerd", path=PATH)
    if binary is None:
        pytest.fail("There is no dockerd: install Debian's package docker.io.")
    return binary


def _unmount_below(folder: Path) -> None:
    """Unmount what an engine left mounted, the innermost first. Source: proc(5), /proc/pid/mounts."""
    mounts = [line.split()[1] for line in Path("/proc/self/mounts").read_text(encoding="utf-8").splitlines()]
    for mount in reversed([mount for mount in mounts if Path(mount).is_relative_to(folder)]):
        _run("umount", mount)


def _run(*command: str) -> str:
    """Run a program of the system and return what it printed."""
    done = subprocess.run(
        command, env={**os.environ, "PATH": PATH}, stdin=subprocess.DEVNULL, capture_output=True, text=True
    )
    assert done.returncode == 0, f"{command}: {done.stderr}"
    return done.stdout


def engine_answers(host: str) -> bool:
    """Ask an engine at `unix://PATH` whether it is there. Source: Docker Engine API, SystemPing."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(5)
        try:
            connection.connect(host.removeprefix("unix://"))
            connection.sendall(b"GET /_ping HTTP/1.0\r\n\r\n")
            return b" 200 OK" in connection.recv(64)
        except OSError:
            return False
