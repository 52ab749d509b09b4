"""PocketBase's routes of auth collections: signing in, staying signed in, and setting a password anew."""

from flask import Blueprint, Response, g
from flask.typing import ResponseReturnValue

from appos.accounts.models import SignedIn
from appos.accounts.service import email_problems
from appos.errors import InvalidError, NotFoundError
from appos.records.models import AuthCollection
from appos.web.state import actor, identity, state
from appos.web.wire import answer, body_fields

bp = Blueprint("collections", __name__, url_prefix="/api/collections/<collection>")

VALIDATING = "An error occurred while validating the submitted data."


def _answer(signed_in: SignedIn) -> Response:
    return answer({"record": signed_in.identity.record(), "token": signed_in.token})


@bp.get("/auth-methods")
def auth_methods(collection: str) -> Response:
    """Say how one can sign in to a collection."""
    found = _auth_collection(collection)
    password = found.options.password_auth
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
    _require(body, "identity", "password")
    if body["identityField"] not in ("", *found.options.password_auth.identity_fields):
        problem = {"code": "validation_in_invalid", "message": "Must be a valid value."}
        raise InvalidError(VALIDATING, code="validation_failed", fields={"identityField": problem})
    accounts = state().services.accounts
    return _answer(accounts.sign_in(found, body["identity"], body["password"], g.address))


@bp.post("/auth-refresh")
def auth_refresh(collection: str) -> Response:
    """Answer with a new token for the account of the request's token."""
    who = identity()
    if who is None:
        raise NotFoundError(f"There is nobody signed in to {collection}.")
    return _answer(state().services.accounts.refresh(who, g.token))


@bp.post("/request-password-reset")
def request_password_reset(collection: str) -> ResponseReturnValue:
    """Queue a mail with a reset link; the answer is the same whether or not there is such an account."""
    found = _auth_collection(collection)
    email = body_fields("email")["email"]
    problems = email_problems(email)
    if problems:
        raise InvalidError(VALIDATING, code="validation_failed", fields=problems)
    order = state().services.resets.request(found, email)
    if order is not None:
        state().tasks.submit(order, actor())
    return "", 204


@bp.post("/confirm-password-reset")
def confirm_password_reset(collection: str) -> ResponseReturnValue:
    """Set a new password with the token of a reset link."""
    _auth_collection(collection)
    body = body_fields("token", "password", "passwordConfirm")
    resets = state().services.resets
    resets.confirm(body["token"], body["password"], body["passwordConfirm"], g.address)
    return "", 204


def _auth_collection(name: str) -> AuthCollection:
    return state().services.collections.auth(name)


def _require(body: dict[str, str], *names: str) -> None:
    blank = {"code": "validation_required", "message": "Cannot be blank."}
    missing = {name: blank for name in names if not body[name]}
    if missing:
        raise InvalidError(VALIDATING, code="validation_failed", fields=missing)
