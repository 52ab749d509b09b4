"""Mail, through a server on the loopback."""

import smtplib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from types import SimpleNamespace
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, Session

from appos.accounts.mail import Mail, Mailer, MailError
from appos.records.settings.models import Meta, Settings, Smtp

CANARY = "canary-7f3a91"
LINK = "https://apps.example.com/_/reset#token=abc"


class Inbox:
    """Keeps what the server took; `answer` is what it says to a mail."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.recipients: list[str] = []
        self.host_names: list[str | None] = []
        self.answer = "250 OK"
        self.recipient_answer = "250 OK"
        self.is_authenticated: bool | None = None

    async def handle_DATA(self, _server: object, session: Session, envelope: Envelope) -> str:  # noqa: N802
        self.is_authenticated = session.authenticated
        self.host_names.append(session.host_name)
        assert isinstance(envelope.content, bytes)
        self.mails.append(message_from_bytes(envelope.content, policy=policy.default))
        self.recipients += envelope.rcpt_tos
        return self.answer

    async def handle_RCPT(  # noqa: N802
        self, _server: object, _session: Session, envelope: Envelope, address: str, _options: object
    ) -> str:
        if self.recipient_answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.recipient_answer


def accept(_server: object, _session: object, _envelope: object, _mechanism: str, data: Any) -> AuthResult:
    is_right = (data.login, data.password) == (b"postmaster", CANARY.encode())
    return AuthResult(success=is_right, handled=False)


Serve = Callable[..., Smtp]


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
def serve(inbox: Inbox) -> Iterator[Serve]:
    """Start a mail server and return the settings that name it."""
    controllers: list[Controller] = []

    def start(smtp: dict[str, Any] | None = None, **options: Any) -> Smtp:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        controller = Controller(inbox, hostname="127.0.0.1", port=port, **options)
        controller.start()
        controllers.append(controller)
        return Smtp(enabled=True, host="127.0.0.1", port=port, **(smtp or {}))

    yield start
    for controller in controllers:
        controller.stop()


def settings(smtp: Smtp, **meta: str) -> Settings:
    return Settings(meta=Meta(**meta), smtp=smtp)  # type: ignore[arg-type]


def mail(to: str = "bob@example.com") -> Mail:
    return Mail(to=to, subject="Reset your password", html=f'<p><a href="{LINK}">größer</a></p>')


def refusal(given: Settings, to: str = "bob@example.com") -> str:
    with pytest.raises(MailError) as caught:
        Mailer().send(mail(to), given)
    assert caught.value.code == "mail_failed"
    assert CANARY not in f"{caught.value!r}{caught.value.__cause__!r}"
    return caught.value.message


def test_a_mail_arrives(serve: Serve, inbox: Inbox) -> None:
    smtp = serve()
    said = Mailer().send(mail(), settings(smtp, sender_name="Größe", sender_address="appos@example.com"))
    (taken,) = inbox.mails

    assert said == "The mail server 127.0.0.1 took the mail."
    assert inbox.recipients == ["bob@example.com"]
    assert (taken["To"], taken["Subject"]) == ("bob@example.com", "Reset your password")
    assert taken["From"] == "Größe <appos@example.com>"
    assert {"Date", "Message-ID"} <= set(taken.keys())
    assert taken.get_content_type() == "text/html"
    assert f'href="{LINK}"' in taken.get_content()
    assert "größer" in taken.get_content()


def test_one_signs_in_where_a_user_name_is_set(serve: Serve, inbox: Inbox) -> None:
    login = {"username": "postmaster", "password": CANARY}
    smtp = serve(login, authenticator=accept, auth_require_tls=False)
    Mailer().send(mail(), settings(smtp))

    assert inbox.is_authenticated


@pytest.mark.parametrize("method", ["PLAIN", "LOGIN"])
def test_one_signs_in_by_the_method_that_is_set(serve: Serve, inbox: Inbox, method: str) -> None:
    seen: list[str] = []

    def note(*args: Any) -> AuthResult:
        seen.append(args[3])
        return accept(*args)

    login = {"username": "postmaster", "password": CANARY, "auth_method": method}
    Mailer().send(mail(), settings(serve(login, authenticator=note, auth_require_tls=False)))

    assert (seen, inbox.is_authenticated) == ([method], True)


def test_a_method_that_the_server_does_not_know_is_said(serve: Serve, inbox: Inbox) -> None:
    login = {"username": "postmaster", "password": CANARY}

    assert "it does not know how AppOS signs in" in refusal(settings(serve(login)))
    assert inbox.mails == []


def test_appos_calls_itself_as_it_is_told(serve: Serve, inbox: Inbox) -> None:
    Mailer().send(mail(), settings(serve({"local_name": "apps.example.com"})))

    assert inbox.host_names == ["apps.example.com"]


def test_a_refused_password_is_said_without_it(serve: Serve, inbox: Inbox) -> None:
    login = {"username": "postmaster", "password": f"{CANARY}-wrong"}
    smtp = serve(login, authenticator=accept, auth_require_tls=False)

    assert "it refused the user name or the password" in refusal(settings(smtp))
    assert inbox.mails == []


def test_a_server_that_takes_no_mail_is_quoted_by_its_code(serve: Serve, inbox: Inbox) -> None:
    smtp = serve()
    inbox.answer = "552 bob@example.com is full"

    assert refusal(settings(smtp)).endswith("did not take the mail: it answered 552.")


def test_a_recipient_that_is_refused_is_told_by_the_code(serve: Serve, inbox: Inbox) -> None:
    inbox.recipient_answer = "550 nobody is called bob@example.com"

    assert refusal(settings(serve())).endswith("did not take the mail: it answered 550.")


@pytest.mark.parametrize("port", [0, 65_536])
def test_a_port_that_does_not_exist_is_not_asked(port: int) -> None:
    smtp = Smtp(enabled=True, host="127.0.0.1", port=port)

    assert refusal(settings(smtp)) == f"The mail server has no port {port}; set one from 1 to 65535."


def test_a_server_that_is_down_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]

    assert f"127.0.0.1:{port} did not take the mail: Connection refused" in refusal(
        settings(Smtp(enabled=True, host="127.0.0.1", port=port))
    )


@pytest.fixture
def broken_tls() -> Iterator[Smtp]:
    """A server that offers TLS and then speaks something else."""

    def talk() -> None:
        connection, _ = server.accept()
        with connection, connection.makefile("rb") as lines:
            connection.sendall(b"220 here\r\n")
            lines.readline()
            connection.sendall(b"250-here\r\n250 STARTTLS\r\n")
            lines.readline()
            connection.sendall(b"220 go ahead\r\n")
            connection.sendall(b"this is no handshake\r\n")

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=talk)
        thread.start()
        yield Smtp(enabled=True, host="127.0.0.1", port=server.getsockname()[1])
        thread.join()


def test_tls_that_fails_is_a_refusal(broken_tls: Smtp) -> None:
    assert "did not take the mail" in refusal(settings(broken_tls))


@pytest.mark.parametrize("tls", [pytest.param(False, id="starttls"), pytest.param(True, id="tls")])
def test_a_certificate_has_to_be_vouched_for(tls: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    contexts: list[ssl.SSLContext] = []

    def refuse(*_args: object, context: ssl.SSLContext, **_options: object) -> None:
        contexts.append(context)
        raise ssl.SSLCertVerificationError(1, "certificate verify failed")

    server = SimpleNamespace(
        ehlo=lambda: None, has_extn=lambda _name: True, starttls=refuse, close=lambda: None
    )
    monkeypatch.setattr(smtplib, "SMTP", lambda *_args, **_options: server)
    monkeypatch.setattr(smtplib, "SMTP_SSL", refuse)
    refusal(settings(Smtp(enabled=True, host="mail.example.com", tls=tls)))

    assert [(context.verify_mode, context.check_hostname) for context in contexts] == [
        (ssl.CERT_REQUIRED, True)
    ]


def test_a_server_without_tls_gets_no_tls_greeting(serve: Serve, inbox: Inbox) -> None:
    plain = settings(serve({"tls": True}))

    assert "did not take the mail" in refusal(plain)
    assert inbox.mails == []


def test_no_password_goes_out_in_the_clear(monkeypatch: pytest.MonkeyPatch) -> None:
    closed: list[bool] = []
    plain = SimpleNamespace(
        ehlo=lambda: None, has_extn=lambda _name: False, close=lambda: closed.append(True)
    )
    monkeypatch.setattr(smtplib, "SMTP", lambda *_args, **_options: plain)
    login = Smtp(enabled=True, host="mail.example.com", username="postmaster", password=CANARY)

    assert "offers no TLS, and AppOS sends no password in the clear" in refusal(settings(login))
    assert closed == [True]


@pytest.mark.parametrize("user", ["a(b", "a,b", "a;b", "a<b>"])
def test_a_mail_goes_to_one_address_whatever_its_letters(serve: Serve, inbox: Inbox, user: str) -> None:
    Mailer().send(mail(f"{user}@example.com"), settings(serve()))

    assert inbox.recipients == [f'"{user}"@example.com']


def test_a_mail_has_no_text_in_its_repr() -> None:
    assert LINK not in repr(mail())
