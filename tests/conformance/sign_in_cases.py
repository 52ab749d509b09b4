"""Requests that sign in, and those that are refused for what is in their body."""

import json

from tests.conformance.auth_parts import (
    FORM,
    JSON,
    MULTIPART,
    ORIGIN,
    SUPERUSER,
    USER,
    Cases,
    as_user,
    form,
    multipart,
    signed,
    typed,
)
from tests.conformance.peers import Ask

# Bodies of sign-ins that both refuse.
REFUSED: dict[str, object] = {
    "nothing": {},
    "identity alone": {"identity": USER.email},
    "password alone": {"password": USER.password},
    "blank": as_user(identity="", password=""),
    "blank password": as_user(password=""),
    "blank identity": as_user(identity=""),
    "spaces": as_user(identity="  ", password="  "),
    "nulls": {"identity": None, "password": None},
    "wrong password": as_user(password="wrong password"),
    "password in another case": as_user(password=USER.password.upper()),
    "password with a space behind": as_user(password=f"{USER.password} "),
    "unknown account": as_user(identity="unknown@example.com"),
    "e-mail in another case": as_user(identity=USER.email.upper()),
    "e-mail with spaces around": as_user(identity=f" {USER.email} "),
    "an account of another collection": {"identity": SUPERUSER.email, "password": SUPERUSER.password},
    "a quote": as_user(identity="' OR 1=1 --"),
    "a NUL": as_user(identity="\0"),
    "an emoji": as_user(identity="\U0001f600", password="\U0001f600"),
    "long identity": as_user(identity="x" * 300),
    "identity of 255": as_user(identity="x" * 255),
    "identity of 256": as_user(identity="x" * 256),
    "identity of 255 two-byte letters": as_user(identity="ü" * 255),
    "long password": as_user(password="x" * 300),
    "password of 255": as_user(password="x" * 255),
    "password of 256": as_user(password="x" * 256),
    "password of 73": as_user(password="x" * 73),
    "identityField id": as_user(identityField="id"),
    "identityField username": as_user(identityField="username"),
    "identityField unknown": as_user(identityField="unknown"),
    "identityField in another case": as_user(identityField="EMAIL"),
    "identityField and blanks": {"identityField": "unknown"},
    "identityField and a wrong password": as_user(identityField="email", password="wrong password"),
    "long identityField": as_user(identityField="x" * 300),
    "all long": {name: "x" * 300 for name in ("identity", "password", "identityField")},
    "a number": as_user() | {"identity": 1},
    "a number as password": as_user() | {"password": 1},
    "a list": as_user() | {"identity": [USER.email]},
    "an object": as_user() | {"identity": {}},
    "a bool": as_user() | {"identity": True},
    "identityField a number": as_user() | {"identityField": 1},
    "a list as a whole": [],
    "a list with it": [as_user()],
    "a string as a whole": "x",
    "a number as a whole": 1,
    "null as a whole": None,
    "true as a whole": True,
}

BODIES_READ = ("auth-with-password", "request-password-reset", "confirm-password-reset")

UNREAD_TYPES = (
    "text/plain",
    "application/xml",
    "text/html",
    "application/octet-stream",
    "x",
    "",
    "text/json",
)


def sign_ins() -> Cases:
    """Sign-ins that are well formed."""
    for account in (SUPERUSER, USER):
        path = f"/api/collections/{account.collection}/auth-with-password"
        who = {"identity": account.email, "password": account.password}
        body = json.dumps(who)
        yield f"{path}", Ask("POST", path, body, (JSON,))
        yield f"{path} with Origin", Ask("POST", path, body, (JSON, ORIGIN))
        yield f"{path} form", Ask("POST", path, form(**who), (FORM,))
        yield f"{path} multipart", Ask("POST", path, multipart(**who), (MULTIPART,))
        payload = multipart(**{"@jsonPayload": body})
        yield f"{path} multipart with @jsonPayload", Ask("POST", path, payload, (MULTIPART,))
        for query in ("fields=token", "fields=record.id,record.email", "fields=*", "fields=record.*"):
            yield f"{path}?{query}", Ask("POST", f"{path}?{query}", body, (JSON,))
        for query in ("expand=x", "expand=a.b,c", "fields=record.email:excerpt(3,true),token", "fields=nope"):
            yield f"{path}?{query}", Ask("POST", f"{path}?{query}", body, (JSON,))
        for token in ("user", "superuser", "expired"):
            headers = (JSON, signed(f"{{{token}}}"))
            yield f"{path} signed in as {token}", Ask("POST", path, body, headers)
    for name in ("USERS", "Users", "_pb_users_auth_"):
        path = f"/api/collections/{name}/auth-with-password"
        yield path, Ask("POST", path, json.dumps(as_user()), (JSON,))
    path = "/api/collections/users/auth-with-password"
    variants = {
        "identityField email": as_user(identityField="email"),
        "identityField blank": as_user(identityField=""),
        "identityField null": as_user() | {"identityField": None},
        "extra fields": as_user(other="x", createData="y"),
        "upper-case keys": {"IDENTITY": USER.email, "Password": USER.password},
    }
    for name, values in variants.items():
        yield f"sign in with {name}", Ask("POST", path, json.dumps(values), (JSON,))
    yield (
        "sign in with charset",
        Ask("POST", path, json.dumps(as_user()), (typed("application/json; charset=utf-8"),)),
    )
    spaced = f"\n\t {json.dumps(as_user(), indent=4)}\n\n"
    yield "sign in with white space around", Ask("POST", path, spaced, (JSON,))
    yield (
        "sign in with a repeated key",
        Ask(
            "POST",
            path,
            f'{{"identity":"x","identity":"{USER.email}","password":"{USER.password}"}}',
            (JSON,),
        ),
    )


def refused_sign_ins() -> Cases:
    """Sign-ins that both refuse, for what is in the body."""
    path = "/api/collections/users/auth-with-password"
    for name, body in REFUSED.items():
        yield f"sign in with {name}", Ask("POST", path, json.dumps(body), (JSON,))
    for collection in ("unknown", "_params", "_PB_users_auth_", "_otps", "%20"):
        other = f"/api/collections/{collection}/auth-with-password"
        yield f"sign in to {collection}", Ask("POST", other, json.dumps(as_user()), (JSON,))
    yield "sign in to an unknown collection with nothing", Ask("POST", path.replace("users", "unknown"))


def malformed_bodies() -> Cases:
    """Bodies that are not what their type says, or of no type that is read."""
    good = json.dumps(as_user())
    for action in BODIES_READ:
        path = f"/api/collections/users/{action}"
        texts: dict[str, str | bytes] = {
            "no body": b"",
            "no JSON": b"x",
            "half a JSON": b'{"identity":"',
            "JSON and more": good + "x",
            "two JSONs": good + good,
            "a comma too many": b'{"identity":"x",}',
            "single quotes": b"{'identity':'x'}",
            "bytes that are no UTF-8": b'{"identity":"\xff\xfe","email":"\xff","token":"\xff"}',
            "half a surrogate": b'{"identity":"\\ud800","password":"x","email":"\\ud800","token":"\\ud800"}',
            "a byte order mark": b"\xef\xbb\xbf{}",
            "deep brackets": b"[" * 20_000,
            "deep brackets that close": b"[" * 20_000 + b"]" * 20_000,
            "NaN": b'{"identity":NaN}',
            "white space": b" \n ",
        }
        for name, text in texts.items():
            yield f"{action} with {name}", Ask("POST", path, text, (JSON,))
        for kind in UNREAD_TYPES:
            yield f"{action} as {kind!r}", Ask("POST", path, good, (typed(kind),))
        yield f"{action} without a type", Ask("POST", path, good)
        yield f"{action} without type or body", Ask("POST", path)
        yield f"{action} as APPLICATION/JSON", Ask("POST", path, good, (typed("APPLICATION/JSON"),))
        yield f"{action} as merge patch", Ask("POST", path, good, (typed("application/merge-patch+json"),))
        yield f"{action} JSON sent as a form", Ask("POST", path, good, (FORM,))
        yield f"{action} a form sent as JSON", Ask("POST", path, form(**as_user()), (JSON,))
        yield f"{action} an empty form", Ask("POST", path, b"", (FORM,))
        yield f"{action} a form of nonsense", Ask("POST", path, b"%zz&=&;=", (FORM,))
        yield f"{action} multipart without boundary", Ask("POST", path, b"x", (typed("multipart/form-data"),))
        yield f"{action} multipart of nonsense", Ask("POST", path, b"x", (MULTIPART,))
        yield f"{action} an empty multipart", Ask("POST", path, b"--line--\r\n", (MULTIPART,))
        half = b'--line\r\nContent-Disposition: form-data; name="identity"\r\n\r\nx'
        yield f"{action} half a multipart", Ask("POST", path, half, (MULTIPART,))


def forms() -> Cases:
    """Forms that are odd, but not all of them broken."""
    whole = form(**as_user())
    bodies: dict[str, str | bytes] = {
        "a semicolon": f"{whole}&x=;",
        "a broken escape": f"{whole}&%zz",
        "names in capitals": whole.replace("identity", "IDENTITY"),
        "bytes that are no UTF-8": b"identity=%ff&password=\xff",
        "JSON in a part": whole.replace("identity=", "@jsonPayload={}&identity="),
        "JSON that is broken": f'{whole}&@jsonPayload={{"identity":',
        "JSON and more": f'{whole}&@jsonPayload={{"identity":"x"}}x',
        "JSON that counts last": f'{whole}&@jsonPayload={{"identity":"x"}}',
        "a name twice": f"identity=x&{whole}",
        "the other name twice": f"{whole}&identity=x",
    }
    for action in BODIES_READ:
        path = f"/api/collections/users/{action}"
        for name, body in bodies.items():
            yield f"{action} form with {name}", Ask("POST", path, body, (FORM,))
        for kind, both in ((FORM, form), (MULTIPART, multipart)):
            start = f"{action} {kind[1][:12]}"
            body = both(identity=USER.email, password=USER.password)
            yield f"{start} and query", Ask("POST", f"{path}?identity=x&email=x", body, (kind,))
            query = f"identity={USER.email}&token=x&email=y"
            half = both(password=USER.password)
            yield f"{start} half in the query", Ask("POST", f"{path}?{query}", half, (kind,))
        mixed = typed("multipart/mixed; boundary=line")
        yield f"{action} multipart/mixed", Ask("POST", path, multipart(identity=USER.email), (mixed,))


def keys() -> Cases:
    """JSON whose keys are written otherwise, or stand in it more than once."""
    path = "/api/collections/users/auth-with-password"
    good = json.dumps(as_user())
    bodies = {
        "a long s": good.replace("password", "pa\u017f\u017fword"),
        "a dotless i": good.replace("identity", "\u0131dentity"),
        "an i with a dot": good.replace("identity", "\u0130dentity"),
        "the same in another case": f'{{"identity":"x",{good[1:].replace("identity", "Identity")}',
        "the other first": f'{good[:-1].replace("identity", "Identity")},"identity":"x"}}',
        "snake case": good.replace("identity", "identity_"),
    }
    for name, body in bodies.items():
        yield f"sign in with {name} in a key", Ask("POST", path, body, (JSON,))


def xml() -> Cases:
    """XML, in which elements have the names of the fields in Go."""
    user = f"<Identity>{USER.email}</Identity><Password>wrong password</Password>"
    rest = "<Token>x</Token><PasswordConfirm>y</PasswordConfirm><Email>x</Email>"
    whole = f"<a>{user}{rest}</a>"
    entity = '<!DOCTYPE a [<!ENTITY x "y">]>'
    bodies: dict[str, str | bytes] = {
        "all of it": whole,
        "the right password": whole.replace("wrong password", USER.password),
        "a declaration": f'<?xml version="1.0" encoding="UTF-8"?>{whole}',
        "another encoding": f'<?xml version="1.0" encoding="latin1"?>{whole}',
        "another version": f'<?xml version="1.1"?>{whole}',
        "small letters": whole.lower(),
        "nothing": "<a/>",
        "attributes": "<a Identity='x' Password='y' Email='z'/>",
        "an entity": f"{entity}<a><Identity>&x;</Identity><Email>&x;</Email><Token>&x;</Token></a>",
        "an unknown entity": "<a><Identity>&x;</Identity></a>",
        "a number of a letter": whole.replace("@", "&#64;"),
        "the number of no letter": "<a><Identity>&#0;</Identity></a>",
        "what follows": f"{whole} and <more",
        "two of it": f"{whole}<a/>",
        "text before": f"words{whole}",
        "a name twice": whole.replace("<a>", "<a><Identity>x</Identity>"),
        "a part in a value": whole.replace("@", "<b>x</b>@"),
        "a value in a part": f"<a><b>{user}{rest}</b></a>",
        "a name space": whole.replace("<a>", '<a xmlns="urn:x">'),
        "a prefix": whole.replace("Identity", "p:Identity"),
        "spaces": whole.replace(USER.email, f" {USER.email} "),
        "a section": whole.replace(USER.email, f"<![CDATA[{USER.email}]]>"),
        "a comment": whole.replace("@", "<!-- x -->@"),
        "an end that is missing": whole[:-4],
        "an end of another": whole.replace("</Identity>", "</Other>"),
        "no UTF-8": b"<a><Identity>\xff</Identity></a>",
        "white space alone": " \n",
        "no element": "<?xml version='1.0'?>",
    }
    for action in BODIES_READ:
        path = f"/api/collections/users/{action}"
        for name, body in bodies.items():
            yield f"{action} XML with {name}", Ask("POST", path, body, (typed("application/xml"),))
        yield f"{action} text/xml", Ask("POST", path, whole, (typed("text/xml; charset=utf-8"),))
    for kind in ("application/xml", "text/xml"):
        yield (
            f"refresh with {kind}",
            Ask("POST", "/api/collections/users/auth-refresh", "<a/>", (typed(kind), signed("{user}"))),
        )
        yield (
            f"create with {kind}",
            Ask("POST", "/api/collections/users/records", "<a/>", (typed(kind), signed("{superuser}"))),
        )
