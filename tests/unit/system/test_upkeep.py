"""Keeping the databases small."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import msgspec
import pytest

from appos.accounts.expired import delete_expired
from appos.audit.models import SYSTEM
from appos.errors import NotFoundError, StoreError
from appos.ledger.models import JobState, Order
from appos.ledger.run import RunStopped, StopReason
from appos.records.files.store import FileStore
from appos.records.settings.models import Logs
from appos.records.uploads import Upload
from appos.services import Services
from appos.store.database import Database, execute, rows
from appos.store.query import ListQuery
from appos.store.values import timestamp
from tests.unit.fakes import MemoryJournal, run


def days_ago(days: float) -> str:
    return timestamp(datetime.now(UTC) - timedelta(days=days))


def log_requests(services: Services, *days: float) -> None:
    for number, age in enumerate(days):
        services.requests.add(0, f"GET /{number}", {})
        services.requests.flush()
        with services.databases.auxiliary.transaction() as db:
            execute(
                db,
                "UPDATE _logs SET created = :then WHERE message = :message",
                then=days_ago(age),
                message=f"GET /{number}",
            )


def logged(services: Services) -> list[str]:
    return [each.message for each in services.requests.page(ListQuery(sort="message")).items]


@pytest.mark.parametrize(
    ("max_days", "kept"),
    [
        pytest.param(5, ["GET /0", "GET /1"], id="five-days"),
        pytest.param(1, ["GET /0"], id="one-day"),
        pytest.param(0, [], id="none"),
    ],
)
def test_requests_are_kept_as_long_as_the_settings_say(
    services: Services, max_days: int, kept: list[str]
) -> None:
    settings = msgspec.structs.replace(services.settings.read(), logs=Logs(max_days=max_days))
    services.settings.change(settings, SYSTEM)
    log_requests(services, 0.5, 4.9, 5.1)
    journal = MemoryJournal()
    services.upkeep.clean_logs(run(journal))

    assert logged(services) == kept
    assert journal.steps[0].message == f"Deleted {3 - len(kept)} requests."


def test_a_number_of_days_beyond_the_calendar_keeps_all(services: Services) -> None:
    settings = msgspec.structs.replace(services.settings.read(), logs=Logs(max_days=2**62))
    services.settings.change(settings, SYSTEM)
    log_requests(services, 0.5)
    services.upkeep.clean_logs(run())

    assert logged(services) == ["GET /0"]


def give(services: Services, table: str, collection: str, seconds_ago: float) -> None:
    """Give an account of a collection a second factor or a one-time password."""
    created = timestamp(datetime.now(UTC) - timedelta(seconds=seconds_ago))
    with services.databases.data.transaction() as db:
        execute(
            db,
            f"INSERT INTO {table} (id, collectionRef, recordRef, created) "  # noqa: S608
            "VALUES (:id, :collection, 'record000000001', :created)",
            id=f"{collection}-{seconds_ago}",
            collection=collection,
            created=created,
        )


@pytest.mark.parametrize(
    ("table", "clean", "seconds"),
    [
        ("_mfas", lambda services: services.upkeep.clean_mfas, 1800),
        ("_otps", lambda services: services.upkeep.clean_otps, 180),
    ],
)
def test_what_has_expired_goes_and_nothing_else(
    services: Services, table: str, clean: Callable[[Services], Callable[..., None]], seconds: int
) -> None:
    users, superusers = (services.collections.auth(name).id for name in ("users", "_superusers"))
    for collection in (users, superusers, "no_collection"):
        for age in (seconds - 60, seconds + 60):
            give(services, table, collection, age)
    journal = MemoryJournal()
    clean(services)(run(journal))
    with services.databases.data.read() as db:
        left = {each["id"] for each in rows(db, f"SELECT id FROM {table}")}  # noqa: S608

    assert left == {
        f"{users}-{seconds - 60}",
        f"{superusers}-{seconds - 60}",
        f"no_collection-{seconds - 60}",
        f"no_collection-{seconds + 60}",
    }
    assert [step.message for step in journal.steps] == ["Deleted 2 of them."]


def test_only_what_expires_is_deleted_so(services: Services) -> None:
    users = services.collections.auth("users")
    with services.databases.data.transaction() as db, pytest.raises(ValueError, match="nothing that expires"):
        delete_expired(db, "users", users, timestamp())


def test_jobs_that_ended_long_ago_go(services: Services) -> None:
    ids = []
    for age in (89, 91):
        job = services.ledger.submit(Order(kind="k"), SYSTEM)
        services.ledger.claim(job.id, "boot")
        services.ledger.finish(job, JobState.SUCCEEDED, None, [])
        with services.databases.data.transaction() as db:
            execute(db, "UPDATE jobs SET finished = :then WHERE id = :id", then=days_ago(age), id=job.id)
        ids.append(job.id)
    journal = MemoryJournal()
    services.upkeep.clean_logs(run(journal))

    assert journal.steps[1].message == "Deleted 1 jobs."
    assert services.ledger.get(ids[0])
    with pytest.raises(NotFoundError):
        services.ledger.get(ids[1])


def left_file(services: Services, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file as a crash leaves it between writing it and committing its record, an hour later."""
    collection = services.collections.get("users", "")
    upload = Upload(
        original_name="a.txt",
        name="a_0123456789.txt",
        size_bytes=1,
        media_type="text/plain",
        source=BytesIO(b"a"),
    )
    store = FileStore(services.config.storage_path)
    store.save(collection.id, "abcdefghijklmno", upload)
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 3700)
    return services.config.storage_path / collection.id / "abcdefghijklmno" / upload.name


def test_files_that_no_record_names_are_removed(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    path, journal = left_file(services, monkeypatch), MemoryJournal()
    services.upkeep.clean_files(run(journal))

    assert journal.steps[0].message == "Removed 1 files."
    assert not path.exists()


def test_files_are_not_removed_once_the_work_is_stopped(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, this = left_file(services, monkeypatch), run()
    this.stop(StopReason.CANCEL)
    with pytest.raises(RunStopped):
        services.upkeep.clean_files(this)

    assert path.exists()


def test_both_databases_are_optimized(services: Services) -> None:
    journal = MemoryJournal()
    services.upkeep.optimize_database(run(journal))

    assert [(step.name, step.state.value) for step in journal.steps] == [
        ("data.db", "succeeded"),
        ("auxiliary.db", "succeeded"),
    ]
    assert all("KiB before" in step.message for step in journal.steps)


def test_each_database_is_maintained_once(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    maintained: list[str] = []

    def maintain(database: Database, _stopped: Callable[[], bool]) -> None:
        maintained.append(database.path.name)

    monkeypatch.setattr(Database, "maintain", maintain)
    services.upkeep.optimize_database(run())

    assert maintained == ["data.db", "auxiliary.db"]


@pytest.mark.parametrize(("is_stopped", "kind"), [(True, RunStopped), (False, StoreError)])
def test_work_that_was_stopped_is_no_failure(
    services: Services, monkeypatch: pytest.MonkeyPatch, is_stopped: bool, kind: type[BaseException]
) -> None:
    this = run()

    def interrupted(_stopped: Callable[[], bool]) -> None:
        if is_stopped:
            this.stop(StopReason.CANCEL)
        raise StoreError("The work on the database was stopped.", code="interrupted")

    monkeypatch.setattr(services.databases.data, "maintain", interrupted)
    with pytest.raises(kind):
        services.upkeep.optimize_database(this)
