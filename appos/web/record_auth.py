"""PocketBase's routes of auth collections: signing in, staying signed in, and what links in mails are for."""

from functools import partial
from typing import Any, NoReturn

import msgspec
from flask import Blueprint, Response, g, request

from appos.accounts.fields import length_problem
from appos.accounts.models import Identity, SignedIn
from appos.accounts.service import METHOD_OFF, email_problems, refuse
from appos.errors import FieldErrors, ForbiddenError, InvalidError, NotFoundError
from appos.ledger.models import Order
from appos.records.collections import NO_AUTH_CONTEXT
from appos.records.fields.problems import REQUIRED, problem
from appos.records.models import Collection
from appos.web.bind import bind
from appos.web.describe import describe
from appos.web.requestinfo import request_info
from appos.web.state import actor, identity, state
from appos.web.wire import UNSUPPORTED, answer, no_content

bp = Blueprint("record_auth", __name__, url_prefix="/api/collections/<collection>")

OTP_OFF = "The collection is not configured to allow OTP authentication."
OAUTH2_OFF = "The collection is not configured to allow OAuth2 authentication."
NOT_IN = problem("validation_in_invalid", "Must be a valid value.")
NOT_NEGATIVE = problem("validation_min_greater_equal_than_required", "Must be no less than 0.", threshold=0)


class SignInRequest(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Who signs in, and with what; `identity_field` says what `identity` is, unless it is ""."""

    identity: str = ""
    password: str = ""
    identity_field: str = ""

    def __repr__(self) -> str:
        return f"SignInRequest(identity={self.identity!r})"


class EmailRequest(msgspec.Struct, frozen=True):
    """Whose account a mail is to be sent about."""

    email: str = ""


class NewEmailRequest(msgspec.Struct, frozen=True, rename="camel"):
    """The address that an account is to get."""

    new_email: str = ""


class TokenRequest(msgspec.Struct, frozen=True, kw_only=True):
    """The token of a mail, and the password of the account where the token is not enough."""

    token: str = ""
    password: str = ""

    def __repr__(self) -> str:
        return "TokenRequest()"


class NewPasswordRequest(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The token of a mail, and a new password, twice."""

    token: str = ""
    password: str = ""
    password_confirm: str = ""

    def __repr__(self) -> str:
        return "NewPasswordRequest()"


class ImpersonateRequest(msgspec.Struct, frozen=True):
    """For how many seconds; 0: as long as other tokens."""

    duration: int = 0


class SignedInAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """An account as it sees itself, and a token of it."""

    record: dict[str, Any]
    token: str


class PasswordMethod(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Whether one signs in with a password, and what the other field may be."""

    identity_fields: list[str]
    enabled: bool


class TimedMethod(msgspec.Struct, frozen=True, kw_only=True):
    """A second factor or a one-time password, and for how many seconds it counts."""

    enabled: bool
    duration: int


class OAuth2Method(msgspec.Struct, frozen=True, kw_only=True):
    """The providers elsewhere that one signs in with."""

    providers: list[dict[str, Any]]
    enabled: bool


class AuthMethods(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """How one can sign in. The last three are for older clients."""

    password: PasswordMethod
    oauth2: OAuth2Method
    mfa: TimedMethod
    otp: TimedMethod
    auth_providers: list[dict[str, Any]] | None
    username_password: bool
    email_password: bool


@bp.get("/auth-methods")
@describe(answers={200: AuthMethods}, errors=(404,))
def auth_methods(collection: str) -> Response:
    """Say how one can sign in to a collection."""
    found = _auth_collection(collection)
    password = found.auth_options.password_auth
    off = {"enabled": False, "duration": 0}
    return answer(
        {
            "password": {
                "identityFields": password.identity_fields if password.enabled else [],
                "enabled": password.enabled,
            },
            "oauth2": {"providers": [], "enabled": False},
            "mfa": off,
            "otp": off,
            "authProviders": None,
            "usernamePassword": password.enabled and "username" in password.identity_fields,
            "emailPassword": password.enabled and "email" in password.identity_fields,
        }
    )


@bp.post("/auth-with-password")
@describe(body=SignInRequest, answers={200: SignedInAnswer}, errors=(400, 403, 404))
def auth_with_password(collection: str) -> Response:
    """Sign in with a password."""
    found = _auth_collection(collection)
    accounts = state().services.accounts
    accounts.require_passwords(found)
    asked = bind(SignInRequest(), unsupported=UNSUPPORTED)
    problems = {**_too_long(asked), **_blank(identity=asked.identity, password=asked.password)}
    if asked.identity_field not in ("", *found.auth_options.password_auth.identity_fields):
        problems.setdefault("identityField", NOT_IN)
    refuse(problems)
    signed_in = accounts.sign_in(
        found,
        asked.identity,
        asked.password,
        g.address,
        field=asked.identity_field,
        info=partial(request_info, "password"),
    )
    agent = request.headers.get("User-Agent", "")
    _submit(state().services.origins.note(signed_in.identity, g.address, agent))
    return answer_signed_in(signed_in)


@bp.post("/request-otp")
@describe(answers={}, errors=(403, 404))
def request_otp(collection: str) -> NoReturn:
    """Refuse, as PocketBase does where one-time passwords are switched off."""
    _auth_collection(collection)
    raise ForbiddenError(OTP_OFF, code="otp_off")


@bp.post("/auth-with-otp")
@describe(answers={}, errors=(403, 404))
def auth_with_otp(collection: str) -> NoReturn:
    """Refuse, as PocketBase does where one-time passwords are switched off."""
    request_otp(collection)


@bp.post("/auth-with-oauth2")
@describe(answers={}, errors=(403, 404))
def auth_with_oauth2(collection: str) -> NoReturn:
    """Refuse, as PocketBase does where OAuth2 is switched off."""
    _auth_collection(collection)
    raise ForbiddenError(OAUTH2_OFF, code="oauth2_off")


@bp.post("/auth-refresh")
@describe(answers={200: SignedInAnswer}, errors=(404,))
def auth_refresh(collection: str) -> Response:
    """Answer with a new token for the account of the request's token."""
    who = _own_identity(collection)
    accounts = state().services.accounts
    accounts.require_admitted(who, request_info())
    return answer_signed_in(accounts.refresh(who, g.token))


@bp.post("/impersonate/<record_id>")
@describe(body=ImpersonateRequest, answers={200: SignedInAnswer}, errors=(400, 404))
def impersonate(collection: str, record_id: str) -> Response:
    """Answer with a token of another account, which cannot be refreshed."""
    accounts = state().services.accounts
    who = identity()
    if who is None or not who.is_superuser:
        raise ForbiddenError("You are not allowed to perform this request.")
    found = accounts.find(state().services.collections.auth(collection, NO_AUTH_CONTEXT), record_id)
    if found is None:
        raise NotFoundError("The requested resource wasn't found.")
    seconds = bind(ImpersonateRequest()).duration
    refuse({"duration": NOT_NEGATIVE} if seconds < 0 else {})
    accounts.require_admitted(found, request_info())
    return answer_signed_in(accounts.impersonate(found, seconds, actor()))


@bp.post("/request-password-reset")
@describe(body=EmailRequest, answers={204: None}, errors=(400, 404))
def request_password_reset(collection: str) -> Response:
    """Queue a mail with a reset link; the answer is the same whether or not there is such an account."""
    found = _auth_collection(collection)
    if not found.auth_options.password_auth.enabled:
        raise InvalidError(METHOD_OFF, code="passwords_off")
    asked = bind(EmailRequest(), unsupported=UNSUPPORTED)
    refuse(_too_long(asked) or email_problems(asked.email))
    _submit(state().services.resets.request(found, asked.email))
    return no_content()


@bp.post("/confirm-password-reset")
@describe(body=NewPasswordRequest, answers={204: None}, errors=(400, 404))
def confirm_password_reset(collection: str) -> Response:
    """Set a new password with the token of a reset link."""
    found = _auth_collection(collection)
    asked = bind(NewPasswordRequest())
    resets = state().services.resets
    resets.confirm(found, asked.token, asked.password, asked.password_confirm, g.address)
    return no_content()


@bp.post("/request-verification")
@describe(body=EmailRequest, answers={204: None}, errors=(400, 404))
def request_verification(collection: str) -> Response:
    """Queue a mail that proves an address; the answer is the same whether or not it is anybody's."""
    found = _auth_collection(collection)
    addresses = state().services.addresses
    addresses.require_users(found)
    asked = bind(EmailRequest(), unsupported=UNSUPPORTED)
    _submit(addresses.request_verification(found, asked.email))
    return no_content()


@bp.post("/confirm-verification")
@describe(body=TokenRequest, answers={204: None}, errors=(400, 404))
def confirm_verification(collection: str) -> Response:
    """Mark an account as verified with the token of such a mail."""
    found = _auth_collection(collection)
    addresses = state().services.addresses
    addresses.require_users(found)
    asked = bind(TokenRequest(), unsupported=UNSUPPORTED)
    addresses.confirm_verification(found, asked.token, g.address)
    return no_content()


@bp.post("/request-email-change")
@describe(body=NewEmailRequest, answers={204: None}, errors=(400, 404))
def request_email_change(collection: str) -> Response:
    """Send a mail to a new address of one's own account."""
    who = _own_identity(collection)
    addresses = state().services.addresses
    addresses.require_changes_by_mail(who.collection)
    addresses.request_change(who, bind(NewEmailRequest(), unsupported=UNSUPPORTED).new_email)
    return no_content()


@bp.post("/confirm-email-change")
@describe(body=TokenRequest, answers={204: None}, errors=(400, 404))
def confirm_email_change(collection: str) -> Response:
    """Give an account its new address with the token of such a mail and its password."""
    found = _auth_collection(collection)
    addresses = state().services.addresses
    addresses.require_changes_by_mail(found)
    asked = bind(TokenRequest(), unsupported=UNSUPPORTED)
    addresses.confirm_change(found, asked.token, asked.password, g.address)
    return no_content()


def answer_signed_in(signed_in: SignedIn) -> Response:
    """Answer with an account as it sees itself, and its token."""
    record = signed_in.identity.record
    info = request_info()
    expand = {name: value for name, value in info.query.items() if name == "expand"}
    itself = msgspec.structs.replace(info, auth=record, query=expand)
    shown = state().services.records.show(record.collection, record.id, itself)
    return answer({"record": msgspec.Raw(shown.strip()), "token": signed_in.token})


def _submit(order: Order | None) -> None:
    if order is not None:
        state().tasks.submit(order, actor())


def _auth_collection(name: str) -> Collection:
    return state().services.collections.auth(name)


def _own_identity(collection: str) -> Identity:
    who = identity()
    if who is None:
        raise NotFoundError(f"There is nobody signed in to {collection}.")
    return who


def _blank(**values: str) -> FieldErrors:
    return {name: REQUIRED for name, value in values.items() if not value}


def _too_long(asked: msgspec.Struct) -> FieldErrors:
    found = {name: length_problem(value) for name, value in msgspec.to_builtins(asked).items()}
    return {name: wrong for name, wrong in found.items() if wrong}
