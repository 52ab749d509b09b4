"""What runs by the clock, in UTC."""

from datetime import datetime, timedelta

import msgspec
from huey.api import crontab


class Schedule(msgspec.Struct, frozen=True, kw_only=True):
    """A kind of job and its cron expression: minute, hour, day of month, month, day of week (0 is Sunday)."""

    kind: str
    expression: str

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
    Schedule(kind="logs.cleanup", expression="0 */6 * * *"),
    Schedule(kind="database.optimize", expression="0 0 * * *"),
    Schedule(kind="system.check", expression="30 * * * *"),
)
