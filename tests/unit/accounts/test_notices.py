"""Mails about jobs that failed: of which, to whom, and what they say."""

from collections.abc import Callable

import msgspec
import pytest

from appos.accounts.mail import Mail, MailError
from appos.accounts.notices import KIND
from appos.audit.models import SYSTEM
from appos.errors import AppOSError
from appos.jobs.kinds import Kind
from appos.jobs.storage import JobQueue
from appos.jobs.tasks import Tasks, new_huey
from appos.ledger.models import Job, JobState, Order
from appos.ledger.run import Run
from appos.records.settings.models import Settings, Smtp
from appos.records.settings.own import OwnChanges
from appos.services import Services
from appos.store.query import ListQuery
from tests.unit.fakes import MemoryJournal, run

ADA, BOB = "ada@example.com", "bob@example.com"


def deploy(run: Run) -> None:
    def fail() -> str:
        raise AppOSError("The image <wiki:2> & its kin cannot be had.", code="image_not_found")

    run.step("pull", fail)


def succeed(_: Run) -> None:
    return None


@pytest.fixture
def outbox(services: Services, monkeypatch: pytest.MonkeyPatch) -> list[Mail]:
    """The mails that are sent, with a mail server that takes all but Bob's."""
    sent: list[Mail] = []

    def send(mail: Mail, _: Settings) -> str:
        if mail.to == BOB:
            raise MailError("The mail server answered 550.")
        sent.append(mail)
        return "sent"

    monkeypatch.setattr(services.notices._mailer, "send", send)
    settings = services.settings.read()
    services.settings.change(
        msgspec.structs.replace(settings, smtp=Smtp(enabled=True, host="mail.example.com")), SYSTEM
    )
    services.own_settings.change(OwnChanges(notify_emails=(ADA,)), SYSTEM)
    return sent


def ended(services: Services, call: Callable[[Run], None], kind: str = "app.deploy") -> tuple[Tasks, Job]:
    """A job of a kind that has run."""
    kinds = {
        kind: Kind(title="", call=lambda _, run: call(run)),
        KIND: Kind(title="", call=lambda services, run: services.notices.send(run)),
    }
    tasks = Tasks(new_huey(JobQueue("appos", None)), services, kinds)
    job = services.ledger.submit(Order(kind=kind, subject="wiki"), SYSTEM)
    tasks.execute(job.id)
    return tasks, services.ledger.get(job.id)


def notices(services: Services) -> list[Job]:
    return [job for job in services.ledger.page(ListQuery()).items if job.kind == KIND]


def test_a_deployment_that_failed_is_told_with_the_reason(services: Services, outbox: list[Mail]) -> None:
    tasks, failed = ended(services, deploy)
    (notice,) = notices(services)
    tasks.execute(notice.id)

    assert failed.state is JobState.FAILED
    assert services.ledger.get(notice.id).state is JobState.SUCCEEDED
    (mail,) = outbox
    assert (mail.to, mail.subject) == (ADA, "AppOS: app.deploy of wiki failed")
    assert "at the step pull" in mail.html
    assert "The image &lt;wiki:2&gt; &amp; its kin cannot be had." in mail.html


@pytest.mark.parametrize(("call", "kind"), [(succeed, "app.deploy"), (deploy, "logs.cleanup")])
def test_nothing_is_told_of_successes_and_of_other_jobs(
    services: Services, outbox: list[Mail], call: Callable[[Run], None], kind: str
) -> None:
    ended(services, call, kind)

    assert notices(services) == []


def test_without_a_mail_server_or_an_address_nothing_is_told(services: Services, outbox: list[Mail]) -> None:
    services.own_settings.change(OwnChanges(notify_emails=()), SYSTEM)
    ended(services, deploy)
    services.own_settings.change(OwnChanges(notify_emails=(ADA,)), SYSTEM)
    services.settings.change(Settings(), SYSTEM)
    ended(services, deploy)

    assert notices(services) == []


def test_one_whom_no_mail_reaches_keeps_it_from_nobody(services: Services, outbox: list[Mail]) -> None:
    _, failed = ended(services, deploy)
    services.own_settings.change(OwnChanges(notify_emails=(BOB, ADA)), SYSTEM)
    with pytest.raises(MailError, match="550"):
        services.notices.send(run(MemoryJournal(), kind=KIND, args={"job": failed.id}))

    assert [mail.to for mail in outbox] == [ADA]
