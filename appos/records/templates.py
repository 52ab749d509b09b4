"""The mails of a new auth collection. Those with a link lead to pages of AppOS."""

from appos.records.auth_options import MailTemplate

_GREETING = "<p>Hello,</p>"
_FAREWELL = "<p>\n  Thanks,<br/>\n  {APP_NAME} team\n</p>"


def _body(*paragraphs: str) -> str:
    return "\n".join((_GREETING, *paragraphs))


def _link(page: str, words: str) -> str:
    target = f'{{APP_URL}}/_/{page}#token={{TOKEN}}" target="_blank" rel="noopener'
    return f'<p><a class="btn" href="{target}">{words}</a></p>'


_IGNORE = "<p><i>If you did not ask for this, nothing has changed and you can ignore this mail.</i></p>"

VERIFICATION = MailTemplate(
    subject="Verify your {APP_NAME} email",
    body=_body(
        "<p>Confirm that this address belongs to your {APP_NAME} account:</p>",
        _link("verify", "Verify address"),
        _IGNORE,
    ),
)
RESET_PASSWORD = MailTemplate(
    subject="Reset your {APP_NAME} password",
    body=_body(
        "<p>Choose a new password for your {APP_NAME} account:</p>",
        _link("reset", "Reset password"),
        _IGNORE,
    ),
)
CONFIRM_EMAIL_CHANGE = MailTemplate(
    subject="Confirm your {APP_NAME} new email address",
    body=_body(
        "<p>Confirm that this is the new address of your {APP_NAME} account:</p>",
        _link("email-change", "Confirm new address"),
        _IGNORE,
    ),
)
# These two are PocketBase's, to the letter.
AUTH_ALERT = MailTemplate(
    subject="Login from a new location",
    body=_body(
        "<p>We noticed a login to your {APP_NAME} account from a new location:</p>",
        "<p><em>{ALERT_INFO}</em></p>",
        "<p><strong>If this wasn't you, you should immediately change your {APP_NAME} account password to "
        "revoke access from all other locations.</strong></p>",
        "<p>If this was you, you may disregard this email.</p>",
        _FAREWELL,
    ),
)
OTP = MailTemplate(
    subject="OTP for {APP_NAME}",
    body=_body(
        "<p>Your one-time password is: <strong>{OTP}</strong></p>",
        "<p><i>If you didn't ask for the one-time password, you can ignore this email.</i></p>",
        _FAREWELL,
    ),
)
