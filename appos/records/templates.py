"""The mails of a new auth collection, as PocketBase answers them.

Their links lead to addresses of PocketBase's panel, which AppOS's knows too.
"""

from appos.records.auth_options import MailTemplate

_GREETING = "<p>Hello,</p>"
_FAREWELL = "<p>\n  Thanks,<br/>\n  {APP_NAME} team\n</p>"


def _body(*paragraphs: str) -> str:
    return "\n".join((_GREETING, *paragraphs))


def _button(page: str, words: str) -> str:
    target = f'{{APP_URL}}/_/#/auth/{page}/{{TOKEN}}" target="_blank" rel="noopener'
    return f'<p>\n  <a class="btn" href="{target}">{words}</a>\n</p>'


VERIFICATION = MailTemplate(
    subject="Verify your {APP_NAME} email",
    body=_body(
        "<p>Thank you for joining us at {APP_NAME}.</p>",
        "<p>Click on the button below to verify your email address.</p>",
        _button("confirm-verification", "Verify"),
        _FAREWELL,
    ),
)
RESET_PASSWORD = MailTemplate(
    subject="Reset your {APP_NAME} password",
    body=_body(
        "<p>Click on the button below to reset your password.</p>",
        _button("confirm-password-reset", "Reset password"),
        "<p><i>If you didn't ask to reset your password, you can ignore this email.</i></p>",
        _FAREWELL,
    ),
)
CONFIRM_EMAIL_CHANGE = MailTemplate(
    subject="Confirm your {APP_NAME} new email address",
    body=_body(
        "<p>Click on the button below to confirm your new email address.</p>",
        _button("confirm-email-change", "Confirm new email"),
        "<p><i>If you didn't ask to change your email address, you can ignore this email.</i></p>",
        _FAREWELL,
    ),
)
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
