"""Requests about health, unknown paths and accounts, each sent to AppOS and to PocketBase.

What stands in braces is a token or an id of the peer that is asked; `test_auth_oracle.py` makes them.
"""

from tests.conformance.auth_parts import JSON, ORIGIN, PREFIXES, TOKENS, Cases, signed
from tests.conformance.peers import Ask
from tests.conformance.reset_cases import refused_confirmations, reset_requests
from tests.conformance.sign_in_cases import forms, keys, malformed_bodies, refused_sign_ins, sign_ins, xml


def health() -> Cases:
    """The health check, asked by everybody in every way."""
    path = "/api/health"
    for method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "QUERY", "get"):
        yield f"health {method}", Ask(method, path)
        yield f"health {method} with Origin", Ask(method, path, headers=(ORIGIN,))
    for name in ("superuser", "user", "expired", "resetToken", "strangeKey"):
        yield f"health with {name}", Ask("GET", path, headers=(signed(f"{{{name}}}"),))
        yield f"health HEAD with {name}", Ask("HEAD", path, headers=(signed(f"{{{name}}}"),))
    for prefix in (*PREFIXES, " Bearer ", "Token "):
        header = signed(f"{prefix}{{superuser}}")
        yield f"health with {prefix!r} before the token", Ask("GET", path, headers=(header,))
    for text in ("Bearer", "Bearer ", "x", "a.b.c", "eyJ.eyJ.eyJ", "x" * 5000):
        yield f"health with the token {text[:20]!r}", Ask("GET", path, headers=(signed(text),))
    superuser = signed("{superuser}")
    for proxy in ("X-Forwarded-For", "X-Real-IP", "CF-Connecting-IP", "Fly-Client-IP", "True-Client-IP"):
        header = (proxy, "127.0.0.1")
        yield f"health to a superuser behind {proxy}", Ask("GET", path, headers=(superuser, header))
    yield "health as a query", Ask("GET", f"{path}?x=1&token={{superuser}}")
    for fields in ("code", "code,message", "data.x", "nothing", "", "*", "message:excerpt(3)", "data.*"):
        yield f"health with the fields {fields!r}", Ask("GET", f"{path}?fields={fields}")
    for other in (f"{path}/", f"{path}//", f"/{path}", f"{path}/x", "/api/Health", "/api/health%20"):
        yield f"health at {other}", Ask("GET", other)
    yield "health with a body", Ask("GET", path, "{}", (JSON,))


def preflights() -> Cases:
    """What browsers ask before they call from another origin."""
    method = ("Access-Control-Request-Method", "POST")
    names = ("Access-Control-Request-Headers", "authorization,content-type")
    for path in ("/api/health", "/api/collections/users/auth-refresh", "/api/unknown"):
        yield f"OPTIONS {path} without anything", Ask("OPTIONS", path)
        yield f"OPTIONS {path}", Ask("OPTIONS", path, headers=(ORIGIN, method))
        yield f"OPTIONS {path} with names", Ask("OPTIONS", path, headers=(ORIGIN, method, names))
        yield f"OPTIONS {path} with names alone", Ask("OPTIONS", path, headers=(ORIGIN, names))


def unknown() -> Cases:
    """Paths and methods that lead nowhere."""
    users = "/api/collections/users"
    for path in ("/api", "/api/", "/api/unknown", f"{users}/unknown", f"{users}/"):
        for method in ("GET", "HEAD", "POST", "PATCH", "PUT", "DELETE"):
            yield f"{method} {path}", Ask(method, path)
    for path in ("/unknown", "/unknown/", "/favicon.ico", "/a/b/c.txt", "/..%2f", "/%00", "/%ff"):
        for method in ("GET", "HEAD", "POST", "DELETE"):
            yield f"{method} {path}", Ask(method, path)
    for name in ("auth-with-password", "auth-refresh", "request-password-reset", "confirm-password-reset"):
        for method in ("GET", "HEAD", "PUT", "DELETE"):
            path = f"/api/collections/users/{name}"
            yield f"{method} {path}", Ask(method, path)
        path = f"/api/collections/users/{name}/"
        yield f"POST {path} with a slash", Ask("POST", path, "{}", (JSON,))
    for token in ("superuser", "user", "expired"):
        yield f"unknown with {token}", Ask("GET", "/api/unknown", headers=(signed(f"{{{token}}}"),))
    for method in ("get", "gEt", "post", "head", "options", "foo", "FOO", "x" * 60):
        for path in ("/api/health", "/unknown", f"{users}/auth-methods", "/api//health"):
            yield f"{method[:9]} {path}", Ask(method, path)
    yield "unknown with Origin", Ask("GET", "/api/unknown", headers=(ORIGIN,))


def redirects() -> Cases:
    """Paths that are others when cleaned, and some that are not."""
    path = "/api//health"
    for method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "CONNECT"):
        yield f"{method} {path}", Ask(method, path, headers=(ORIGIN,))
    for query in ("x=1&y=%2F//", "", "x='<>&", "%zz"):
        yield f"{path}?{query}", Ask("GET", f"{path}?{query}")
    for part in ("(%21)'!*", "b%2fc", "[x]", "x^y", "%ff", "{x}|\\", "b;c,d=e@f$g&h+i~j:k", "%2e%2e", "%zz"):
        yield f"unclean {part}", Ask("GET", f"/a//{part}")
        yield f"clean {part}", Ask("GET", f"/a/{part}")
    for path in (
        "/a/../..",
        "/..",
        "/a/b/..",
        "/a/b/../",
        "/a/./b",
        "/.",
        "/./",
        "//",
        "/.../x",
        "/a/.b",
        "/%z",
    ):
        yield f"dots {path}", Ask("GET", path)
    for path in ("//example.com/x", "/\\/example.com//", "http://example.com//api/health", "/%2e/x"):
        yield f"elsewhere {path}", Ask("GET", path)


def auth_methods() -> Cases:
    """How one can sign in."""
    for name in ("users", "_superusers", "USERS", "_SuperUsers", "_pb_users_auth_", "pbc_3142635823"):
        yield f"methods of {name}", Ask("GET", f"/api/collections/{name}/auth-methods")
    for name in ("unknown", "_PB_users_auth_", "%20users", "users%00", "_authOrigins", "ünknown", "_params"):
        path = f"/api/collections/{name.replace('ü', '%C3%BC')}/auth-methods"
        yield f"methods of {name}", Ask("GET", path)
    path = "/api/collections/users/auth-methods"
    yield "methods HEAD", Ask("HEAD", path)
    for method in ("POST", "PUT", "DELETE"):
        yield f"methods {method}", Ask(method, path)
    for fields in ("password", "mfa.enabled,password.identityFields", "oauth2.*", "unknown"):
        yield f"methods with the fields {fields}", Ask("GET", f"{path}?fields={fields}")
    yield "methods with Origin", Ask("GET", path, headers=(ORIGIN,))
    for token in ("user", "superuser", "expired"):
        yield f"methods with {token}", Ask("GET", path, headers=(signed(f"{{{token}}}"),))


def refreshes() -> Cases:
    """Refreshing a token that is good, bad, or another's."""
    for collection in ("users", "_superusers"):
        path = f"/api/collections/{collection}/auth-refresh"
        yield f"{path} as a stranger", Ask("POST", path)
        for token in TOKENS:
            yield f"{path} with {token}", Ask("POST", path, headers=(signed(f"{{{token}}}"),))
        for prefix in (*PREFIXES, "Bearer\t", "Bearer Bearer "):
            own = "{user}" if collection == "users" else "{superuser}"
            yield f"{path} with {prefix!r}", Ask("POST", path, headers=(signed(prefix + own),))
    path = "/api/collections/users/auth-refresh"
    for name in ("USERS", "_pb_users_auth_", "unknown", "_params", "_otps"):
        for token in ("user", "superuser", "expired"):
            other = f"/api/collections/{name}/auth-refresh"
            yield f"{other} with {token}", Ask("POST", other, headers=(signed(f"{{{token}}}"),))
    user = signed("{user}")
    for query in ("fields=token", "fields=record.id", "expand=x", "token={user}"):
        yield f"{path}?{query}", Ask("POST", f"{path}?{query}", headers=(user,))
    yield "refresh by the query alone", Ask("POST", f"{path}?token={{user}}")
    yield "refresh with Origin", Ask("POST", path, headers=(user, ORIGIN))
    yield "refresh with a body of nonsense", Ask("POST", path, "nonsense", (user, JSON))
    yield "refresh with a cookie alone", Ask("POST", path, headers=(("Cookie", "pb_auth={user}"),))


def cases() -> Cases:
    """All of them. The order counts nowhere: none changes an account."""
    for group in (health, preflights, unknown, redirects, auth_methods, sign_ins, refused_sign_ins):
        yield from group()
    for group in (malformed_bodies, forms, keys, xml, refreshes, reset_requests, refused_confirmations):
        yield from group()
