"""The kinds of jobs: each is a name and one call of a service."""

from collections.abc import Callable, Mapping

import msgspec

from appos.ledger.run import Run
from appos.services import Services


class Kind(msgspec.Struct, frozen=True, kw_only=True):
    """What runs under a name. `is_startable` lets a superuser start it by hand, without arguments."""

    title: str
    call: Callable[[Services, Run], None]
    is_resumable: bool = True
    is_startable: bool = False
    timeout_seconds: int = 3600


Kinds = Mapping[str, Kind]


def _clean_recordings(services: Services, run: Run) -> None:
    days = services.own_settings.kept().recording_days
    run.step("remove", lambda: f"{services.terminals.prune_recordings(days)} recordings were removed.")


KINDS: Kinds = {
    "app.deploy": Kind(title="Deploy an app", call=lambda services, run: services.rollouts.deploy(run)),
    "app.update": Kind(title="Update an app", call=lambda services, run: services.rollouts.update(run)),
    "app.rollback": Kind(
        title="Go back to an earlier release", call=lambda services, run: services.rollouts.rollback(run)
    ),
    "app.start": Kind(title="Start an app", call=lambda services, run: services.rollouts.start(run)),
    "app.stop": Kind(title="Stop an app", call=lambda services, run: services.rollouts.stop(run)),
    "app.restart": Kind(title="Restart an app", call=lambda services, run: services.rollouts.restart(run)),
    "image.pull": Kind(title="Pull an image", call=lambda services, run: services.docker.pull(run)),
    "app.remove": Kind(title="Remove an app", call=lambda services, run: services.rollouts.remove(run)),
    "system.check": Kind(
        title="Check engine, disk, queue and database",
        call=lambda services, run: services.system.check(run),
        is_startable=True,
        timeout_seconds=120,
    ),
    "logs.cleanup": Kind(
        title="Delete old request logs and ended jobs",
        call=lambda services, run: services.upkeep.clean_logs(run),
        is_startable=True,
        timeout_seconds=600,
    ),
    "metrics.cleanup": Kind(
        title="Delete old metrics, and make those of yesterday coarse",
        call=lambda services, run: services.metrics.clean(run),
        is_startable=True,
        timeout_seconds=600,
    ),
    "recordings.cleanup": Kind(
        title="Remove old recordings of terminals",
        call=lambda services, run: _clean_recordings(services, run),
        is_startable=True,
        timeout_seconds=600,
    ),
    "files.cleanup": Kind(
        title="Remove files that no record names",
        call=lambda services, run: services.upkeep.clean_files(run),
        is_startable=True,
        timeout_seconds=3600,
    ),
    "database.optimize": Kind(
        title="Optimize the databases",
        call=lambda services, run: services.upkeep.optimize_database(run),
        is_startable=True,
        timeout_seconds=3600,
    ),
    "mfas.cleanup": Kind(
        title="Delete expired second factors",
        call=lambda services, run: services.upkeep.clean_mfas(run),
        timeout_seconds=600,
    ),
    "otps.cleanup": Kind(
        title="Delete expired one-time passwords",
        call=lambda services, run: services.upkeep.clean_otps(run),
        timeout_seconds=600,
    ),
    "mail.password_reset": Kind(
        title="Send a password reset mail",
        call=lambda services, run: services.mails.send(run),
        timeout_seconds=120,
    ),
    "mail.verification": Kind(
        title="Send a verification mail",
        call=lambda services, run: services.mails.send(run),
        timeout_seconds=120,
    ),
    "mail.failure": Kind(
        title="Tell by mail of a job that failed",
        call=lambda services, run: services.notices.send(run),
        timeout_seconds=300,
    ),
    "mail.login_alert": Kind(
        title="Send a mail about a sign-in from a new place",
        call=lambda services, run: services.mails.send(run),
        timeout_seconds=120,
    ),
}
