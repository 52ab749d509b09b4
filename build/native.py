"""Runs AppOS on this machine without a container: start, stop, restart, status, logs and stats.

Make calls it; it needs the standard library alone. What it starts leads a session of its own, and the pid
file names it by process id, start time and boot, so that no other process is ever taken for it.
"""

import argparse
import errno
import fcntl
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from processes import Process, boot_id, find, in_session, wait_until

CLONE = Path(__file__).resolve().parent.parent
PYTHON = CLONE / ".venv" / "bin" / "python"

START_SECONDS = 30.0
STOP_SECONDS = 15.0
QUIET_SECONDS = 3.0  # A stop that takes longer says that it waits.
KILL_SECONDS = 5.0
LINK_SECONDS = 30.0
LOG_LINES = 20
LONG_LOG_BYTES = 10 * 2**20
NOT_RUNNING = 3  # The exit status that the Linux Standard Base gives to a service that does not run.


@dataclass(frozen=True)
class Run:
    """The AppOS that was started last: what the pid file holds."""

    pid: int
    start_ticks: int
    boot: str
    host: str
    port: int
    clone: str

    @property
    def address(self) -> str:
        """Where it answers."""
        return f"http://{self.host}:{self.port}"

    def is_alive(self) -> bool:
        """Whether that very process lives: the same id, started at the same moment of the same boot."""
        found = find(self.pid)
        return found is not None and found.start_ticks == self.start_ticks and self.boot == boot_id()

    def members(self) -> list[Process]:
        """The living processes of its session, itself first."""
        return in_session(self.pid)

    def left_behind(self) -> list[Process]:
        """What a killed arbiter has left: its workers work in the clone, as no later stranger's would."""
        if self.boot != boot_id() or find(self.pid):
            return []
        return [it for it in self.members() if it.directory == self.clone]


# The settings that decide where AppOS is; all others are the application's to judge.


def setting(name: str, default: str) -> str:
    """Read a setting as AppOS does: from NAME, or from the file that NAME_FILE names."""
    file = os.environ.get(f"{name}_FILE", "")
    try:
        text = Path(file).read_text(encoding="utf-8") if file else os.environ.get(name, "")
    except (OSError, ValueError):
        return default
    return text.strip() or default


DATA = CLONE / Path(setting("APPOS_DATA", "data")).expanduser()
PID_FILE = DATA / "run" / "appos.pid"
LOG_FILE = DATA / "log" / "appos.log"


def environment(run: Run | None = None) -> dict[str, str]:
    """The environment that was given, with make's PORT under its own name, or with the port of what runs."""
    env = {
        name: value
        for name, value in os.environ.items()
        if name not in {"PORT", "MAKEFLAGS", "MFLAGS", "MAKELEVEL"}
    }
    port = str(run.port) if run else os.environ.get("PORT", "").strip()
    if port:
        env["HTTP_PORT"] = port
        env.pop("HTTP_PORT_FILE", None)
    return env


def listening_address() -> tuple[str, int] | None:
    """The host and port that AppOS will listen at, or nothing where the settings name none."""
    port = os.environ.get("PORT", "").strip() or setting("HTTP_PORT", "9091")
    host, _, port = setting("BIND", f"127.0.0.1:{port}").rpartition(":")
    if not port.isdecimal() or not 0 < int(port) < 65536:
        return None
    return host.strip("[]"), int(port)


def reachable(host: str) -> str:
    """The host to ask, for a host to listen at."""
    if host in {"", "0.0.0.0", "::"}:  # noqa: S104  Compared, not listened at.
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host


# The pid file and the log.


def read_run() -> Run | None:
    """Read the pid file; one that is missing or damaged names nothing."""
    try:
        return Run(**json.loads(PID_FILE.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def write_run(run: Run) -> None:
    partial = PID_FILE.with_suffix(".new")
    partial.write_text(json.dumps(asdict(run)) + "\n", encoding="utf-8")
    partial.replace(PID_FILE)


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Hold the lock that makes starts and stops follow one another. The kernel frees it, whatever happens."""
    try:
        for folder in (DATA, PID_FILE.parent, LOG_FILE.parent):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = PID_FILE.with_suffix(".lock").open("w", encoding="utf-8")
    except OSError as error:
        sys.exit(f"The data directory cannot be written: {error}")
    with lock as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def rotate_log() -> None:
    """Put a long log aside before a start; the one put aside before goes."""
    if LOG_FILE.exists() and LOG_FILE.stat().st_size > LONG_LOG_BYTES:
        LOG_FILE.replace(LOG_FILE.with_suffix(".log.1"))


def log_tail(offset: int) -> str:
    """The last lines that were logged since the log had this size."""
    with LOG_FILE.open("rb") as file:
        file.seek(offset)
        return b"\n".join(file.read().splitlines()[-LOG_LINES:]).decode("utf-8", "replace")


# Start.


def start() -> None:
    """Start AppOS unless it runs, wait until it answers, and say where it is."""
    if not PYTHON.exists():
        sys.exit("AppOS is not set up; run: make setup")
    with one_at_a_time():
        run = read_run()
        if run and run.is_alive():
            print(f"AppOS already runs at {run.address}")
        else:
            if run:
                end(run.left_behind)
            run = launch()
            print(f"AppOS runs at {run.address}")
        print_claim_link(run)


def launch() -> Run:
    where = listening_address()
    if where:
        require_free(*where)
    rotate_log()
    offset = LOG_FILE.stat().st_size if LOG_FILE.exists() else 0
    with os.fdopen(os.open(LOG_FILE, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab") as log:
        child = subprocess.Popen(
            [str(PYTHON), "-m", "appos.cli", "serve"],
            cwd=CLONE,
            env=environment(),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    host, port = where or ("", 0)
    found = find(child.pid)
    run = Run(child.pid, found.start_ticks if found else 0, boot_id(), reachable(host), port, str(CLONE))
    write_run(run)
    await_answer(child, run, offset)
    return run


def require_free(host: str, port: int) -> None:
    """End here when the port is taken, before anything has been started."""
    if not is_free(host, port):
        other = "9092" if port != 9092 else "9093"
        sys.exit(
            f"Port {port} is used by another program, so AppOS was not started.\n"
            f"Stop that program, or choose another port, as in: PORT={other} make start"
        )


def is_free(host: str, port: int) -> bool:
    """Try the port. What else may be wrong with the address, AppOS says itself."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
            probe.listen()
        except OSError as error:
            return error.errno != errno.EADDRINUSE
    return True


def await_answer(child: subprocess.Popen[bytes], run: Run, offset: int) -> None:
    """Wait for the first answer, or for the end of the process."""
    print("Starting AppOS", flush=True)
    arrived = wait_until(lambda: child.poll() is not None or is_healthy(run), START_SECONDS)
    if child.poll() is not None:
        PID_FILE.unlink(missing_ok=True)
        sys.exit(f"{log_tail(offset)}\nAppOS did not start. The lines above are the end of {LOG_FILE}")
    if not arrived:
        sys.exit(
            f"{log_tail(offset)}\nAppOS has not answered within {START_SECONDS:.0f} s, and goes on starting. "
            "Ask with `make status`, or end it with `make stop`."
        )


def is_healthy(run: Run) -> bool:
    connection = http.client.HTTPConnection(run.host, run.port, timeout=2)
    try:
        connection.request("GET", "/api/health")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def print_claim_link(run: Run) -> None:
    """Print the link that makes the first superuser, as long as there is none."""
    try:
        made = subprocess.run(
            [str(PYTHON), "-m", "appos.cli", "setup-link"],
            cwd=CLONE,
            env=environment(run),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=True,
            timeout=LINK_SECONDS,
        )
    except subprocess.SubprocessError as error:
        reason = (error.stderr if isinstance(error, subprocess.CalledProcessError) else "") or str(error)
        sys.exit(f"It runs, but the link to claim it could not be made: {reason.strip()}")
    if made.stdout.strip():
        print(f"Claim it with this link:\n{made.stdout.strip()}")


# Stop.


def stop() -> None:
    """Stop what was started, all of it and nothing else."""
    if not PID_FILE.parent.exists():
        print("AppOS is not running.")
        return
    with one_at_a_time():
        run = read_run()
        if run and run.is_alive():
            os.kill(run.pid, signal.SIGTERM)
            in_time = end(run.members)
            print("AppOS has stopped." if in_time else "AppOS was killed: it did not stop in time.")
        elif run and run.left_behind():
            end(run.left_behind)
            print("AppOS was not running; what it had left behind has ended.")
        else:
            print("AppOS is not running.")
        PID_FILE.unlink(missing_ok=True)


def end(remaining: Callable[[], list[Process]]) -> bool:
    """Wait until nothing remains, and kill what does not go; tell whether all went by itself."""
    if wait_until(lambda: not remaining(), QUIET_SECONDS):
        return True
    print(f"Waiting up to {STOP_SECONDS:.0f} s for AppOS to end its work", flush=True)
    if wait_until(lambda: not remaining(), STOP_SECONDS - QUIET_SECONDS):
        return True
    for it in remaining():
        try:
            os.kill(it.pid, signal.SIGKILL)
        except ProcessLookupError:
            continue
    if not wait_until(lambda: not remaining(), KILL_SECONDS):
        sys.exit(f"These processes could not be ended: {', '.join(str(it.pid) for it in remaining())}")
    return False


# What a person asks.


def running() -> Run:
    run = read_run()
    if run is None or not run.is_alive():
        print("AppOS is not running.")
        sys.exit(NOT_RUNNING)
    return run


def status() -> None:
    """Say whether AppOS runs, and whether it answers."""
    run = running()
    arbiter = find(run.pid)
    healthy = is_healthy(run)
    age = span(arbiter.age_seconds if arbiter else 0)
    print(f"AppOS runs at {run.address} as process {run.pid}, for {age}.")
    if not healthy:
        sys.exit("It does not answer; see: make logs")


def stats() -> None:
    """Print the memory and processor use of the arbiter, its workers and what they run."""
    run = running()
    print(f"{'PROCESS':<9}{'ROLE':<10}{'MEMORY':>9}{'CPU':>8}{'CPU TIME':>11}  RUNNING FOR")
    for it in run.members():
        role = "arbiter" if it.pid == run.pid else "worker" if it.parent == run.pid else "child"
        age, cpu, memory = it.age_seconds, it.cpu_seconds, it.memory_bytes / 2**20
        print(f"{it.pid:<9}{role:<10}{memory:>6.0f} MB{100 * cpu / age:>7.1f}%{cpu:>9.1f} s  {span(age)}")


def span(seconds: float) -> str:
    """Say a time in its two largest units."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    units = [(days, "d"), (hours, "h"), (minutes, "min"), (rest, "s")]
    first = next((index for index, (count, _) in enumerate(units) if count), len(units) - 1)
    return " ".join(f"{count} {unit}" for count, unit in units[first : first + 2])


def logs(follow: bool) -> None:
    """Print the end of the log, and go on with it on demand."""
    if not LOG_FILE.exists():
        sys.exit(f"There is no log yet: {LOG_FILE}")
    os.execvp("tail", ["tail", "-n", "200", *(["-F"] if follow else []), "--", str(LOG_FILE)])


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="native.py", description="Run AppOS on this machine without a container."
    )
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ("start", "stop", "restart", "status", "stats"):
        commands.add_parser(name)
    commands.add_parser("logs").add_argument("-f", "--follow", action="store_true")
    arguments = parser.parse_args()
    run_command(arguments.command, follow=getattr(arguments, "follow", False))


def run_command(command: str, *, follow: bool = False) -> None:
    """Do one command; `follow` is for logs alone."""
    if command == "logs":
        logs(follow)
    elif command == "restart":
        stop()
        start()
    else:
        {"start": start, "stop": stop, "status": status, "stats": stats}[command]()


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(128 + signal.SIGINT)
