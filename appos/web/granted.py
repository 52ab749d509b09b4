"""Apps in the path of a request, for whoever may do with them what is asked."""

from appos.accounts.models import Identity
from appos.apps.models import App, Level
from appos.errors import UnauthenticatedError
from appos.web.state import identity, state


def asker() -> Identity:
    """Return who asks.

    Raises:
        UnauthenticatedError: nobody is signed in.
    """
    who = identity()
    if who is None:
        raise UnauthenticatedError("The request requires valid record authorization token.")
    return who


def granted(app_id: str, level: Level | None) -> App:
    """Return the app of an id or a name; `level` None stands for what superusers alone may.

    Raises:
        NotFoundError: `app_not_found`, also where who asks may not know of it.
        ForbiddenError: `not_granted`.
    """
    return state().services.apps.granted(asker(), app_id, level)


def level_name(app: App) -> str:
    """Return what who asks may do with an app: superuser, operate or read."""
    who = asker()
    return "superuser" if who.is_superuser else str(app.grants[who.record.id])
