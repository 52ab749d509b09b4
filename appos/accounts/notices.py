"""Mails to whom the settings name about deployments and the like that failed."""

from html import escape

from appos.accounts.mail import Mail, Mailer, MailError
from appos.ledger.models import Job, JobState, Order
from appos.ledger.run import Run
from appos.ledger.service import Ledger
from appos.records.settings.own import OwnSettingsService
from appos.records.settings.service import SettingsService

KIND = "mail.failure"
# The kinds of jobs whose failure somebody wants to hear of.
TOLD = ("app.", "backup.", "git.")


class Notices:
    """Orders and sends them."""

    def __init__(
        self, ledger: Ledger, settings: SettingsService, own: OwnSettingsService, mailer: Mailer
    ) -> None:
        self._ledger = ledger
        self._settings = settings
        self._own = own
        self._mailer = mailer

    def order(self, job: Job) -> Order | None:
        """Return the job to queue now that `job` has ended; None where nobody is to be told."""
        if not job.kind.startswith(TOLD) or not self._own.kept().notify_emails:
            return None
        if not self._settings.read().smtp.enabled or self._ledger.get(job.id).state is not JobState.FAILED:
            return None
        return Order(kind=KIND, args={"job": job.id})

    def send(self, run: Run) -> None:
        """Tell every address of the job that a run was ordered for; one that is told is not told again.

        Raises:
            NotFoundError: `job_not_found`.
            MailError: `mail_failed`, once all have been tried.
        """
        job = self._ledger.get(str(run.job.args["job"]))
        settings, addresses = self._settings.read(), self._own.kept().notify_emails
        run.plan(*addresses)
        failed = []
        for address in addresses:
            mail = _mail(job, address, settings.meta.app_name, settings.meta.app_url)
            error = run.try_step(address, lambda mail=mail: self._mailer.send(mail, settings))  # type: ignore[misc]
            if error is not None:
                failed.append(error.message)
        if failed:
            raise MailError(" ".join(failed))


def _mail(job: Job, address: str, app_name: str, app_url: str) -> Mail:
    step = next((step.name for step in job.steps if step.state == "failed"), "")
    reason = job.error.message if job.error else ""
    where = f" at the step {step}" if step else ""
    link = f"{app_url.rstrip('/')}/"
    return Mail(
        to=address,
        subject=f"{app_name}: {job.kind} of {job.subject} failed",
        html=f"<p>The job {escape(job.kind)} of {escape(job.subject)} failed{escape(where)}.</p>"
        f"<p>{escape(reason)}</p><p><a href='{escape(link)}'>{escape(link)}</a> (job {escape(job.id)})</p>",
    )
