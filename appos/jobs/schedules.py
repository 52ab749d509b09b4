"""What runs by the clock, in UTC."""

import msgspec


class Schedule(msgspec.Struct, frozen=True, kw_only=True):
    """A kind of job and its cron expression: minute, hour, day of month, month, day of week (0 is Sunday)."""

    kind: str
    expression: str

    def fields(self) -> dict[str, str]:
        """Return the expression as the arguments of Huey's `crontab`."""
        names = ("minute", "hour", "day", "month", "day_of_week")
        return dict(zip(names, self.expression.split(), strict=True))


SCHEDULES = (
    Schedule(kind="logs.cleanup", expression="0 */6 * * *"),
    Schedule(kind="database.optimize", expression="0 0 * * *"),
    Schedule(kind="system.check", expression="30 * * * *"),
)
