"""Files as they are fetched: whole, in part, as thumbs, and when they are protected, by everybody.

Names, types by content, and every form of thumb and of range are compared in `test_files_oracle.py`.
"""

import io
from collections.abc import Iterator
from typing import Any, Final

from PIL import Image

from tests.conformance.peers import Reply
from tests.conformance.scenarios.accounts import PAST, account, accounts, auth_token, token
from tests.conformance.scenarios.steps import (
    NOTHING,
    OTHER,
    OWNER,
    STRANGER,
    SUPERUSER,
    File,
    Form,
    Scenario,
    Step,
    ask,
    changed,
    create,
    delete,
    field,
    made,
    update,
)
from tests.file_samples import picture

EVERYBODY: Final = (STRANGER, OWNER, OTHER, SUPERUSER)
FILES: Final = "/api/files/{c}"
TEXT: Final = File("notes.txt", b"the text of the notes\n")
PICTURE: Final = File("picture.png", picture("PNG", 60, 40), "image/png")
SIZES: Final = ["20x10", "20x10t", "20x10b", "20x10f", "0x15", "30x0"]


def scenarios() -> Iterator[Scenario]:
    """Fetching what is there, what is not, and what is not for everybody."""
    yield from _whole()
    yield from _thumbs()
    yield from _missing()
    yield from _gone()
    yield from _protected()
    yield from _tokens()


def fetched(path: str, *, who: str = STRANGER, status: int = 200, **rest: Any) -> Step:
    """Fetch a file by its record and name."""
    return ask("GET", f"{FILES}/{path}", who=who, status=status, **rest)


def _put(name: str, file: File, record: str, **rest: Any) -> Step:
    return create(Form((("id", record), (name, file))), keep={name: name}, **rest)


def _image(reply: Reply) -> object:
    """The format and size of an image: its bytes depend on who made it smaller."""
    if reply.status != 200:
        return reply.body
    with Image.open(io.BytesIO(reply.body.encode(errors="surrogateescape"))) as image:
        return image.format, list(image.size)


def _whole() -> Iterator[Scenario]:
    text = "filesrecord0001/{text}"
    yield Scenario(
        "a text fetched",
        made(field("text", "file")),
        _put("text", TEXT, "filesrecord0001"),
        *(fetched(text, who=who) for who in EVERYBODY),
        ask("HEAD", f"{FILES}/{text}", who=STRANGER),
        ask("GET", "/api/files/{cId}/" + text, who=STRANGER),
        *(fetched(text, query={"download": value}) for value in ("1", "true", "0", "false", "", "x")),
        *(
            fetched(text, headers={"Range": value}, status=status)
            for value, status in {
                "bytes=0-3": 206,
                "bytes=4-": 206,
                "bytes=-5": 206,
                "bytes=99-": 416,
            }.items()
        ),
        fetched(text, headers={"If-Modified-Since": "Wed, 01 Jan 2020 00:00:00 GMT"}),
        fetched(text, headers={"If-Modified-Since": "Fri, 01 Jan 2100 00:00:00 GMT"}, status=304),
        fetched(text, headers={"If-None-Match": "*"}, status=304),
        fetched(text, headers={"If-None-Match": '"other"'}),
        fetched(text, headers={"Origin": "https://example.org"}),
        *(ask(method, f"{FILES}/{text}", who=SUPERUSER, status=404) for method in ("POST", "PUT", "DELETE")),
        changed({"viewRule": None}),
        fetched(text),
    )


def _thumbs() -> Iterator[Scenario]:
    asked = [*SIZES, "100x100", "0x0", "20x11", "20x10x", "x", "-1x5", "20", ""]
    image = "thumbsrecord001/{image}"
    yield Scenario(
        "thumbs fetched",
        made(field("image", "file", thumbs=SIZES)),
        _put("image", PICTURE, "thumbsrecord001"),
        *(fetched(image, query={"thumb": size}, seen=_image) for size in asked),
        fetched(image, query={"thumb": "20x10", "download": "1"}, seen=_image),
        fetched(image, query={"thumb": "20x10"}, seen=_image),
        changed({"fields": [{"name": "image", "type": "file", "thumbs": []}]}),
        fetched(image, query={"thumb": "30x0"}, seen=_image),
    )
    yield Scenario(
        "thumbs of what is no image",
        made(field("text", "file", thumbs=SIZES)),
        _put("text", TEXT, "thumbsrecord002"),
        *(fetched("thumbsrecord002/{text}", query={"thumb": size}) for size in ("20x10", "100x100", "5x5")),
        create(
            Form((("id", "thumbsrecord003"), ("text", File("broken.png", PICTURE.content[:60])))),
            keep={"text": "text"},
        ),
        fetched("thumbsrecord003/{text}", query={"thumb": "20x10"}),
    )


def _missing() -> Iterator[Scenario]:
    one = "missingrecord01"
    paths = {
        f"{one}/nothing.txt": 404,
        f"{one}/{{text}}.txt": 404,
        f"{one}/": 404,
        one: 404,
        "": 404,
        f"{'x' * 15}/{{text}}": 404,
        f"{one}/..%2f{one}%2f{{text}}": 404,
        f"{one}/%2e%2e%2f%2e%2e%2fdata.db": 404,
        f"{one}/{{text}}.attrs": 404,
        f"{one}/thumbs_{{text}}/20x10_{{text}}": 404,
        f"{one}/{{text}}/more": 404,
        f"%2e%2e/{one}/{{text}}": 404,
    }
    yield Scenario(
        "files that are not there",
        made(field("text", "file")),
        _put("text", TEXT, one),
        *(fetched(path, status=status) for path, status in paths.items()),
        ask("GET", f"/api/files/nothing/{one}/{{text}}", who=STRANGER, status=404),
        ask("GET", "/api/files/", who=STRANGER, status=404),
        ask("GET", "/api/files", who=STRANGER, status=404),
    )


def _gone() -> Iterator[Scenario]:
    one = "goneoffiles0001"
    new = Form((("text", File("new.txt", b"new")),))
    yield Scenario(
        "files that are gone",
        made(field("text", "file"), field("more", "file", maxSelect=3)),
        _put("text", TEXT, one),
        update(one, new, keep={"new": "text"}),
        fetched(f"{one}/{{text}}", status=404),
        fetched(f"{one}/{{new}}"),
        update(one, {"text": "{text}"}, status=400),
        update(one, {"text": ""}),
        fetched(f"{one}/{{new}}", status=404),
        update(
            one,
            Form((("more", File("first.txt", b"first")), ("more", File("second.txt", b"second")))),
            keep={"first": "more.0", "second": "more.1"},
        ),
        update(one, {"more-": "{first}"}),
        fetched(f"{one}/{{first}}", status=404),
        fetched(f"{one}/{{second}}"),
        delete(one),
        fetched(f"{one}/{{second}}", status=404),
    )


def _protected() -> Iterator[Scenario]:
    one = "protectedfile01"
    path = f"{one}/{{text}}"
    for rule, statuses in {
        "": dict.fromkeys(EVERYBODY, 200),
        "@request.auth.id = '{ownerId}'": {STRANGER: 404, OWNER: 200, OTHER: 404, SUPERUSER: 200},
        "@request.auth.id != ''": {STRANGER: 404, OWNER: 200, OTHER: 200, SUPERUSER: 200},
        "@request.context = 'protectedFile'": dict.fromkeys(EVERYBODY, 200),
        "@request.query.token != ''": {STRANGER: 404, OWNER: 200, OTHER: 200, SUPERUSER: 200},
        "text = ''": {STRANGER: 404, OWNER: 404, OTHER: 404, SUPERUSER: 200},
    }.items():
        steps = [made(field("text", "file", protected=True), viewRule=rule), _put("text", TEXT, one)]
        for who, status in statuses.items():
            # Who asks is told by the token in the query alone.
            steps.append(fetched(path, who=who, status=statuses[STRANGER]))
            if who:
                steps.append(ask("POST", "/api/files/token", who=who, keep={"proof": "token"}))
                steps.append(fetched(path, query={"token": "{proof}"}, status=status))
        yield Scenario(f"a protected file by the rule {rule or 'for all'}", *steps)
    yield Scenario(
        "a protected file for superusers",
        made(field("text", "file", protected=True), viewRule=None),
        _put("text", TEXT, one),
        fetched(path, status=404),
        ask("POST", "/api/files/token", who=OWNER, keep={"proof": "token"}),
        fetched(path, query={"token": "{proof}"}, status=404),
        ask("POST", "/api/files/token", keep={"proof": "token"}),
        fetched(path, query={"token": "{proof}"}),
        fetched(path, query={"token": "{superuser}"}, status=404),
    )


def _tokens() -> Iterator[Scenario]:
    name, one = "of_tokens_for_files", "filetokenowner1"
    tokens = {
        token(name, one, "file"): 200,
        token(name, one, "file", exp=PAST): 404,
        token(name, one, "file", key="x" * 40): 404,
        token(name, one, "auth", refreshable=True): 404,
        token(name, "x" * 15, "file"): 404,
        token(name, one, "file", collectionId="_pb_users_auth_"): 404,
        token(name, one, "file", type=None): 404,
        "nonsense": 404,
        "": 404,
    }
    path = "filetokenshelf1/{text}"
    yield Scenario(
        "tokens for files",
        accounts(field("name")),
        account(one),
        made(
            field("text", "file", protected=True),
            name="{c}_shelf",
            viewRule=f"@request.auth.id = '{one}'",
        ),
        create(Form((("id", "filetokenshelf1"), ("text", TEXT))), into="{c}_shelf", keep={"text": "text"}),
        *(
            ask("GET", f"/api/files/{{c}}_shelf/{path}", who=STRANGER, query={"token": given}, status=status)
            for given, status in tokens.items()
        ),
        ask("POST", "/api/files/token", NOTHING, who=STRANGER, status=401),
        ask(
            "POST",
            "/api/files/token",
            NOTHING,
            who=STRANGER,
            headers=auth_token(name, one),
            keep={"own": "token"},
        ),
        ask("GET", f"/api/files/{{c}}_shelf/{path}", who=STRANGER, query={"token": "{own}"}),
        *(ask("POST", "/api/files/token", NOTHING, who=who) for who in (OWNER, SUPERUSER)),
        ask("GET", "/api/files/token", status=404),
    )
