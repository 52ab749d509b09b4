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
        """Return the minute that the schedule was last due, as `2006-01-02 15:04`, up to a year back.

        Raises:
            ValueError: there is no such minute.
        """
        is_due = crontab(**self.fields())
        moment = now.replace(second=0, microsecond=0)
        for minutes in range(366 * 24 * 60):
            earlier = moment - timedelta(minutes=minutes)
            if is_due(earlier):
                return f"{earlier:%Y-%m-%d %H:%M}"
        raise ValueError(f"the schedule {self.expression!r} is never due")


SCHEDULES = (
    Schedule(kind="logs.cleanup", expression="0 */6 * * *"),
    Schedule(kind="database.optimize", expression="0 0 * * *"),
    Schedule(kind="system.check", expression="30 * * * *"),
)
