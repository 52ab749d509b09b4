"""PocketBase's routes of auth collections: signing in, staying signed in, and setting a password anew."""

from flask import Blueprint, Response, g

from appos.accounts.models import SignedIn
from appos.accounts.service import email_problems
from appos.errors import FieldErrors, InvalidError, NotFoundError
from appos.records.models import Collection
from appos.web.state import actor, identity, state
from appos.web.wire import LOADING, answer, body_fields, no_content

bp = Blueprint("record_auth", __name__, url_prefix="/api/collections/<collection>")

VALIDATING = "An error occurred while validating the submitted data."
MOST_BYTES = 255


def _answer(signed_in: SignedIn) -> Response:
    return answer({"record": signed_in.identity.shown(), "token": signed_in.token})


@bp.get("/auth-methods")
def auth_methods(collection: str) -> Response:
    """Say how one can sign in to a collection."""
    found = _auth_collection(collection)
    password = found.auth_options.password_auth
    off = {"enabled": False, "duration": 0}
    return answer(
        {
            "password": {"identityFields": password.identity_fields, "enabled": password.enabled},
            "oauth2": {"providers": [], "enabled": False},
            "mfa": off,
            "otp": off,
            "authProviders": None,
            "usernamePassword": False,
            "emailPassword": password.enabled,
        }
    )


@bp.post("/auth-with-password")
def auth_with_password(collection: str) -> Response:
    """Sign in with e-mail and password."""
    found = _auth_collection(collection)
    body = body_fields("identity", "password", "identityField")
    problems = {**_blank(body, "identity", "password"), **_too_long(body)}
    if body["identityField"] not in ("", *found.auth_options.password_auth.identity_fields):
        problems.setdefault(
            "identityField", {"code": "validation_in_invalid", "message": "Must be a valid value."}
        )
    _refuse(problems)
    accounts = state().services.accounts
    return _answer(accounts.sign_in(found, body["identity"], body["password"], g.address))


@bp.post("/auth-refresh")
def auth_refresh(collection: str) -> Response:
    """Answer with a new token for the account of the request's token."""
    who = identity()
    if who is None:
        raise NotFoundError(f"There is nobody signed in to {collection}.")
    # It needs nothing of a body, but as in PocketBase a broken one is refused.
    body_fields(message="Something went wrong while processing your request.")
    return _answer(state().services.accounts.refresh(who, g.token))


@bp.post("/request-password-reset")
def request_password_reset(collection: str) -> Response:
    """Queue a mail with a reset link; the answer is the same whether or not there is such an account."""
    found = _auth_collection(collection)
    body = body_fields("email")
    _refuse(_too_long(body) or email_problems(body["email"]))
    order = state().services.resets.request(found, body["email"])
    if order is not None:
        state().tasks.submit(order, actor())
    return no_content()


@bp.post("/confirm-password-reset")
def confirm_password_reset(collection: str) -> Response:
    """Set a new password with the token of a reset link."""
    found = _auth_collection(collection)
    body = body_fields("token", "password", "passwordConfirm", unsupported=LOADING)
    resets = state().services.resets
    resets.confirm(found, body["token"], body["password"], body["passwordConfirm"], g.address)
    return no_content()


def _auth_collection(name: str) -> Collection:
    return state().services.collections.auth(name)


def _blank(body: dict[str, str], *names: str) -> FieldErrors:
    return {
        name: {"code": "validation_required", "message": "Cannot be blank."}
        for name in names
        if not body[name]
    }


def _too_long(body: dict[str, str]) -> FieldErrors:
    problem = {
        "code": "validation_length_out_of_range",
        "message": f"The length must be between 1 and {MOST_BYTES}.",
        "params": {"max": MOST_BYTES, "min": 1},
    }
    return {name: problem for name, value in body.items() if len(value.encode()) > MOST_BYTES}


def _refuse(problems: FieldErrors) -> None:
    if problems:
        raise InvalidError(VALIDATING, code="validation_failed", fields=problems)
