"""The panel's forms. The services judge the values; what they refuse is shown at the field."""

from collections.abc import Iterator, Mapping
from typing import Any

from flask import flash
from flask_admin.form import BaseForm
from wtforms import BooleanField, EmailField, IntegerField, PasswordField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import EqualTo, InputRequired, Optional

from appos.errors import AppOSError

LOOK = "Nothing was saved. Look at the fields below."
# Words of the panel for codes whose message is PocketBase's.
WORDS = {"validation_not_unique": "Another account has this e-mail address."}


def _flat(fields: Mapping[str, Any], part: str = "") -> Iterator[tuple[str, Mapping[str, object]]]:
    """Yield what is wrong with each value, by its dotted path."""
    for name, problem in fields.items():
        if isinstance(problem.get("code"), str):
            yield f"{part}{name}", problem
        else:
            yield from _flat(problem, f"{part}{name}.")


class PanelForm(BaseForm):  # type: ignore[misc]
    """A form whose fields can be told by the paths in an error."""

    # From the path of a value in an error to the field's name, where they differ.
    paths: dict[str, str] = {}

    def show(self, error: AppOSError) -> None:
        """Show an error: at its fields, or at the top of the page if it has none of this form."""
        is_shown = False
        for path, problem in _flat(error.fields):
            field = self._fields.get(self.paths.get(path, path))
            if field is not None:
                message = WORDS.get(str(problem["code"]), str(problem["message"]))
                field.errors = [*field.errors, message]
                is_shown = True
        flash(LOOK if is_shown else error.message, "error")


def _password_fields(label: str, *validators: Any) -> tuple[Any, Any]:
    attributes = {"autocomplete": "new-password"}
    password = PasswordField(label, list(validators), render_kw=attributes)
    same = EqualTo("new_password", message="The two passwords differ.")
    return password, PasswordField("Repeat the password", [same], render_kw=attributes)


class AccountForm(PanelForm):
    """An account that is there already."""

    paths = {"password": "new_password"}

    email = EmailField("E-mail", [InputRequired("Cannot be blank.")], render_kw={"autocomplete": "off"})
    verified = BooleanField("Verified", description="The address is known to be the account's own.")
    email_visibility = BooleanField("Public e-mail", description="Others may see the address.")
    new_password, repeated = _password_fields("New password", Optional())


class NewAccountForm(AccountForm):
    """An account to be created."""

    new_password, repeated = _password_fields("Password", InputRequired("Cannot be blank."))


class SettingsForm(PanelForm):
    """The settings. A field is named by its part and its name there."""

    paths = {
        "meta.appName": "meta_app_name",
        "meta.appURL": "meta_app_url",
        "meta.senderName": "meta_sender_name",
        "meta.senderAddress": "meta_sender_address",
        "smtp.host": "smtp_host",
        "smtp.port": "smtp_port",
        "smtp.localName": "smtp_local_name",
        "logs.maxDays": "logs_max_days",
    }

    meta_app_name = StringField("Name", description="What pages and mails call this installation.")
    meta_app_url = StringField("Address", description="Where people open it; links in mails begin with it.")
    meta_sender_name = StringField("Sender's name")
    meta_sender_address = EmailField("Sender's e-mail")
    smtp_enabled = BooleanField("Send mail", description="Without a mail server no password reset is mailed.")
    smtp_host = StringField("Host")
    smtp_port = IntegerField("Port", [InputRequired("Must be a number.")])
    smtp_tls = BooleanField(
        "TLS from the first byte", description="Else STARTTLS is used where the server offers it."
    )
    smtp_username = StringField("User name", render_kw={"autocomplete": "off"})
    smtp_password = PasswordField("Password", render_kw={"autocomplete": "new-password"})
    smtp_local_name = StringField("Own name", description="What AppOS calls itself to the server.")
    logs_max_days = IntegerField(
        "Keep for days", [InputRequired("Must be a number.")], description="0 logs no requests."
    )
    logs_min_level = SelectField(
        "Log",
        coerce=int,
        choices=[SelectChoice(0, "Every request"), SelectChoice(8, "Only refused and failed requests")],
    )
    logs_log_ip = BooleanField("Log addresses")
    logs_log_auth_id = BooleanField("Log the account's id")
