"""The routes of crons."""

import pytest
from flask.testing import FlaskClient

from appos.jobs.schedules import CRONS
from appos.jobs.tasks import Tasks
from appos.store.query import ListQuery
from tests.conftest import SUPERUSER_EMAIL, state_of

Headers = dict[str, str]


def test_pocketbases_crons_are_listed_in_its_order(client: FlaskClient, as_superuser: Headers) -> None:
    assert client.get("/api/crons", headers=as_superuser).get_json() == [
        {"id": "__pbDBOptimize__", "expression": "0 0 * * *"},
        {"id": "__pbMFACleanup__", "expression": "0 * * * *"},
        {"id": "__pbOTPCleanup__", "expression": "0 * * * *"},
        {"id": "__pbLogsCleanup__", "expression": "0 */6 * * *"},
    ]


@pytest.mark.parametrize("cron", CRONS, ids=lambda cron: cron.cron_id)
def test_a_cron_runs_its_job(client: FlaskClient, as_superuser: Headers, tasks: Tasks, cron: object) -> None:
    cron_id, kind = cron.cron_id, cron.kind  # type: ignore[attr-defined]
    answer = client.post(f"/api/crons/{cron_id}", headers=as_superuser)
    ledger = state_of(client.application).services.ledger
    (job,) = ledger.page(ListQuery()).items
    tasks.execute(job.id)

    assert (answer.status_code, answer.data) == (204, b"")
    assert (job.kind, job.requested_by) == (kind, f"_superusers:{SUPERUSER_EMAIL}")
    assert ledger.get(job.id).state.value == "succeeded"


@pytest.mark.parametrize("cron_id", ["nothing", "__pblogscleanup__", "system.check", "a%2Fb"])
def test_other_crons_are_not_found(client: FlaskClient, as_superuser: Headers, cron_id: str) -> None:
    answer = client.post(f"/api/crons/{cron_id}", headers=as_superuser)

    assert answer.status_code == 404
    assert answer.get_json() == {"data": {}, "message": "Missing or invalid cron job.", "status": 404}
