"""Commands that a real engine runs in containers."""

import threading
import time
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Self

from appos.engine.docker.exchange import Closed, Exchange, Gone, Refusal, cause_of
from appos.engine.docker.names import named
from appos.engine.docker.session import PATIENT_SECONDS, Session
from appos.engine.docker.streams import STDERR, STDOUT, frames
from appos.engine.models import ExecResult
from appos.errors import ConflictError

# The keys that leave a terminal. By default they begin with ctrl-p, which the engine then holds back until
# the next key; nobody types these.
DETACH_KEYS = ",".join(["ctrl-@"] * 8)
FIRST_WAIT_SECONDS = 0.005
LONGEST_WAIT_SECONDS = 0.5


class Exec:
    """A command that was made, and the connection that starts it; see `port.ExecSession`."""

    def __init__(self, session: Session, exec_id: str, *, tty: bool) -> None:
        self._session = session
        self._id = exec_id
        self._exchange = Exchange(session.host)
        chunks = self._exchange.chunks()
        self._outputs = ((STDOUT, chunk) for chunk in chunks) if tty else frames(chunks)
        try:
            session.begin(
                self._exchange,
                "POST",
                f"/exec/{exec_id}/start",
                body={"Detach": False, "Tty": tty},
                headers={"Connection": "Upgrade", "Upgrade": "tcp"},
                seconds=PATIENT_SECONDS,
            )
        except (Gone, Refusal) as error:
            raise session.failure(error, "exec") from cause_of(error)

    def read(self) -> bytes:
        """Read what it writes."""
        return self.read_output()[1]

    def read_output(self) -> tuple[int, bytes]:
        """Read what it writes, and on which output."""
        try:
            return next(self._outputs, (0, b""))
        except Gone as error:
            if isinstance(error.__cause__, ConnectionResetError):
                # So ends a command that has not read all of its input; what it wrote came before.
                return 0, b""
            raise self._session.failure(error, "exec") from error

    def write(self, data: bytes) -> None:
        """Write to its input."""
        try:
            self._exchange.write(data)
        except (Gone, Closed) as error:
            raise _takes_no_more() from error

    def half_close(self) -> None:
        """End its input."""
        try:
            self._exchange.half_close()
        except (Gone, Closed) as error:
            raise _takes_no_more() from error

    def resize(self, columns: int, rows: int) -> None:
        """Tell its terminal the size."""
        self._session.ask(lambda api: api.exec_resize(self._id, height=rows, width=columns), "exec")

    def exit_code(self) -> int | None:
        """Tell how it ended."""
        told = self._session.ask(lambda api: api.exec_inspect(self._id), "exec")
        code: int | None = told["ExitCode"]
        return None if told["Running"] else code

    def close(self) -> None:
        """Give the connection back."""
        self._exchange.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class Execs:
    """What runs commands in containers; see `port.Containers`."""

    _session: Session

    def exec_run(
        self,
        container: str,
        argv: Sequence[str],
        *,
        user: str = "",
        env: Mapping[str, str] | None = None,
        workdir: str = "",
        stdin: bytes = b"",
        privileged: bool = False,
    ) -> ExecResult:
        """Run a command to its end."""
        written = {STDOUT: bytearray(), STDERR: bytearray()}
        exec_id = self._made(
            container, argv, user, env, workdir, has_input=bool(stdin), privileged=privileged
        )
        with Exec(self._session, exec_id, tty=False) as running:
            if stdin:
                # Fed from beside: a command that writes much while it reads would wait for us, and we for it.
                threading.Thread(target=_feed, args=(running, stdin), daemon=True).start()
            while (output := running.read_output())[1]:
                written[output[0]] += output[1]
        return ExecResult(
            exit_code=_awaited_code(running), stdout=bytes(written[STDOUT]), stderr=bytes(written[STDERR])
        )

    def exec_open(
        self,
        container: str,
        argv: Sequence[str],
        *,
        tty: bool = False,
        user: str = "",
        env: Mapping[str, str] | None = None,
        workdir: str = "",
    ) -> Exec:
        """Run a command and stay connected."""
        exec_id = self._made(container, argv, user, env, workdir, has_input=True, tty=tty)
        return Exec(self._session, exec_id, tty=tty)

    def _made(
        self,
        container: str,
        argv: Sequence[str],
        user: str,
        env: Mapping[str, str] | None,
        workdir: str,
        *,
        has_input: bool,
        tty: bool = False,
        privileged: bool = False,
    ) -> str:
        """Make a command and return its id; it runs once somebody connects."""
        name = named(container, "container")
        told = self._session.ask(
            lambda api: api.exec_create(
                name,
                list(argv),
                stdin=has_input,
                tty=tty,
                privileged=privileged,
                user=user,
                environment=dict(env) if env else None,
                workdir=workdir or None,
                detach_keys=DETACH_KEYS,
            ),
            "container",
        )
        return str(told["Id"])


def _feed(running: Exec, stdin: bytes) -> None:
    try:
        running.write(stdin)
        running.half_close()
    except ConflictError:
        # The command has ended without reading all of it, as it may.
        return


def _awaited_code(running: Exec) -> int:
    """Wait for the end of a command that writes no more: it may have closed its outputs long before."""
    wait_seconds = FIRST_WAIT_SECONDS
    while (code := running.exit_code()) is None:
        time.sleep(wait_seconds)
        wait_seconds = min(2 * wait_seconds, LONGEST_WAIT_SECONDS)
    return code


def _takes_no_more() -> ConflictError:
    return ConflictError("The command takes no more input: it has ended, or was closed.", code="exec_closed")
