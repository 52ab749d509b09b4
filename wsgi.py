"""The WSGI application and the jobs beside it, in one gunicorn worker.

gunicorn's gevent worker has patched the standard library before it imports this module; under any other
server the first line does it.
"""

# ruff: noqa: E402 - nothing may be imported before the patch
from gevent import monkey

monkey.patch_all()

import logging
import sys

from appos import log as logs
from appos.config import Config
from appos.engine.docker import DockerEngine
from appos.errors import ConfigError
from appos.jobs.consumer import JobProcess
from appos.jobs.queue import connect_queue
from appos.jobs.tasks import new_huey
from appos.web.app import create_app
from appos.web.state import KEY, State

# gunicorn halts on this exit status of a worker instead of starting it again and again.
APP_LOAD_ERROR = 4

log = logging.getLogger(__name__)

try:
    config = Config.from_env()
    logs.configure(config.log_level)
    queue = connect_queue(config)
    application = create_app(config, DockerEngine(config.docker_host), new_huey(queue))
    _state: State = application.extensions[KEY]
    _state.services.claim.prepare()
except ConfigError as error:
    sys.stderr.write(f"{error.message}\n")
    sys.exit(APP_LOAD_ERROR)

jobs = JobProcess(
    _state.services,
    _state.tasks,
    queue,
    workers=config.job_workers,
    grace_seconds=config.job_grace_seconds,
)


def start() -> None:
    """Begin to run jobs; called by gunicorn's worker once it is ready."""
    jobs.start()
    log.info("started", extra={"bind": config.bind, "data": str(config.data_dir)})


def stop() -> None:
    """Stop the jobs and close everything; called when the worker is told to stop."""
    jobs.stop()
    _state.services.close()
    log.info("stopped")
