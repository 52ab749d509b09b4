"""Rate limits, asked before every request once superusers have switched them on."""

import re

from flask import g, request

from appos.errors import TooManyRequestsError
from appos.web.state import identity, state

# What the routes of a collection do, as rate limits name it: `users:list`, `*:auth`.
# Source: PocketBase 0.36, "Rate limiting"; read off its answers.
_RECORDS = "/api/collections/{}/records"
TAGS: dict[tuple[str, str], tuple[str, ...]] = {
    ("GET", _RECORDS): ("list",),
    ("POST", _RECORDS): ("create",),
    ("GET", f"{_RECORDS}/{{}}"): ("view",),
    ("PATCH", f"{_RECORDS}/{{}}"): ("update",),
    ("DELETE", f"{_RECORDS}/{{}}"): ("delete",),
    ("GET", "/api/files/{}/{}/{}"): ("file",),
    ("GET", "/api/collections/{}/auth-methods"): ("listAuthMethods",),
    ("POST", "/api/collections/{}/auth-refresh"): ("authRefresh",),
    ("POST", "/api/collections/{}/auth-with-password"): ("authWithPassword", "auth"),
    ("POST", "/api/collections/{}/auth-with-oauth2"): ("authWithOAuth2", "auth"),
    ("POST", "/api/collections/{}/auth-with-otp"): ("authWithOTP", "auth"),
    ("POST", "/api/collections/{}/request-otp"): ("requestOTP",),
    ("POST", "/api/collections/{}/request-password-reset"): ("requestPasswordReset",),
    ("POST", "/api/collections/{}/confirm-password-reset"): ("confirmPasswordReset",),
    ("POST", "/api/collections/{}/request-verification"): ("requestVerification",),
    ("POST", "/api/collections/{}/confirm-verification"): ("confirmVerification",),
    ("POST", "/api/collections/{}/request-email-change"): ("requestEmailChange",),
    ("POST", "/api/collections/{}/confirm-email-change"): ("confirmEmailChange",),
}
_ARGUMENT = re.compile(r"<[^>]+>")


def check() -> None:
    """Count the request, and refuse one too many; superusers are never refused.

    The routes of a collection are counted for each collection and route. One that is not there is answered
    by its view.

    Raises:
        TooManyRequestsError: without a time to wait, of which PocketBase says nothing either.
    """
    limiter = state().services.rate_limiter
    if not limiter.is_on:
        return
    who = identity()
    if who is not None and who.is_superuser:
        return
    labels, counted_as = [f"{request.method} {request.path}", request.path], None
    route = _route()
    if route in TAGS:
        collection = state().services.collections.find(str((request.view_args or {})["collection"]))
        if collection is None:
            return
        labels = [f"{name}:{tag}" for name in (collection.name, "*") for tag in TAGS[route]] + labels
        counted_as = (collection.id, *route)
    if not limiter.allows(g.address, labels, counted_as, is_guest=who is None):
        raise TooManyRequestsError("Too Many Requests.", retry_after_seconds=0)


def _route() -> tuple[str, str]:
    """Return the method and the pattern of the path, its arguments without their names."""
    pattern = request.url_rule.rule if request.url_rule is not None else ""
    return "GET" if request.method == "HEAD" else request.method, _ARGUMENT.sub("{}", pattern)
