"""What gunicorn serves in the tests of the panel: AppOS with two kinds of jobs that can be watched."""

# ruff: noqa: E402 - nothing may be imported before the patch
from gevent import monkey

monkey.patch_all()

from appos.engine.docker import DockerEngine
from appos.jobs.kinds import KINDS, Kind
from appos.ledger.run import Run
from appos.services import Services
from appos.web.process import Process

STEP_SECONDS = 0.7


def watched(_services: Services, run: Run) -> None:
    """Three steps, each with a line in the log at its begin."""
    names = ("first", "second", "third")
    run.plan(*names)
    for number, name in enumerate(names):
        run.progress(number, len(names), f"Doing the {name}.")
        run.log(f"the {name} begins")
        run.step(name, lambda name=name: rest(run, name))  # type: ignore[misc]
    run.log("all is done")


def rest(run: Run, name: str) -> str:
    run.sleep(STEP_SECONDS)
    return f"The {name} was done."


def endless(_services: Services, run: Run) -> None:
    """A job that goes on until it is cancelled."""
    run.log("waiting")
    run.step("waiting", lambda: run.sleep(600))


TEST_KINDS = {
    "test.watched": Kind(title="Do three things", call=watched, is_startable=True),
    "test.endless": Kind(title="Wait for ever", call=endless, is_startable=True),
}

application = Process.from_env(DockerEngine, {**KINDS, **TEST_KINDS})
