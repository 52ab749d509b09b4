"""What is sent to /api/settings, by what it is about. A case is a body; each group is sent in its order."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias
from urllib.parse import urlencode

from tests.conformance.peers import Ask

Body: TypeAlias = Mapping[str, Any] | str | bytes

TOKEN = ("Authorization", "{superuser}")
JSON = ("Content-Type", "application/json")
FORM = ("Content-Type", "application/x-www-form-urlencoded")
PATH = "/api/settings"

SHAPES: Sequence[Body] = (
    {},
    "",
    "[]",
    '"x"',
    "{",
    "{}x",
    "{'meta':1}",
    b"\xef\xbb\xbf{}",
    ' \n{"logs":{"maxDays":3}}',
    '{"logs":{"maxDays":5}} trailing',
    {"nope": 1},
    {"SMTP": {"HOST": "upper.example.com"}},
    '{"smtp":{"host":"a.example.com"},"smtp":{"localName":"b.example.com"}}',
    {"smtp": None},
    {"smtp": []},
    {"smtp": {"host": 1}},
    {"smtp": {"enabled": 1}},
    {"smtp": {"enabled": None}},
    {"smtp": {"port": "1"}},
    {"smtp": {"port": 1.5}},
    '{"smtp":{"port":1.0}}',
    '{"smtp":{"port":1e2}}',
    '{"smtp":{"port":99999999999999999999}}',
    '{"logs":{"minLevel":-0}}',
    '{"logs":{"maxDays":9223372036854775807}}',
    '{"logs":{"maxDays":9223372036854775808}}',
    {"logs": {"logIP": "true"}},
    {"logs": {"maxDays": 5, "minLevel": 0}},
)
TEXTS: Sequence[Body] = (
    {"meta": {"appName": "", "appURL": "", "senderName": "", "senderAddress": ""}},
    {
        "meta": {
            "appName": "x" * 256,
            "appURL": "a b",
            "senderName": "y" * 256,
            "senderAddress": "abc",
        }
    },
    {"meta": {"appName": " "}},
    {"meta": {"appName": "é" * 127}},
    {"meta": {"appName": "é" * 128}},
    b'{"meta":{"appName":"\xff\xfe"}}',
    b'{"meta":{"appName":"a\x00b"}}',
    '{"meta":{"appName":"a\\u0000b"}}',
    '{"meta":{"appName":"\\ud800x\\udfff\\ud83d\\ude00"}}',
    '{"meta":{"appName":NaN}}',
    {"meta": {"hideControls": True}},
    {"meta": {"hideControls": "yes"}},
    {"meta": {"hideControls": False, "appName": "X"}},
)
SECRETS: Sequence[Body] = (
    {"smtp": {"password": "secret1", "username": "u"}},
    {"smtp": {"password": ""}},
    {"smtp": {"password": None}},
    {"s3": {"bucket": "b", "secret": "hidden", "forcePathStyle": True}},
    {"backups": {"s3": {"secret": "hidden"}}},
)
SERVERS: Sequence[Body] = (
    {"smtp": {"port": -1}},
    {"smtp": {"port": 0}},
    {"smtp": {"port": 70000}},
    {"smtp": {"enabled": True, "host": "", "port": 0}},
    {"smtp": {"authMethod": "x", "host": "a b", "localName": "c d", "port": -5}},
    {"smtp": {"authMethod": "plain"}},
    {"smtp": {"authMethod": "LOGIN", "port": 587}},
)
PARTS: Sequence[Body] = (
    {"logs": {"maxDays": -1}},
    {"logs": {"maxDays": 100000, "minLevel": -4}},
    {"batch": {"maxRequests": -1, "timeout": -1, "maxBodySize": -1}},
    {"batch": {"enabled": True, "maxRequests": 0, "timeout": 0}},
    {"batch": {"maxRequests": 10, "timeout": 5, "maxBodySize": 1000}},
    {"s3": {"enabled": True}},
    {"s3": {"endpoint": "not a url"}},
    {
        "s3": {
            "enabled": True,
            "bucket": "b",
            "region": "r",
            "endpoint": "no url",
            "accessKey": "k",
            "secret": "s",
        }
    },
    {"backups": {"s3": {"enabled": True, "endpoint": "x y"}}},
    {"backups": {"cron": "0 0 * * *", "cronMaxKeep": 0}},
    {"backups": {"cron": "", "cronMaxKeep": 0}},
    {"backups": {"cronMaxKeep": -1}},
    {"backups": {"cronMaxKeep": 3}},
)
ADDRESSES = (
    *(
        "localhost",
        "localhost:8090",
        "example.com",
        "ftp://x",
        "javascript:alert(1)",
        "http://",
        "http://a b",
    ),
    *("https://a.b/c?d=e#f", "http://[::1]:8090", "http://127.0.0.1:8090/", "mailto:a@b.c", "//x.y"),
    *("http://exa_mple.com", "http://x.c", "http://x.example.com"),
)
MAILS = (
    *("a@b", "a@b.c", "A B <a@b.c>", "a@[1.2.3.4]", "é@b.c", "a b@c.d", '"a b"@c.d', '"ab"@c.d', "a@b.c "),
    *("a@localhost", "support@example.com"),
)
HOSTS = (
    *("localhost", "127.0.0.1", "::1", "[::1]", "a_b.c", "-a.b", "a.b-", "exa mple", "x.", "1.2.3"),
    *("256.1.1.1", "a" * 64, "a" * 63, ("a" * 60 + ".") * 4 + "com", ("a" * 60 + ".") * 5 + "com", "é.com"),
    *("a..b", ".a", "*.b", "host:25", "fe80::1%eth0", "01.2.3.4", "a._", "a.b._", "x\n", "smtp.example.com"),
)
# Those that PocketBase takes switch on what AppOS has not.
CRONS = (
    *("x", "60 * * * *", "*/0 * * * *", "*/60 * * * *", "a * * * *", "1-0 * * * *", "5/2 * * * *"),
    *("1-2-3 * * * *", "*/2/3 * * * *", "@Daily", "* 24 * * *", "* * 0 * *", "* * * 13 *", "* * * * 7"),
    *("70-80 * * * *", "1-99 * * * *", "*/x * * * *", "1,2,x * * * *", "  * * *", "-1 * * * *"),
    *("+1 * * * x", "99999999999999999999 * * * *", "1- * * * *"),
)
LABELS = (
    *("*", "users:list", "users:list:x", "POST /api/", "POST /api/x?y", "/a b", "/api/é", "tag", "ta-g"),
    *("GET  /a", "*:*", "users:*", "  ", "post /x", "/", "/api/%20", "GET /api/{x}", "*:auth\n", "é:list"),
)
AUDIENCES = ("@guest", "@auth", "@Auth", "guest", "")


def rule(label: str, audience: str = "", duration: int = 1, most: int = 1) -> dict[str, Any]:
    """Return a rate limit as it is sent."""
    return {"label": label, "audience": audience, "duration": duration, "maxRequests": most}


FIRST_RULES = (
    rule("*:auth", "", 3, 2),
    rule("*:create", "", 5, 20),
    rule("/api/batch", "", 1, 3),
    rule("/api/", "", 10, 300),
)
LISTS_OF_RULES: Sequence[object] = (
    [{"label": "x:y"}],
    [{"label": "a:b", "duration": 7, "maxRequests": 9}, {}],
    FIRST_RULES,
    [{"label": "x:y"}, {"maxRequests": 5}],
    [],
    None,
    FIRST_RULES[:1] * 2,
    [rule("*:auth"), rule("*:auth", "@guest")],
    [rule("*:auth", "@auth"), rule("*:auth", "@guest")],
    [rule("/api/"), rule("/api/batch")],
    [rule(""), rule("")],
    [rule("", "x", -1, -1), rule("a b", "", 0, 0)],
    [None],
    [1],
    [[]],
    [{"label": 1}],
    {"label": "x"},
    "x",
    FIRST_RULES,
)
NO_RULES: Sequence[object] = ([], None)
PROXIES: Sequence[object] = (
    {"headers": ["X-Forwarded-For"]},
    {"headers": ["A", "B"], "useLeftmostIP": True},
    {"headers": ["C"]},
    {"headers": [None]},
    {"headers": ["", "x y", "é"]},
    {"headers": [1]},
    {"headers": "x"},
    {"headers": None},
    {"headers": [], "useLeftmostIP": False},
)
PORTS = (
    *("x", "", "0x10", "1_000", "010", "+5", " 5", "0b11", "0o17", "1__0", "_1", "08", "0", "587"),
    *("9223372036854775808", "1.0"),
)
XML: Sequence[str] = (
    "<Meta><AppName>one</AppName></Meta><Meta><SenderName>two</SenderName></Meta>",
    "<meta><AppName>x</AppName></meta><Meta AppName='x'><appName>x</appName></Meta>",
    "<Meta>words<AppName/></Meta>",
    "<Meta><AppURL>http://example.com</AppURL><AppUrl>x</AppUrl></Meta>",
    "<TrustedProxy><Headers>X-A</Headers><Headers>X-B</Headers></TrustedProxy>",
    "<TrustedProxy><Headers>X-<b>x</b>C</Headers><UseLeftmostIP> t </UseLeftmostIP></TrustedProxy>",
    "<RateLimits><Rules><Label>/a/</Label><Duration>5</Duration><MaxRequests>7</MaxRequests></Rules></RateLimits>",
    "<RateLimits><Rules/></RateLimits>",
    "<Logs><LogIP>x</LogIP></Logs>",
    "<Logs><LogIP/><MaxDays> 7 </MaxDays></Logs>",
    "<Logs><LogIP>1</LogIP><MaxDays>5</MaxDays></Logs>",
    "<SMTP><Host>h.example.com</Host><TLS>true</TLS><Port>+25</Port></SMTP><Smtp><Port>x</Port></Smtp>",
    "<SMTP><Port>1_0</Port></SMTP>",
    "<S3><Bucket>b</Bucket></S3><Backups><S3><Bucket>c</Bucket></S3></Backups>",
    "</a><b>",
)
FORMS: Sequence[Sequence[tuple[str, str]]] = (
    [("meta.appName", "form")],
    [("META.appName", "q")],
    [("appName", "z")],
    [("smtp.port", "26"), ("smtp.enabled", "t")],
    [("smtp.enabled", "")],
    [("smtp.enabled", "maybe")],
    [("trustedProxy.headers", "A"), ("trustedProxy.headers", "B")],
    [("s3.bucket", "bb"), ("backups.s3.bucket", "cc")],
    [("@jsonPayload", '{"logs":{"maxDays":9}}'), ("logs.maxDays", "8")],
    [("@jsonPayload", '{"logs":{"maxDays":9}}'), ("@jsonPayload", '{"logs":{"minLevel":4}}')],
    [("@jsonPayload", "{")],
    [("@jsonPayload", "{} x")],
    *([("smtp.port", port)] for port in PORTS),
)
PARTED = (
    b'--x\r\nContent-Disposition: form-data; name="meta.appName"\r\n\r\nmulti\r\n'
    b'--x\r\nContent-Disposition: form-data; name="@jsonPayload"\r\n\r\n{"logs":{"maxDays":4}}\r\n--x--\r\n'
)
TYPES = ("text/plain", "", "application/json; charset=x", "Application/JSON")

CHANGES: Mapping[str, Sequence[Body]] = {
    "shapes": SHAPES,
    "texts": TEXTS,
    "secrets": SECRETS,
    "mail servers": SERVERS,
    "parts": PARTS,
    "addresses": [{"meta": {"appURL": address}} for address in ADDRESSES],
    "senders": [{"meta": {"senderAddress": mail}} for mail in MAILS],
    "hosts": [{"smtp": {"host": host}} for host in HOSTS],
    "crons": [{"backups": {"cron": cron}} for cron in CRONS],
    "lists of rules": [{"rateLimits": {"rules": rules}} for rules in LISTS_OF_RULES],
    "no rules": [{"rateLimits": {"enabled": True, "rules": rules}} for rules in NO_RULES],
    "labels": [{"rateLimits": {"rules": [rule(label)]}} for label in LABELS],
    "audiences": [{"rateLimits": {"rules": [rule("a:b", audience)]}} for audience in AUDIENCES],
    "proxies": [{"trustedProxy": proxy} for proxy in PROXIES],
}

EMAIL, S3, APPLE = (f"{PATH}/{verb}" for verb in ("test/email", "test/s3", "apple/generate-client-secret"))
KEY = "-----BEGIN PRIVATE KEY-----\nabc\n-----END PRIVATE KEY-----"
NO_BODIES: Sequence[Body] = ({}, "", "{")
TRIALS: Sequence[tuple[str, Body]] = (
    *((verb, body) for verb in (EMAIL, S3, APPLE) for body in NO_BODIES),
    *((S3, {"filesystem": name}) for name in ("storage", "backups", "x", 1)),
    (APPLE, {"clientId": 1}),
    (APPLE, {"clientId": "a", "teamId": "b", "keyId": "c", "privateKey": "d", "duration": -1}),
    (
        APPLE,
        {
            "clientId": "a",
            "teamId": "b" * 10,
            "keyId": "c" * 10,
            "privateKey": KEY,
            "duration": 15777001,
        },
    ),
    (EMAIL, {"email": 1}),
    (EMAIL, {"email": "x", "template": "y", "collection": "z"}),
    (EMAIL, {"email": "a@b.c", "template": "verification", "collection": "x" * 256}),
    (EMAIL, {"email": "a" * 250 + "@b.cde", "template": "otp"}),
    (EMAIL, {"email": "a@b.c", "template": "otp", "collection": "_mfas"}),
)


def xml() -> list[Ask]:
    """Return changes that are sent as XML, and what ends them, for lists grow by them.

    With headers of other names, AppOS too takes no address from those of a proxy.
    """
    proxy = {"headers": ["A", "B"], "useLeftmostIP": False}
    end = json.dumps({"trustedProxy": proxy, "rateLimits": {"rules": []}})
    ends = Ask("PATCH", PATH, end, (TOKEN, JSON))
    kind = ("Content-Type", "application/xml")
    return [*(Ask("PATCH", PATH, f"<a>{text}</a>", (TOKEN, kind)) for text in XML), ends]


def forms() -> list[Ask]:
    """Return changes that are sent as forms, or as what is no JSON."""
    asks = [Ask("PATCH", PATH, urlencode(form), (TOKEN, FORM)) for form in FORMS]
    parted = ("Content-Type", "multipart/form-data; boundary=x")
    others = [Ask("PATCH", PATH, "{}", (TOKEN, ("Content-Type", kind))) for kind in TYPES]
    queried = f"{PATH}?meta.appName=query&logs.maxDays=6"
    broken = [
        Ask("PATCH", PATH, "meta.appName=x&%zz", (TOKEN, FORM)),
        Ask("PATCH", PATH, PARTED[:-12], (TOKEN, parted)),
        Ask("PATCH", PATH, "x", (TOKEN, ("Content-Type", "multipart/form-data"))),
    ]
    return [
        *asks,
        *(Ask("PATCH", path, PARTED, (TOKEN, parted)) for path in (PATH, queried)),
        Ask("PATCH", queried, "meta.appName=body", (TOKEN, FORM)),
        *broken,
        *others,
    ]


def visits() -> list[Ask]:
    """Return requests by whoever is no superuser, and with other methods."""
    paths = (PATH, EMAIL, S3, APPLE)
    strangers = [Ask(method, path) for path in paths for method in ("GET", "POST", "PATCH")]
    bad = Ask("GET", PATH, headers=(("Authorization", "bad"),))
    others = [
        Ask(method, path, "{}", (TOKEN, JSON)) for path in paths for method in ("PUT", "DELETE", "HEAD")
    ]
    return [*strangers, bad, *others, Ask("GET", f"{PATH}?fields=meta.appName,logs", headers=(TOKEN,))]
