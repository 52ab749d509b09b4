"""Keeping the databases small and fast."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from appos.accounts.expired import delete_expired
from appos.audit.requests import RequestLog
from appos.errors import StoreError
from appos.ledger.run import Run
from appos.ledger.service import Ledger
from appos.records.auth_options import AuthOptions
from appos.records.collections import Collections
from appos.records.files.service import Files
from appos.records.settings.own import OwnSettingsService
from appos.records.settings.service import SettingsService
from appos.store.offload import offload
from appos.store.opening import Databases
from appos.store.values import timestamp

# A hundred years: what calendars can count back from today.
MOST_DAYS = 36_525


class Upkeep:
    """The work that runs by the clock."""

    def __init__(
        self,
        databases: Databases,
        settings: SettingsService,
        own_settings: OwnSettingsService,
        requests: RequestLog,
        ledger: Ledger,
        collections: Collections,
        files: Files,
    ) -> None:
        self._databases = databases
        self._settings = settings
        self._own_settings = own_settings
        self._requests = requests
        self._ledger = ledger
        self._collections = collections
        self._files = files

    def clean_logs(self, run: Run) -> None:
        """Delete request logs and ended jobs that are older than the settings say."""
        run.plan("request logs", "jobs")
        days, job_days = self._settings.read().logs.max_days, self._own_settings.kept().jobs_days
        run.step("request logs", lambda: f"Deleted {self._requests.clean(_days_ago(days))} requests.")
        run.step("jobs", lambda: f"Deleted {self._ledger.clean(_days_ago(job_days))} jobs.")

    def clean_mfas(self, run: Run) -> None:
        """Delete second factors that are older than their collection lets them be."""
        run.step("second factors", lambda: self._clean("_mfas", lambda options: options.mfa.duration))

    def clean_otps(self, run: Run) -> None:
        """Delete one-time passwords that are older than their collection lets them be."""
        run.step("one-time passwords", lambda: self._clean("_otps", lambda options: options.otp.duration))

    def clean_files(self, run: Run) -> None:
        """Remove the files that no record names, which a crash leaves behind."""

        def sweep() -> str:
            removed = self._files.sweep(run.is_stopping)
            run.checkpoint()
            return f"Removed {removed} files."

        run.step("files", sweep)

    def _clean(self, name: str, seconds: Callable[[AuthOptions], int]) -> str:
        deleted = 0
        for collection in self._collections.all():
            if collection.auth is not None:
                before = timestamp(datetime.now(UTC) - timedelta(seconds=seconds(collection.auth)))
                with self._databases.data.transaction() as db:
                    deleted += delete_expired(db, name, collection, before)
        return f"Deleted {deleted} of them."

    def optimize_database(self, run: Run) -> None:
        """Refresh statistics and give back free pages, of both databases."""
        run.plan("data.db", "auxiliary.db")
        for database in (self._databases.data, self._databases.auxiliary):
            path = database.path

            def optimize() -> str:
                before = path.stat().st_size  # noqa: B023 - called before the loop goes on
                try:
                    offload(lambda: database.maintain(run.is_stopping))  # noqa: B023
                except StoreError:
                    run.checkpoint()
                    raise
                return f"{before // 1024} KiB before, {path.stat().st_size // 1024} KiB after."  # noqa: B023

            run.step(path.name, optimize)


def _days_ago(days: int) -> str:
    return timestamp(datetime.now(UTC) - timedelta(days=min(days, MOST_DAYS)))
