"""Sending mail over SMTP."""

import smtplib
import ssl
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import formatdate, make_msgid

import msgspec

from appos.errors import AppOSError
from appos.records.settings.models import Settings, Smtp

TIMEOUT_SECONDS = 15.0
LOGIN = "LOGIN"
LOOPBACK = ("localhost", "127.0.0.1", "::1")


class MailError(AppOSError):
    """The mail server did not take a mail."""

    default_code = "mail_failed"


class Mail(msgspec.Struct, frozen=True, kw_only=True):
    """One mail to one address."""

    to: str
    subject: str
    html: str

    def __repr__(self) -> str:
        return f"Mail(subject={self.subject!r})"


class Mailer:
    """Sends mail through the server that the settings name."""

    def send(self, mail: Mail, settings: Settings) -> str:
        """Send a mail and say so in one sentence without its text.

        Raises:
            MailError: `mail_failed`, and what the server said.
        """
        smtp = settings.smtp
        message = _message(mail, settings)
        try:
            with _connected(smtp) as server:
                if smtp.username:
                    _sign_in(server, smtp)
                server.send_message(message)
        except (OSError, smtplib.SMTPException, ValueError) as error:
            raise MailError(
                f"The mail server {smtp.host}:{smtp.port} did not take the mail: {_reason(error)}."
            ) from error
        return f"The mail server {smtp.host} took the mail."


def _connected(smtp: Smtp) -> smtplib.SMTP:
    # A system may take a larger port for another one.
    if not 1 <= smtp.port <= 65535:
        raise MailError(f"The mail server has no port {smtp.port}; set one from 1 to 65535.")
    context = ssl.create_default_context()
    name = smtp.local_name or None
    if smtp.tls:
        return smtplib.SMTP_SSL(smtp.host, smtp.port, name, timeout=TIMEOUT_SECONDS, context=context)
    server = smtplib.SMTP(smtp.host, smtp.port, name, timeout=TIMEOUT_SECONDS)
    server.ehlo()
    if server.has_extn("starttls"):
        server.starttls(context=context)
    elif smtp.username and smtp.host not in LOOPBACK:
        server.close()
        raise MailError(
            f"The mail server {smtp.host} offers no TLS, and AppOS sends no password in the clear."
        )
    return server


def _sign_in(server: smtplib.SMTP, smtp: Smtp) -> None:
    """Sign in by the method that the settings name, else by the best that the server offers."""
    if not smtp.auth_method:
        server.login(smtp.username, smtp.password)
        return
    server.ehlo_or_helo_if_needed()
    server.user, server.password = smtp.username, smtp.password
    server.auth(smtp.auth_method, server.auth_login if smtp.auth_method == LOGIN else server.auth_plain)


def _message(mail: Mail, settings: Settings) -> EmailMessage:
    user, _, domain = settings.meta.sender_address.rpartition("@")
    message = EmailMessage()
    message["From"] = Address(settings.meta.sender_name, user, domain)
    # Made of its parts: a comma in a plain text would make two addresses of one.
    to_user, _, to_domain = mail.to.rpartition("@")
    message["To"] = Address("", to_user, to_domain)
    message["Subject"] = mail.subject
    message["Date"] = formatdate()
    message["Message-ID"] = make_msgid(domain=domain)
    message.set_content(mail.html, subtype="html")
    return message


def _reason(error: Exception) -> str:
    """Return why a mail was not taken, as a part of a sentence; never what the server quotes of it."""
    match error:
        case smtplib.SMTPAuthenticationError():
            return "it refused the user name or the password"
        case smtplib.SMTPResponseException():
            return f"it answered {error.smtp_code}"
        case smtplib.SMTPRecipientsRefused():
            return f"it answered {next(iter(error.recipients.values()))[0]}"
        case smtplib.SMTPNotSupportedError():
            return "it does not know how AppOS signs in"
        case smtplib.SMTPServerDisconnected():
            return "it closed the connection"
        case TimeoutError():
            return "it did not answer in time"
        case OSError(strerror=str(reason)) if reason:
            return reason
    return type(error).__name__
