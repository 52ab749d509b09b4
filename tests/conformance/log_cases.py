"""What is asked of /api/logs and of what else superusers look after."""

from collections.abc import Iterator
from urllib.parse import urlencode

from tests.conformance.peers import Ask
from tests.conformance.settings_cases import JSON, TOKEN

LOGS, STATS = "/api/logs", "/api/logs/stats"
# Requests whose addresses hold this are looked for afterwards.
MARK = "marked-zz"
# Refused questions of the log name the mark too, and either server may have written some of them already.
MARKED = f"(data.url~'{MARK}' && data.url!~'/api/logs')"
SHOWN = ",".join(
    (
        "level,message,items",
        *(f"data.{name}" for name in ("status", "auth", "url", "method", "type", "error", "details")),
        *(f"data.{name}" for name in ("referer", "userAgent", "userIP", "remoteIP")),
    )
)
FILTERS = (
    *("data.status=404", "data.status>400", "data.status='404'", "data.status~'40'", "data.status>'a'"),
    *("data.status=true", "data.status!=404", "data.auth='_superusers'", "data.auth!=''", "data.auth=''"),
    *("data.auth?='_superusers'", "data.nope=''", "data.nope!=''", "data.nope=null", "data.nope!=null"),
    *("data.error~'found'", "data.error!=data.nope", "data.error=data.auth", "data.execTime>0"),
    *("data.details.a.b!=''", "data.details.a.b:lower!=''", "data.details=null", "data.details.0=1"),
    *("data~'marked'", "data!=''", "data.0=1", "data.type:lower='request'", "'x'~data.nope", "data.nope~'x'"),
    *("data.nope!~'x'", "data.nope>1", "data.nope<=null", "null=data.nope", "level>0", "level=8//x"),
    *("level>=8 && data.status>400", "created>'2020'", "created>@now", "message~'health'", "id='x'", "id=''"),
    "1=1",
)
BAD_FILTERS = (
    *("rowid>3", "rowid=3", "updated>''", "data.=1", "data", "bad(", "data.a-b=1", "level:lower='8'"),
    *("@request.auth.id!=''", "@collection.users.id=''", "nothing = 1", "data =", "(1 = 1", "level = 'x' &&"),
    *(" || ".join(["level=8"] * 201), "level=77"),
)
SORTS = (
    *("message,@rowid", "-level,@rowid", "data.auth,@rowid", "created,@rowid", "nothing", "data.", "-"),
    *("rowid", "updated", "id,id,id,id,id,id,id,id,id", "@rowid,", " @rowid", "+@rowid", "-@rowid"),
)
PAGES = (
    *({name: "x"} for name in ("page", "perPage", "skipTotal")),
    *({"page": page} for page in ("1.5", "+1", "0", "-1", "9" * 20)),
    *({"perPage": most} for most in ("0", "-5", "1000", "5000")),
    {"skipTotal": "1"},
)
CRONS = ("__pbLogsCleanup__", "__pbDBOptimize__", "__pbMFACleanup__", "__pbOTPCleanup__", "nothing", "a%2Fb")
BACKUP = "/api/backups/nothing.zip"


def asked(path: str, **parameters: str) -> Ask:
    """Return a question of a superuser."""
    return Ask("GET", f"{path}?{urlencode(parameters)}", headers=(TOKEN,))


def marked() -> Iterator[Ask]:
    """Yield requests that are looked for afterwards."""
    for number in range(3):
        token = (TOKEN,) if number == 2 else ()
        agent = (("User-Agent", f"agent {number}"), ("Referer", f"http://there/{number}"))
        yield Ask("GET", f"/api/nowhere?{MARK}={number}", headers=(*token, *agent))
        yield Ask("GET", f"/api/health?{MARK}={number}", headers=agent)
        yield Ask("GET", f"/api/collections/users/auth-methods?{MARK}={number}", headers=agent)
    yield Ask("POST", f"/api/batch?{MARK}=1", "{}", (JSON,))
    yield Ask("GET", f"/api/collections/users/records?{MARK}=1&fields=email&sort=email", headers=(TOKEN,))
    yield Ask(
        "GET", f"/api/collections/users/records?{MARK}=a%20%C3%A9&filter=id%3D%27x%27", headers=(TOKEN,)
    )
    yield Ask("OPTIONS", f"/api/health?{MARK}=1")
    yield asked(LOGS, filter=MARKED)


def questions() -> dict[str, Ask]:
    """Return what is asked of the log, by what it is."""
    asks: dict[str, Ask] = {}
    for wanted in FILTERS:
        asks[wanted] = asked(LOGS, filter=f"{MARKED} && ({wanted})", fields=SHOWN, sort="@rowid")
    for wanted in BAD_FILTERS:
        asks[f"bad {wanted[:40]}"] = asked(LOGS, filter=wanted, perPage="1")
        asks[f"stats {wanted[:40]}"] = asked(STATS, filter=wanted)
    for sort in SORTS:
        asks[f"sort {sort}"] = asked(LOGS, filter=MARKED, sort=sort, fields="message,data.auth")
    for page in PAGES:
        asks[f"page {page}"] = asked(LOGS, filter=MARKED, sort="@rowid", fields="message", **page)
    asks["a long filter"] = asked(LOGS, filter=f"message='{'x' * 3500}'")
    asks["stats of a long filter"] = asked(STATS, filter=f"level=77 && message!='{'x' * 20_000}'")
    for count in (200, 201):
        asks[f"stats of {count} parts"] = asked(STATS, filter=" && ".join(["level=77"] * count))
    asks["stats"] = asked(STATS, filter=MARKED, fields="total")
    asks["no stats"] = asked(STATS, filter="level=77")
    for path in (LOGS, STATS, f"{LOGS}/{'x' * 15}", f"{LOGS}/"):
        for method in ("GET", "POST", "PATCH", "DELETE", "HEAD"):
            if (method, path) not in (("GET", LOGS), ("GET", STATS), ("HEAD", STATS)):
                asks[f"{method} {path}"] = Ask(method, path, headers=(TOKEN,))
        asks[f"a stranger, {path}"] = Ask("GET", path)
        asks[f"a user, {path}"] = Ask("GET", path, headers=(("Authorization", "{user}"),))
    return asks


def chores() -> dict[str, Ask]:
    """Return what is asked of crons, backups, batches and redirects, by what it is."""
    asks: dict[str, Ask] = {"fields": asked("/api/crons", fields="id")}
    tokens = {"superuser": (TOKEN,), "user": (("Authorization", "{user}"),), "stranger": ()}
    for who, token in tokens.items():
        asks[f"crons, {who}"] = Ask("GET", "/api/crons", headers=token)
        for cron in CRONS:
            asks[f"{cron}, {who}"] = Ask("POST", f"/api/crons/{cron}", headers=token)
        for method, path in (
            ("GET", "/api/backups"),
            ("PUT", "/api/backups"),
            ("POST", "/api/backups/upload"),
            ("GET", BACKUP),
            ("HEAD", BACKUP),
            ("POST", BACKUP),
            ("GET", f"{BACKUP}?token=x"),
            ("POST", f"{BACKUP}/restore"),
        ):
            asks[f"{method} {path}, {who}"] = Ask(method, path, headers=token)
        for body in ("", "{}", "{", '{"requests":[{"method":"GET","url":"/api/health"}]}'):
            asks[f"a batch {body}, {who}"] = Ask("POST", "/api/batch", body, (*token, JSON))
    for body in ('{"name":"X"}', '{"name":"a/b.zip"}', '{"name":1}', "{", f'{{"name":"{"a" * 160}.zip"}}'):
        asks[f"a backup {body[:30]}"] = Ask("POST", "/api/backups", body, (TOKEN, JSON))
    for method in ("GET", "POST", "PUT", "HEAD", "DELETE"):
        asks[f"{method} redirect"] = Ask(method, "/api/oauth2-redirect")
        asks[f"{method} health"] = Ask(method, "/api/health", headers=(TOKEN,))
    asks["a state"] = Ask("GET", "/api/oauth2-redirect?state=a&code=b")
    asks["GET cron"] = Ask("GET", "/api/crons/__pbMFACleanup__", headers=(TOKEN,))
    asks["DELETE cron"] = Ask("DELETE", "/api/crons/__pbMFACleanup__", headers=(TOKEN,))
    return asks


def forwarded() -> list[tuple[str, list[Ask]]]:
    """Return settings of trusted proxies, and health checks whose answers say who the client is."""

    def check(**headers: str) -> Ask:
        sent = tuple((name.replace("_", "-"), value) for name, value in headers.items())
        return Ask("GET", "/api/health", headers=(TOKEN, *sent))

    chains = ("1.1.1.1", "1.1.1.1, 2.2.2.2", "x, y", "::1, 2001:db8::1", "", "1.1.1.1:80", "fe80::1%eth0")
    more = ("::ffff:1.2.3.4", "x, 2.2.2.2", "2.2.2.2,,")
    return [
        (
            '{"trustedProxy": {"headers": ["X-Forwarded-For"], "useLeftmostIP": false}}',
            [
                *(check(X_Forwarded_For=chain) for chain in (*chains, *more)),
                check(CF_Connecting_IP="9.9.9.9"),
            ],
        ),
        (
            '{"trustedProxy": {"headers": ["X-Real-IP", "X-Forwarded-For"], "useLeftmostIP": true}}',
            [
                check(X_Forwarded_For="1.1.1.1, 2.2.2.2"),
                check(X_Real_IP="z", X_Forwarded_For="1.1.1.1, 2.2.2.2"),
                check(X_Real_IP="7.7.7.7"),
                check(X_Real_IP="7.7.7.7", X_Forwarded_For="8.8.8.8"),
                check(X_Forwarded_For="q, 2.2.2.2"),
            ],
        ),
    ]
