"""The settings in the panel."""

from typing import Any

import msgspec
from flask import flash, redirect, request
from flask.typing import ResponseReturnValue

from appos.errors import AppOSError
from appos.records.settings.models import Settings
from appos.web.admin.base import PanelView, expose
from appos.web.admin.forms import SettingsForm
from appos.web.state import actor, state

PARTS = ("meta", "smtp", "logs")


class SettingsView(PanelView):
    """The settings that superusers change while AppOS runs."""

    icon = "settings"

    @expose("/", "GET", "POST")
    def index(self) -> ResponseReturnValue:
        """Show the settings, and store what was changed."""
        settings = state().services.settings.read()
        form = SettingsForm(request.form or None, data=_flat(settings))
        if request.method == "POST" and form.validate() and _store(form):
            flash("The settings are stored.", "success")
            return redirect(self.get_url(".index"))
        return str(self.render("admin/settings.html", form=form, has_password=bool(settings.smtp.password)))


def _flat(settings: Settings) -> dict[str, Any]:
    """Return the settings by the names of the form's fields, without the mail server's password."""
    return {
        f"{part}_{name}": getattr(getattr(settings, part), name)
        for part in PARTS
        for name in getattr(settings, part).__struct_fields__
        if (part, name) != ("smtp", "password")
    }


def _store(form: SettingsForm) -> bool:
    try:
        state().services.settings.edit(lambda before: _edited(form, before), actor())
    except AppOSError as error:
        form.show(error)
        return False
    return True


def _edited(form: SettingsForm, before: Settings) -> Settings:
    """Return the settings with what the form has; an empty password keeps the one of a user who stays."""
    given = {name: value.strip() if isinstance(value, str) else value for name, value in form.data.items()}
    given["smtp_password"] = form.smtp_password.data or (
        before.smtp.password if given["smtp_username"] else ""
    )
    changed = {
        part: msgspec.structs.replace(
            getattr(before, part),
            **{name.partition("_")[2]: value for name, value in given.items() if name.startswith(f"{part}_")},
        )
        for part in PARTS
    }
    return msgspec.structs.replace(before, **changed)
