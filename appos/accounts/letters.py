"""Mails of their templates.

Source: PocketBase 0.36, mail templates of auth collections: `{APP_NAME}`, `{APP_URL}`, `{RECORD:field}`, and
what each template has besides, as `{TOKEN}`, `{OTP}` and `{ALERT_INFO}`.
"""

import html
import re
from collections.abc import Mapping

from appos.accounts.mail import Mail
from appos.records.auth_options import MailTemplate
from appos.records.fields.cast import as_text
from appos.records.models import Record
from appos.records.settings.models import Settings

_PLACEHOLDER = re.compile(r"\{[A-Z_]+(?::\w+)?\}")

_LAYOUT = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<style>
body {{ margin: 0; padding: 20px 30px; background: #fff; color: #16161a; font: 14px/20px sans-serif; }}
p {{ margin: 10px 0; }}
a {{ color: inherit; }}
.btn {{ display: inline-block; padding: 10px 20px; border-radius: 6px; background: #16161a;
  color: #fff !important; font-weight: bold; text-decoration: none; }}
</style>
</head>
<body>
{}
</body>
</html>
"""


def write(
    template: MailTemplate, to: str, record: Record, settings: Settings, more: Mapping[str, str] | None = None
) -> Mail:
    """Return the mail that a template makes for a record; `more` are further placeholders by their names.

    Values stand in the body as text, whatever they look like. Hidden fields cannot be named.
    """
    values = {
        "{APP_NAME}": settings.meta.app_name,
        "{APP_URL}": settings.meta.app_url.rstrip("/"),
        **{f"{{{name}}}": value for name, value in (more or {}).items()},
        **{
            f"{{RECORD:{field.name}}}": as_text(record.values[field.name])
            for field in record.collection.fields
            if not field.hidden
        },
    }
    # In one go, so that no value is taken for a placeholder.
    subject = _PLACEHOLDER.sub(lambda found: values.get(found[0], found[0]), template.subject)
    body = _PLACEHOLDER.sub(lambda found: html.escape(values.get(found[0], found[0])), template.body)
    return Mail(to=to, subject=" ".join(subject.split()), html=_LAYOUT.format(body))
