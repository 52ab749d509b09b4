"""What gunicorn serves in the tests of jobs: AppOS with kinds of jobs that take their time.

Each job writes what it does into the file `effects/<its id>` of the data directory, one line each:
`<what> <process id> <seconds of the machine's clock>`.
"""

# ruff: noqa: E402 - nothing may be imported before the patch
from gevent import monkey

monkey.patch_all()

import os
import time
from collections.abc import Callable

from appos.engine.docker import DockerEngine
from appos.errors import AppOSError
from appos.jobs.kinds import KINDS, Kind
from appos.ledger.run import Run
from appos.services import Services
from appos.web.process import Process
from tests.integration.kinds_names import LONG, ONCE, RESUMABLE, STEPS

STEP_SECONDS = 0.1


def effect(services: Services, run: Run, what: str) -> None:
    """Leave a trace that outlives the process."""
    folder = services.config.data_dir / "effects"
    folder.mkdir(exist_ok=True)
    with (folder / run.job.id).open("a") as file:
        file.write(f"{what} {os.getpid()} {time.monotonic()}\n")


def in_steps(count: int) -> Callable[[Services, Run], None]:
    """A job of a number of steps, each of which is safe to repeat."""

    def call(services: Services, run: Run) -> None:
        names = [f"step{number}" for number in range(count)]
        run.plan(*names)
        for name in names:
            run.step(name, lambda name=name: one_step(services, run, name))  # type: ignore[misc]

    return call


def one_step(services: Services, run: Run, name: str) -> None:
    effect(services, run, name)
    run.sleep(STEP_SECONDS)


def once(services: Services, run: Run) -> None:
    """A job that must not run twice; it passes no safe point."""
    effect(services, run, "begin")
    time.sleep(5 * STEP_SECONDS)
    effect(services, run, "end")


def sleepy(services: Services, run: Run) -> None:
    """A job that goes on until it is stopped."""
    effect(services, run, "begin")
    run.step("sleeping", lambda: run.sleep(600))


def stubborn(services: Services, run: Run) -> None:
    """A job whose first attempt does not let itself be stopped."""
    deadline = time.monotonic() + (4 if run.job.attempt == 1 else 0)
    while True:
        try:
            effect(services, run, "turn")
            if time.monotonic() > deadline:
                return
            time.sleep(STEP_SECONDS)
        except BaseException:  # noqa: BLE001, S112 - that is what makes it stubborn
            continue


def fails(services: Services, run: Run) -> None:
    effect(services, run, "begin")
    raise AppOSError("The test wants it so.", code="test_failed")


def chatty(_services: Services, run: Run) -> None:
    """A job that logs the machine's clock, a line at a time."""
    for _ in range(15):
        run.log(str(time.monotonic()))
        run.sleep(STEP_SECONDS)


def kind(call: Callable[[Services, Run], None], *, is_resumable: bool = True, seconds: int = 600) -> Kind:
    return Kind(
        title="Test", call=call, is_startable=True, is_resumable=is_resumable, timeout_seconds=seconds
    )


TEST_KINDS = {
    "test.long": kind(in_steps(LONG)),
    "test.sleepy": kind(sleepy, is_resumable=False),
    "test.stubborn": kind(stubborn),
    "test.fails": kind(fails),
    "test.chatty": kind(chatty),
    "test.overdue": kind(sleepy, seconds=1),
    **{name: kind(in_steps(STEPS)) for name in RESUMABLE},
    **{name: kind(once, is_resumable=False) for name in ONCE},
}

application = Process.from_env(DockerEngine, {**KINDS, **TEST_KINDS})
