"""File fields: their options, what is taken up, and modifiers."""

from collections.abc import Iterator
from typing import Any

from tests.conformance.scenarios.steps import (
    SUPERUSER,
    File,
    Form,
    Raw,
    Scenario,
    Step,
    ask,
    changed,
    create,
    field,
    listed,
    made,
    update,
    view,
)
from tests.conformance.scenarios.tables import options

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de"
    "0000000c49444154789c63f8cfc0000003010100c9fe92ef0000000049454e44ae426082"
)
GIF = b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!\xf9\x04\x01\x00\x00\x00\x00,"
PDF = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


def scenarios() -> Iterator[Scenario]:
    """Options, names, types, sizes and numbers of files."""
    yield from _options()
    yield from _names()
    yield from _parts()
    yield from _limits()
    yield from _one()
    yield from _several()
    yield from _json()


def uploaded(*files: File, name: str = "f", status: int = 200, **rest: Any) -> Step:
    """Create a record with files."""
    return create(Form(tuple((name, file) for file in files)), status=status, **rest)


def _options() -> Iterator[Scenario]:
    yield options(
        "file options",
        "file",
        good=(
            {"maxSelect": 1, "maxSize": 100},
            {"maxSelect": 99, "maxSize": 0},
            {"mimeTypes": ["image/png", "text/plain"]},
            {"protected": True},
            {"mimeTypes": ["unknown/type"]},
        ),
        bad=(
            {"maxSelect": -1},
            {"maxSize": -1},
            {"maxSize": "100"},
            {"mimeTypes": "image/png"},
            {"protected": "yes"},
            {"maxSize": 9007199254740992},
        ),
    )
    yield options(
        "file options thumbs",
        "file",
        good=(
            {"thumbs": ["100x100", "0x50", "50x0", "10x10t", "10x10b", "10x10f"]},
            {"thumbs": []},
            {"thumbs": [""]},
        ),
        bad=(
            {"thumbs": ["100"]},
            {"thumbs": ["0x0"]},
            {"thumbs": ["10x10z"]},
            {"thumbs": ["-1x10"]},
            {"thumbs": ["10 x 10"]},
            {"thumbs": ["100x100", "bad"]},
            {"thumbs": "100x100"},
        ),
    )


NAMES = (
    "plain.txt",
    "With Space.TXT",
    "ünï çödé.txt",
    "日本.txt",
    "no_ending",
    ".hidden",
    "two.dots.tar.gz",
    "a" * 150 + ".txt",
    "x.txt.exe",
    "under_score-dash.txt",
    "quote%27s.txt",
    "CON.txt",
    "a.TXT~",
    "ab.verylongending",
    "%2e%2e%2fetc.txt",
    "../../up.txt",
    "/abs/path.txt",
    "..\\\\back.txt",
    "..",
)


def _names() -> Iterator[Scenario]:
    yield Scenario(
        "file names",
        made(field("f", "file")),
        *(uploaded(File(name)) for name in NAMES),
        listed(sort="@rowid"),
    )
    yield Scenario(
        "file names without an ending take it from the content",
        made(field("f", "file")),
        uploaded(File("image", PNG, "image/png")),
        uploaded(File("image.txt", PNG, "text/plain")),
        uploaded(File("text", b"plain words")),
        uploaded(File("page", b"<!DOCTYPE html><html></html>")),
        uploaded(File("data", b'{"a": 1}')),
        uploaded(File("doc", PDF)),
        uploaded(File("bytes", bytes(range(256)), "application/octet-stream")),
        uploaded(File("gif", GIF, "image/gif")),
        listed(sort="@rowid"),
    )


DISPOSITIONS = (
    "",
    "; name=f; filename=x.txt",
    "attachment; name=f; filename=x.txt",
    "form-data; name=f; filename=x.txt",
    "FORM-DATA ; NAME = f ; FILENAME = x.txt ;",
    "form-data/x; name=f; filename=x.txt",
    'form-data; name="f"; filename="x.txt',
    "form-data; name=f; filename=x y.txt",
    "form-data; name=f; filename=x.txt; x",
    "form-data; name=f; filename=x.txt; filename=y.txt",
    "form-data; name=f; filename=x.txt; filename=x.txt",
    "form-data; name=f; filename=x.txt;;",
    "form-data; name=f; filename=caf\xe9.txt",
    "form-data; name*=utf-8''f; filename=x.txt",
    "form-data; name*=latin1''f; filename=x.txt",
    "form-data; name=f; filename*=utf-8''%e2%82%ac.txt",
    "form-data; name=f; filename=x.txt; filename*=UTF-8'en'y.txt",
    "form-data; name=f; filename=x.txt; filename*=latin1''y.txt",
    "form-data; name=f; filename*0=x; filename*1=y.txt",
    "form-data; name=f; filename*0*=utf-8''x%20; filename*1=y.txt",
)
# What is no name of a file makes the part a text, and this one the name of no file there is.
TEXTS = (
    "form-data; name=f",
    'form-data; name=f; filename=""',
    "form-data; name=f; filename*=latin1''%e9.txt",
    "form-data; name=f; filename*=utf-8''%zz.txt",
    "form-data; name=f; filename*=x.txt",
)
NO_UTF_8 = ('form-data; name="f"; filename="x\xff.txt"', "form-data; name=f; filename*=utf-8''%ff.txt")
MORE = (
    ("Content-Type: text/plain; charset=nope", 200),
    ("Content-Type: text/\xff", 200),
    ("Content-Type: /", 200),
    ("Content-Transfer-Encoding: quoted-printable", 200),
    ("Content-Transfer-Encoding: base64", 200),
    ("Content-Disposition: form-data; name=title", 200),
    ("X A : b", 200),
    ("X-A: b\r\n c", 200),
    ("X-A: a\x01b", 400),
    ("no colon", 400),
    (": x", 400),
    ("X-\xff: x", 400),
)


def _part(*headers: str) -> Raw:
    lines = ("--line", *headers, "", "a=3Db", "--line--", "")
    return Raw("\r\n".join(lines).encode("latin-1"), "multipart/form-data; boundary=line")


def _parts() -> Iterator[Scenario]:
    yield Scenario(
        "file parts and what they call themselves",
        made(field("f", "file", maxSelect=9)),
        create(_part()),
        *(create(_part(f"Content-Disposition: {text}")) for text in DISPOSITIONS),
        *(create(_part(f"Content-Disposition: {text}"), status=400) for text in (*TEXTS, *NO_UTF_8)),
        create(Form((("f", File("a.txt")),)), keep={"first": "id"}),
        update("{first}", _part(f"Content-Disposition: {NO_UTF_8[0]}"), status=400),
        view("{first}"),
    )
    yield Scenario(
        "file parts and what else they say",
        made(field("f", "file", maxSelect=9), field("title")),
        *(
            create(_part(f"Content-Disposition: form-data; name={name}", more), status=status)
            for more, status in MORE
            for name in ("title", "f; filename=x.txt")
        ),
    )


def _limits() -> Iterator[Scenario]:
    yield Scenario(
        "file sizes",
        made(field("f", "file", maxSize=10)),
        uploaded(File("a.txt", b"1234567890")),
        uploaded(File("b.txt", b"12345678901"), status=400),
        uploaded(File("c.txt", b"")),
        listed(sort="@rowid"),
    )
    yield Scenario(
        "file without a limit has one of 5 MB",
        made(field("f", "file")),
        uploaded(File("a.txt", b"x" * (5 << 20))),
        uploaded(File("b.txt", b"x" * ((5 << 20) + 1)), status=400),
        listed(sort="@rowid"),
    )
    yield Scenario(
        "file types are those of the content",
        made(field("f", "file", mimeTypes=["image/png", "text/plain"], maxSelect=2)),
        uploaded(File("a.png", PNG, "image/png")),
        uploaded(File("b.txt", PNG, "text/plain")),
        uploaded(File("c.txt", b"words", "image/gif")),
        uploaded(File("d.png", GIF, "image/png"), status=400),
        uploaded(File("e.png", PDF, "image/png"), status=400),
        uploaded(File("f.png", b"<html></html>", "image/png"), status=400),
        uploaded(File("g.txt", b'{"a": 1}'), status=400),
        uploaded(File("h.png", PNG), File("i.gif", GIF), status=400),
        uploaded(File("j.svg", b'<svg xmlns="http://www.w3.org/2000/svg"/>', "image/svg+xml"), status=400),
        listed(sort="@rowid"),
    )
    yield Scenario(
        "file required",
        made(field("f", "file", required=True), field("n")),
        create({"n": "a"}, status=400),
        create(Form((("n", "a"),)), status=400),
        create(Form((("f", ""),)), status=400),
        uploaded(File("a.txt"), keep={"first": "id"}),
        update("{first}", {"f": ""}, status=400),
        update("{first}", {"f": None}, status=400),
        update("{first}", {"n": "b"}),
        view("{first}"),
    )


def _one() -> Iterator[Scenario]:
    yield Scenario(
        "file of one replaced and removed",
        made(field("f", "file", maxSelect=1), field("n")),
        uploaded(File("a.txt"), keep={"first": "id", "file": "f"}),
        update("{first}", {"n": "b", "f": "{file}"}),
        update("{first}", {"f": ["{file}"]}),
        update("{first}", {"f": "other.txt"}, status=400),
        update("{first}", {"f": "../{file}"}, status=400),
        update("{first}", Form((("f", File("b.txt")),)), keep={"second": "f"}),
        update("{first}", {"f": "{file}"}, status=400),
        ask("GET", "/api/files/{c}/{first}/{file}", who="", status=404),
        ask("GET", "/api/files/{c}/{first}/{second}", who="", seen=lambda reply: reply.body),
        update("{first}", {"f-": "{second}"}),
        update("{first}", Form((("f+", File("c.txt")),))),
        update("{first}", {"f": ""}),
        update("{first}", Form((("f", File("d.txt")), ("f", File("e.txt"))))),
        update("{first}", {"f": None}),
        view("{first}"),
    )


def _several() -> Iterator[Scenario]:
    yield Scenario(
        "file of several put to and taken from",
        made(field("f", "file", maxSelect=3)),
        uploaded(File("a.txt"), File("b.txt"), keep={"first": "id", "a": "f.0", "b": "f.1"}),
        uploaded(*(File(f"{name}.txt") for name in "abcd"), status=400),
        update("{first}", Form((("f+", File("c.txt")),)), keep={"third": "f.2"}),
        update("{first}", Form((("f+", File("d.txt")),)), status=400),
        update("{first}", {"f-": "{a}"}),
        update("{first}", {"f-": ["{b}", "unknown.txt"]}),
        update("{first}", Form((("+f", File("e.txt")),)), keep={"e": "f.0"}),
        update("{first}", {"f": ["{third}"]}),
        update("{first}", {"f": ["{third}", "{e}"]}, status=400),
        update("{first}", {"f": ["{third}", "made-up.txt"]}, status=400),
        update("{first}", {"f+": "made-up.txt"}, status=400),
        update("{first}", {"f+": "{third}"}),
        update("{first}", Form((("f", "{third}"), ("f", File("g.txt")))), keep={"g": "f.1"}),
        update("{first}", {"f": ["{g}", "{third}"]}),
        update("{first}", Form((("f", File("h.txt")), ("f-", "{third}")))),
        update("{first}", {"f": []}),
        view("{first}"),
    )
    yield Scenario(
        "file that another record has cannot be taken",
        made(field("f", "file", maxSelect=3)),
        uploaded(File("a.txt"), keep={"file": "f.0"}),
        uploaded(File("b.txt"), keep={"second": "id"}),
        create({"f": ["{file}"]}, status=400),
        update("{second}", {"f": ["{file}"]}, status=400),
        update("{second}", {"f+": ["{file}"]}, status=400),
        view("{second}"),
    )
    yield Scenario(
        "file field changed under records",
        made(field("f", "file", maxSelect=3)),
        uploaded(File("alpha.txt"), File("beta.txt")),
        uploaded(File("gamma.txt")),
        create({}),
        changed({"fields": [field("f", "file", maxSelect=1)]}),
        listed(sort="@rowid"),
        changed({"fields": [field("f", "file", maxSelect=2)]}),
        listed(sort="@rowid"),
        listed(filter="f ~ 'gamma_'", sort="@rowid"),
        listed(filter="f:length = 1", sort="@rowid"),
        listed(filter="f = ''", sort="@rowid"),
    )


def _json() -> Iterator[Scenario]:
    yield Scenario(
        "file beside a JSON payload",
        made(field("f", "file", maxSelect=2), field("n", "number"), field("j", "json")),
        create(
            Form((("@jsonPayload", '{"n": 5, "j": {"a": 1}}'), ("f", File("a.txt")))), keep={"first": "id"}
        ),
        create(Form((("@jsonPayload", '{"n": 5}'), ("@jsonPayload", '{"j": [1]}'), ("n", "6")))),
        create(Form((("@jsonPayload", "[1]"), ("f", File("b.txt")))), status=400),
        create(Form((("@jsonPayload", ""), ("f", File("c.txt")))), status=400),
        create(Form((("n", File("n.txt", b"7")), ("j", File("j.txt", b"{}"))))),
        create(Form((("unknown", File("u.txt")), ("n", "8")))),
        update("{first}", Form((("@jsonPayload", '{"f": []}'), ("f+", File("d.txt"))))),
        create(
            Raw(
                b'--line\r\nContent-Disposition: form-data; name="n"\r\n\r\n9\r\n',
                "multipart/form-data; boundary=line",
            ),
            status=400,
        ),
        create(Raw(b"--line--", "multipart/form-data"), status=400),
        listed(sort="@rowid", who=SUPERUSER),
    )
