"""Looking at the whole: engine, disk, queue and database."""

import os
import shutil
import time
from collections.abc import Callable

from appos import __version__
from appos.compose.binary import ComposeBinary
from appos.config import Config
from appos.engine.port import Engine
from appos.errors import AppOSError, ConfigError, EngineError, StoreError
from appos.ledger.run import Run
from appos.ledger.service import Ledger
from appos.store.offload import offload
from appos.store.opening import Databases
from appos.store.values import new_id, timestamp
from appos.system.disk import is_low, size_text
from appos.system.models import Disk, EngineState, Health, Part, QueueProbe, Status

# How long an answer about the database's health counts.
PROBE_SECONDS = 2.0
ENGINE_SECONDS = 5.0
PROBE_BYTES = 1 << 16


class System:
    """The state of every part, looked at for real."""

    def __init__(
        self,
        config: Config,
        databases: Databases,
        engine: Engine,
        compose: ComposeBinary,
        ledger: Ledger,
        queue: QueueProbe | None,
    ) -> None:
        self._config = config
        self._databases = databases
        self._engine = engine
        self._compose = compose
        self._ledger = ledger
        self._queue = queue
        self._started = time.monotonic()
        self._started_at = timestamp()
        self._probed = -PROBE_SECONDS
        self._problem = ""
        self._asked = -ENGINE_SECONDS
        self._engine_state: EngineState | None = None

    def began(self) -> tuple[str, int]:
        """Return when AppOS started, and how many seconds ago that was."""
        return self._started_at, int(time.monotonic() - self._started)

    def is_fresh(self) -> bool:
        """Whether the database was seen to take writes a moment ago."""
        return not self._problem and time.monotonic() - self._probed < PROBE_SECONDS

    def database_problem(self) -> str:
        """Return why the database cannot be written, "" if it can; asked at most every two seconds."""
        if time.monotonic() - self._probed < PROBE_SECONDS:
            return self._problem
        # Noted first, so that of many who ask at once one looks and the rest get the answer before.
        self._probed = time.monotonic()
        try:
            offload(self._databases.data.probe)
        except StoreError as error:
            self._problem = error.message
        else:
            self._problem = ""
        return self._problem

    def status(self) -> Status:
        """Return the state of every part."""
        started, uptime = self.began()
        return Status(
            version=__version__,
            started=started,
            uptime_seconds=uptime,
            database=self._database_part(),
            queue=self._queue_part(),
            engine=self._engine_part(),
            compose=self.compose_part(),
            disk=self._disk(),
            jobs=self._ledger.counts(),
        )

    def _database_part(self) -> Part:
        problem = self.database_problem()
        if problem:
            return Part(state=Health.FAILED, message=problem)
        return Part(state=Health.OK, message="The database takes writes.")

    def _queue_part(self) -> Part:
        if self._queue is not None and self._queue.is_degraded:
            message = "Redis does not answer; jobs are queued in memory, and none is lost."
            return Part(state=Health.WARNING, message=message)
        if self._queue is not None and self._queue.backend == "redis":
            return Part(state=Health.OK, message="Jobs are queued in Redis.")
        return Part(state=Health.OK, message="Jobs are queued in memory, backed by the database.")

    def _engine_part(self) -> EngineState:
        if self._engine_state is None or time.monotonic() - self._asked > ENGINE_SECONDS:
            self._engine_state = self._ask_engine()
            self._asked = time.monotonic()
        return self._engine_state

    def _ask_engine(self) -> EngineState:
        try:
            info = self._engine.info()
        except EngineError as error:
            return EngineState(state=Health.FAILED, message=error.message, info=None)
        return EngineState(state=Health.OK, message=f"Docker {info.version} answers.", info=info)

    def compose_part(self) -> Part:
        """Return whether the Docker Compose of this installation may run; what it found it remembers."""
        try:
            version = self._compose.version()
        except ConfigError as error:
            return Part(state=Health.FAILED, message=error.message)
        origin = "the one that COMPOSE_BINARY names" if self._compose.is_chosen else "checked by its checksum"
        return Part(state=Health.OK, message=f"Docker Compose {version}, {origin}.")

    def _disk(self) -> Disk:
        usage = shutil.disk_usage(self._config.data_dir)
        low = is_low(usage.free, usage.total)
        message = f"{size_text(usage.free)} of {size_text(usage.total)} are free."
        return Disk(
            state=Health.WARNING if low else Health.OK,
            message=message,
            total_bytes=usage.total,
            free_bytes=usage.free,
        )

    def check(self, run: Run) -> None:
        """Look at engine, disk, queue and database, one step each, and tell every problem.

        Raises:
            AppOSError: `check_failed`, with all that was found.
        """
        steps: dict[str, Callable[[], str]] = {
            "engine": lambda: f"Docker {self._engine.info().version} answers.",
            "disk": self._check_disk,
            "queue": self._check_queue,
            "database": lambda: self._check_database(run),
        }
        run.plan(*steps)
        problems: list[str] = []
        for number, (name, look) in enumerate(steps.items()):
            run.progress(number, len(steps), f"Looking at the {name}.")
            error = run.try_step(name, look)
            if error is not None:
                problems.append(error.message)
        run.progress(len(steps), len(steps), "Looked at everything.")
        for step in run.steps:
            run.log(f"{step.name}: {step.message}")
        if problems:
            raise AppOSError(" ".join(problems), code="check_failed")

    def _check_disk(self) -> str:
        """Write, sync and read back a file in the data directory."""
        path = self._config.data_dir / f".check-{new_id()}"
        block = os.urandom(PROBE_BYTES)
        try:
            with path.open("wb") as file:
                file.write(block)
                file.flush()
                os.fsync(file.fileno())
            if path.read_bytes() != block:
                raise AppOSError("The disk gave back other bytes than were written.", code="disk_failed")
        except OSError as error:
            message = f"The data directory cannot be written: {error.strerror}."
            raise AppOSError(message, code="disk_failed") from error
        finally:
            path.unlink(missing_ok=True)
        disk = self._disk()
        if disk.state is not Health.OK:
            raise AppOSError(f"The disk is nearly full: {disk.message}", code="disk_low")
        return disk.message

    def _check_queue(self) -> str:
        if self._queue is not None and not self._queue.ping():
            raise AppOSError("Redis does not answer; jobs are queued in memory.", code="redis_unavailable")
        return self._queue_part().message

    def _check_database(self, run: Run) -> str:
        for database in (self._databases.data, self._databases.auxiliary):
            verdict = offload(lambda database=database: database.check(run.is_stopping))  # type: ignore[misc]
            run.checkpoint()
            if verdict != "ok":
                raise StoreError(f"{database.path.name} is damaged: {verdict}.", code="database_damaged")
        problem = self.database_problem()
        if problem:
            raise StoreError(problem)
        return "Both databases are whole and take writes."
