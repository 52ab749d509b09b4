"""Fields of addresses: email and url; their options and values."""

from collections.abc import Iterator

from tests.conformance.scenarios.steps import Form, Scenario, create, field, listed, made, update
from tests.conformance.scenarios.tables import options, values


def scenarios() -> Iterator[Scenario]:
    """E-mail addresses and URLs."""
    for kind in ("email", "url"):
        yield from _domains(kind)
    yield from _email()
    yield from _url()


def _domains(kind: str) -> Iterator[Scenario]:
    yield options(
        f"{kind} options",
        kind,
        good=(
            {"onlyDomains": ["example.com"]},
            {"exceptDomains": ["example.com", "b.org"]},
            {"onlyDomains": [], "exceptDomains": []},
            {"onlyDomains": None},
            {"required": True},
            {"exceptDomains": [""]},
        ),
        bad=(
            {"onlyDomains": ["a.com"], "exceptDomains": ["b.com"]},
            {"onlyDomains": ["not a domain"]},
            {"exceptDomains": ["https://example.com"]},
            {"onlyDomains": "example.com"},
            {"onlyDomains": [1]},
        ),
    )
    start = "a@" if kind == "email" else "https://"
    yield values(
        f"{kind} of some domains only",
        {"type": kind, "onlyDomains": ["example.com", "b.org"]},
        good=(f"{start}example.com", f"{start}b.org", ""),
        bad=(
            f"{start}example.org",
            f"{start}sub.example.com",
            f"{start}EXAMPLE.com",
            f"{start}b.org.example",
        ),
    )
    yield values(
        f"{kind} of all but some domains",
        {"type": kind, "exceptDomains": ["example.com"]},
        good=(f"{start}example.org", f"{start}sub.example.com", f"{start}Example.com"),
        bad=(f"{start}example.com",),
    )
    yield values(
        f"{kind} required",
        {"type": kind, "required": True},
        good=(f"{start}example.com",),
        bad=("", None, " ", "x"),
    )


def _email() -> Iterator[Scenario]:
    yield values(
        "email of every form",
        {"type": "email"},
        good=(
            "a@b.co",
            "a.b+c@example.com",
            "A@Example.COM",
            "a_b-c@sub.example.org",
            "1@2.de",
            "ü@example.com",
        ),
        bad=(
            "a",
            "a@",
            "@b.co",
            "a@b",
            "a b@c.de",
            "a@b@c.de",
            "a@b..de",
            ".a@b.de",
            "a.@b.de",
            "Name <a@b.de>",
            " a@b.de",
            "a@b.de ",
            "a@b.de\n",
            "a@[127.0.0.1]",
            '"a b"@c.de',
        ),
    )
    yield values(
        "email of a length",
        {"type": "email"},
        good=("a" * 65 + "@example.com", "a@" + "b" * 64 + ".com", "a@" + "b." * 150 + "com"),
        bad=("a@" + "b" * 70, "a" * 300),
    )
    yield Scenario(
        "email fields of a base collection are shown",
        made(field("f", "email"), field("email", "email"), field("hidden", "email", hidden=True)),
        create({"f": "a@example.com", "email": "b@example.com", "hidden": "c@example.com"}, who=""),
        create(Form((("f", "a@example.com"), ("email", "wrong"))), status=400),
        create({"f": "A@EXAMPLE.COM"}, keep={"upper": "id"}),
        update("{upper}", {"f+": "x"}),
        listed(filter="f = 'a@example.com'", who=""),
        listed(filter="f:lower = 'a@example.com'", sort="@rowid"),
        listed(filter="f ~ 'EXAMPLE'", sort="@rowid"),
    )


def _url() -> Iterator[Scenario]:
    yield values(
        "url of every form",
        {"type": "url"},
        good=(
            "http://a.de",
            "https://example.com/a?b=c#d",
            "https://user:password@example.com:8080",
            "ftp://example.com",
            "http://localhost",
            "http://127.0.0.1:80",
            "http://[::1]/",
            "https://münchen.de",
            "mailto:a@b.de",
            "example.com",
        ),
        bad=(
            "a",
            "http://",
            "http:///a",
            "//example.com",
            "/path",
            "http://a b.de",
            "http://a.de/ b",
            "javascript:alert(1)",
            "http://.de",
            "http://a..de",
            " http://a.de",
        ),
    )
    yield values(
        "url of a length",
        {"type": "url"},
        good=("https://example.com/" + "a" * 1900, "https://" + "a" * 300 + ".com"),
        bad=("https://example.com/" + "a" * 3000,),
    )
