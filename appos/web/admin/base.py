"""What the panel's views have in common."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

from flask import flash
from flask_admin import BaseView
from flask_admin import expose as flask_admin_expose
from flask_admin.actions import action as flask_admin_action

from appos.errors import AppOSError
from appos.web.state import identity

T = TypeVar("T")
F = TypeVar("F", bound=Callable[..., Any])


class PanelView(BaseView):  # type: ignore[misc]
    """A view for superusers; `appos/web/access.py` has asked before, this is the second lock."""

    icon = "circle"

    def is_accessible(self) -> bool:
        """Whether a superuser asks."""
        who = identity()
        return who is not None and who.is_superuser


def expose(url: str, *methods: str) -> Callable[[F], F]:
    """Flask-Admin's `expose`, with types; GET if no method is named."""
    return cast("Callable[[F], F]", flask_admin_expose(url, methods or ("GET",)))


def batch_action(name: str, text: str, confirmation: str) -> Callable[[F], F]:
    """Flask-Admin's `action` on the selected rows, with types."""
    return cast("Callable[[F], F]", flask_admin_action(name, text, confirmation))


def attempt(act: Callable[[], T]) -> T | None:
    """Return `act()`, or None with the error shown on the next page."""
    try:
        return act()
    except AppOSError as error:
        flash(error.message, "error")
        return None
