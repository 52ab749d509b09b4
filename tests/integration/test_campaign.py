"""Kills at random moments: no job is lost, none stays running, none runs twice unless it is resumable."""

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.integration.kinds_names import ONCE, RESUMABLE, STEPS
from tests.integration.work import Work, new_work
from tests.parts import running_redis
from tests.serving import wait_for

pytestmark = pytest.mark.campaign

KILLS = 20 if os.environ.get("CAMPAIGN") == "full" else 4
JOBS_PER_KILL = 6
END_SECONDS = 120.0


class Campaign:
    """Submits jobs and strikes, again and again, and looks at what became of them."""

    def __init__(self, work: Work, name: str) -> None:
        self.work = work
        self.name = name
        self.seed = int(os.environ.get("CAMPAIGN_SEED", 0)) or random.randrange(1, 1 << 31)
        self.random = random.Random(self.seed)
        self.submitted: dict[str, str] = {}
        self.hit = 0

    def submit(self) -> None:
        for kind in self.random.choices([*RESUMABLE, *ONCE], k=JOBS_PER_KILL):
            self.submitted[self.work.start(kind)] = kind

    def run(self, strike: Callable[[], None]) -> None:
        for _ in range(KILLS):
            self.submit()
            time.sleep(self.random.uniform(0.0, 1.2))
            self.hit += sum(job["state"] == "running" for job in self.work.stored().values())
            strike()

    def judge(self) -> str:
        """Check every job, and return the counts."""
        jobs = self.work.until_all_ended(END_SECONDS)
        where = f"seed {self.seed}"
        assert set(self.submitted) <= set(jobs), where
        for job_id, kind in self.submitted.items():
            effects = Counter(effect.what for effect in self.work.effects(job_id))
            state = jobs[job_id]["state"]
            if kind in ONCE:
                assert state in ("succeeded", "interrupted"), (where, jobs[job_id])
                assert effects["begin"] <= 1, (where, jobs[job_id], effects)
                assert state == "interrupted" or effects == {"begin": 1, "end": 1}, (where, effects)
            else:
                assert state == "succeeded", (where, jobs[job_id])
                assert set(effects) == {f"step{number}" for number in range(STEPS)}, (where, effects)
        states = Counter(jobs[job_id]["state"] for job_id in self.submitted)
        again = sum(jobs[job_id]["attempt"] > 1 for job_id in self.submitted)
        return (
            f"{self.name}: seed {self.seed}, {KILLS} kills, {self.hit} running jobs hit, "
            f"{len(self.submitted)} jobs: {dict(states)}, {again} resumed, 0 lost"
        )


def tell(capsys: pytest.CaptureFixture[str], line: str) -> None:
    with capsys.disabled():
        print(f"\n{line}", end=" ")


def test_a_killed_worker_loses_and_doubles_no_job(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with new_work(tmp_path / "data") as work:

        def strike() -> None:
            worker = work.server.worker_pid()
            os.kill(worker, signal.SIGKILL)
            wait_for(lambda: work.server.worker_pid() != worker, 10, "another worker")
            work.server.wait_until_healthy()

        campaign = Campaign(work, "worker killed")
        campaign.run(strike)
        tell(capsys, campaign.judge())


def test_a_power_failure_loses_and_doubles_no_job(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with new_work(tmp_path / "data") as work:

        def strike() -> None:
            work.server.kill()
            work.server.start()

        campaign = Campaign(work, "everything killed")
        campaign.run(strike)
        tell(capsys, campaign.judge())


def test_a_killed_redis_loses_and_doubles_no_job(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with (
        running_redis(tmp_path / "redis") as redis,
        new_work(tmp_path / "data", REDIS_ADDR=redis.addr) as work,
    ):
        campaign = Campaign(work, "Redis killed")

        def strike() -> None:
            redis.kill()
            campaign.submit()
            time.sleep(campaign.random.uniform(0.0, 1.5))
            redis.start()

        campaign.run(strike)
        line = campaign.judge()
        assert {work.stored()[job_id]["state"] for job_id in campaign.submitted} == {"succeeded"}
        wait_for(lambda: work.status()["queue"]["state"] == "ok", 10, "Redis to be used again")
        tell(capsys, line)
