"""What runs by the clock, in UTC."""

from datetime import datetime, timedelta

import msgspec
from huey.api import crontab


class Schedule(msgspec.Struct, frozen=True, kw_only=True):
    """A kind of job and its cron expression: minute, hour, day of month, month, day of week (0 is Sunday).

    `cron_id` is what PocketBase calls the same work, "" for AppOS's own.
    """

    kind: str
    expression: str
    cron_id: str = ""

    def fields(self) -> dict[str, str]:
        """Return the expression as the arguments of Huey's `crontab`."""
        names = ("minute", "hour", "day", "month", "day_of_week")
        return dict(zip(names, self.expression.split(), strict=True))

    def due_minute(self, now: datetime) -> str:
        """Return the latest minute until `now` that the expression names: that is what fires, however late.

        It looks back a week at most.
        """
        names_it = crontab(**self.fields())
        minute = now.replace(second=0, microsecond=0)
        oldest = minute - timedelta(days=7)
        while not names_it(minute) and minute > oldest:
            minute -= timedelta(minutes=1)
        return f"{minute:%Y-%m-%d %H:%M}"


SCHEDULES = (
    Schedule(kind="database.optimize", expression="0 0 * * *", cron_id="__pbDBOptimize__"),
    Schedule(kind="mfas.cleanup", expression="0 * * * *", cron_id="__pbMFACleanup__"),
    Schedule(kind="otps.cleanup", expression="0 * * * *", cron_id="__pbOTPCleanup__"),
    Schedule(kind="logs.cleanup", expression="0 */6 * * *", cron_id="__pbLogsCleanup__"),
    Schedule(kind="files.cleanup", expression="40 3 * * *"),
    Schedule(kind="recordings.cleanup", expression="50 3 * * *"),
    Schedule(kind="metrics.cleanup", expression="20 * * * *"),
    Schedule(kind="system.check", expression="30 * * * *"),
)
# Source: PocketBase 0.36, `/api/crons`, in the order of its answer.
CRONS = tuple(schedule for schedule in SCHEDULES if schedule.cron_id)
