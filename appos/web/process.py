"""What one gunicorn worker serves: the application, and the jobs that run beside it."""

import logging
import shutil
import sys
import threading
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from appos import log as logs
from appos.config import Config
from appos.errors import ConfigError
from appos.jobs.consumer import JobProcess
from appos.jobs.kinds import KINDS, Kinds
from appos.jobs.queue import connect_queue
from appos.jobs.tasks import new_huey
from appos.system.models import Health
from appos.web import dashboard
from appos.web.app import create_app
from appos.web.health import QuickHealth
from appos.web.shortcut import Asked, Shortcut, hand_over
from appos.web.slashes import keep_slashes, redirected
from appos.web.state import KEY, State
from appos.web.websocket import prepare

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

    from appos.engine.port import Engine

# gunicorn halts on this exit status of a worker instead of starting it again and again.
APP_LOAD_ERROR = 4
# How often is looked whether there has been a terminal.
TERMINALS_SECONDS = 5.0

log = logging.getLogger(__name__)


class Process:
    """A WSGI application that its server starts, stops and closes: gunicorn's worker calls all three.

    Building it opens the data directory and prepares the claim; it runs nothing before `start`.
    """

    def __init__(self, config: Config, engine: "Engine", kinds: Kinds = KINDS) -> None:
        queue = connect_queue(config)
        self._config = config
        self._app = create_app(config, engine, new_huey(queue), kinds)
        dashboard.register(self._app, config.dashboard_dir or dashboard.BUILT)
        state: State = self._app.extensions[KEY]
        self._services = state.services
        self._services.claim.prepare()
        self._shortcut = Shortcut(state.services)
        self._health = QuickHealth(state.services.system, lambda: state.services.rate_limiter.is_on)
        self._jobs = JobProcess(
            state.services,
            state.tasks,
            queue,
            workers=config.job_workers,
            grace_seconds=config.job_grace_seconds,
        )
        self._stopping = threading.Event()
        realtime, job_events = state.services.realtime, state.services.job_events
        self._telling = (
            threading.Thread(target=realtime.run, args=(self._stopping,), name="realtime"),
            threading.Thread(target=job_events.run, name="job-events"),
            threading.Thread(target=state.services.watch.run, name="engine-watch"),
            threading.Thread(target=self._tell_of_apps, name="app-events"),
            threading.Thread(target=self._reap_terminals, name="terminals"),
            threading.Thread(target=self._look_at_compose, name="compose"),
            threading.Thread(target=state.services.metrics.run, args=(self._stopping,), name="metrics"),
            threading.Thread(
                target=state.services.metrics.ask, args=(self._stopping,), name="metrics-of-engine"
            ),
        )

    @classmethod
    def from_env(cls, engine_at: "Callable[[str], Engine]", kinds: Kinds = KINDS) -> "Process":
        """Build it from the environment; say on standard error what does not allow that, and exit."""
        try:
            config = Config.from_env()
            logs.configure(config.log_level)
            return cls(config, engine_at(config.docker_host), kinds)
        except ConfigError as error:
            sys.stderr.write(f"{error.message}\n")
            sys.exit(APP_LOAD_ERROR)

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        moved = redirected(environ, start_response)
        if moved is not None:
            return moved
        keep_slashes(environ)
        hand_over(environ)
        prepare(environ)
        return self._app(environ, start_response)

    def quick_answer(self, head: bytes) -> bytes:
        """Return the response to a request that needs no server, b"" if the server has to look at it."""
        return self._health.answer(head)

    def short_answer(self, asked: Asked, peer: str) -> bytes | None:
        """Return the response to a request from an address, None if it is to be called as an application."""
        return self._shortcut.answer(asked, peer)

    def start(self) -> None:
        """Begin to run jobs, to tell of them, and to measure."""
        if self._services.own_settings.kept().log_level:
            self._services.use_log_level()
        if (self._config.data_dir / "apps").is_dir():
            for name in self._services.apps.store.recover():
                log.info("app_files_recovered", extra={"app": name})
        # Repositories that a killed AppOS was reading, and the keys it read them with.
        shutil.rmtree(self._config.repositories_home, ignore_errors=True)
        self._jobs.start()
        for thread in self._telling:
            thread.start()
        log.info("started", extra={"bind": self._config.bind, "data": str(self._config.data_dir)})

    def _reap_terminals(self) -> None:
        """End what terminals have left; where there never was one, what they need is not loaded."""
        notes = self._config.data_dir / "terminals"
        while not (notes.is_dir() and any(notes.iterdir())):
            if self._stopping.wait(TERMINALS_SECONDS):
                return
        self._services.terminals.keep_clean(self._stopping)

    def _tell_of_apps(self) -> None:
        self._services.app_events.run()

    def _look_at_compose(self) -> None:
        """Check Docker Compose before a deployment needs it; the log says why one is refused."""
        part = self._services.system.compose_part()
        level = logging.INFO if part.state is Health.OK else logging.ERROR
        log.log(level, "compose_checked", extra={"compose": part.message})

    def stop(self) -> None:
        """End the streams, and the jobs: they get their grace, and what is left is handed back."""
        self._stopping.set()
        self._services.realtime.close()
        self._services.job_events.close()
        self._services.watch.close()
        self._services.app_events.close()
        self._services.terminals.close()
        self._jobs.stop()
        for thread in self._telling:
            thread.join()

    def close(self) -> None:
        """Close databases and engine, once every request has been answered."""
        self._services.close()
        log.info("stopped")
