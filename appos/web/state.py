"""What a view needs: the services, the tasks, and who asks."""

from dataclasses import dataclass
from typing import cast

from flask import current_app, g

from appos.accounts.models import Identity
from appos.audit.models import Actor, stranger
from appos.jobs.tasks import Tasks
from appos.services import Services

KEY = "appos"


@dataclass(frozen=True)
class State:
    """The object graph behind one Flask app."""

    services: Services
    tasks: Tasks


def state() -> State:
    """Return the state of the current app."""
    return cast("State", current_app.extensions[KEY])


def identity() -> Identity | None:
    """Return who signed this request with a token."""
    return cast("Identity | None", g.get("identity"))


def actor() -> Actor:
    """Return who acts in this request, for jobs and the audit trail."""
    who = identity()
    return who.actor(g.address) if who else stranger(g.address)
