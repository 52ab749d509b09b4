"""Who hears of a change, and in which bytes: AppOS and the real PocketBase, step by step.

With CONFORMANCE_PEER=pocketbase a second PocketBase stands in AppOS's place.
"""

import json
import os
import re
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any, NamedTuple
from urllib.parse import quote, urlsplit

import pytest

from tests.conformance.conftest import COUNTS
from tests.conformance.peers import TIMESTAMP, Account, Ask, Peer
from tests.conformance.pocketbase import EMAIL, PASSWORD
from tests.conformance.side_by_side import Peers, running_both, running_twice
from tests.listening import SILENCE_SECONDS, Stream

WHO = {
    "stranger": None,
    "owner": Account("users", "owner@example.com", "the owner's password"),
    "other": Account("users", "other@example.com", "the other's password"),
    "superuser": Account("_superusers", EMAIL, PASSWORD),
}
ACCOUNTS = [account for account in WHO.values() if account]
RECORD_ID = re.compile(r"\b(?!email\d{10})[a-z0-9]{15}\b")
OPEN = {f"{action}Rule": "" for action in ("list", "view", "create", "update", "delete")}
BRIEF_SECONDS = 0.02
PERSONAL = "owner = @request.auth.id"


class Change(NamedTuple):
    """One request that changes something, as the superuser; `keep` names the id that it answers."""

    method: str
    path: str
    body: dict[str, Any] | None = None
    keep: str = ""


def options(*, encoded: bool = False, headers: dict[str, Any] | None = None, **query: Any) -> str:
    text = json.dumps({"query": query, "headers": headers or {}})
    return "?options=" + (quote(text) if encoded else text)


def make(name: str, *fields: dict[str, Any], **rules: Any) -> Change:
    body = {"name": name, "type": "base", "fields": [TITLE, HIDDEN, *fields], **OPEN, **rules}
    return Change("POST", "/api/collections", body, f"{name}Id")


def create(name: str, keep: str = "", /, **values: Any) -> Change:
    return Change("POST", f"/api/collections/{name}/records", values, keep)


def update(name: str, record: str, /, **values: Any) -> Change:
    return Change("PATCH", f"/api/collections/{name}/records/{record}", values)


def delete(name: str, record: str) -> Change:
    return Change("DELETE", f"/api/collections/{name}/records/{record}")


def amend(name: str, /, **values: Any) -> Change:
    return Change("PATCH", f"/api/collections/{name}", values)


TITLE = {"name": "title", "type": "text"}
HIDDEN = {"name": "hidden", "type": "text", "hidden": True}
OWNER_FIELD = {"name": "owner", "type": "relation", "collectionId": "_pb_users_auth_"}


def related(name: str, to: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "type": "relation", "collectionId": f"{{{to}Id}}", **more}


class Story(NamedTuple):
    """What is made first, what everybody subscribes to, and the changes that may be heard of."""

    made: tuple[Change, ...]
    topics: tuple[str, ...]
    changes: tuple[Change, ...]


STORIES = {
    "every name of a topic": Story(
        (make("a"), create("a", "first", title="x")),
        (
            "a/*",
            "a",
            "a?",
            "a/*?x",
            "A/*",
            "{aId}/*",
            "{aId}",
            "{aId}/{first}",
            "a/{first}",
            "a/",
            "b/*",
            "*",
        ),
        (
            create("a", "second", title="y"),
            update("a", "{first}", title="z", hidden="h"),
            delete("a", "{first}"),
            delete("a", "{second}"),
        ),
    ),
    "rules of lists and views": Story(
        (
            make("b", OWNER_FIELD, listRule=PERSONAL, viewRule="title = 'seen'"),
            create("b", "one", title="seen", owner="{ownerId}"),
        ),
        ("b/*", "b/{one}"),
        (
            update("b", "{one}", hidden="1"),
            update("b", "{one}", title="unseen"),
            update("b", "{one}", owner="{otherId}"),
            update("b", "{one}", owner="", title="seen"),
            amend("b", listRule=None, viewRule=None),
            update("b", "{one}", hidden="2"),
            delete("b", "{one}"),
        ),
    ),
    "filters, fields and hidden fields": Story(
        (make("c"),),
        (
            "c/*" + options(filter="title ~ 'yes'"),
            "c/*" + options(encoded=True, filter="title ~ 'yes'", fields="title,hidden"),
            "c/*" + options(filter="hidden = 'h'"),
            "c/*" + options(filter="@request.auth.id != ''", fields="id"),
            "c/*" + options(filter="@collection.c.title = 'yes'", fields="id"),
            "c/*" + options(filter="title = 'yes'", sort="@request.x", fields="id"),
            "c/*" + options(sort="@request.x", fields="id"),
            "c/*" + options(filter="title ~ (", fields="id"),
            "c/*" + options(filter=" ", fields="id"),
            "c/*" + options(fields="nothing"),
            "c/*" + options(fields="*,title:excerpt(3,true)"),
            "c/*" + options(fields=""),
        ),
        (
            create("c", "one", title="yes", hidden="h"),
            create("c", title="no"),
            update("c", "{one}", title="still yes and long"),
            delete("c", "{one}"),
        ),
    ),
    "what is related": Story(
        (
            make("d", viewRule="@request.auth.id != ''"),
            make("e", OWNER_FIELD, related("d", "d", maxSelect=2)),
            create("d", "d1", title="d1", hidden="dh"),
        ),
        (
            "e/*" + options(expand="d,owner"),
            "e/*" + options(expand="d", fields="title,expand.d.hidden"),
            "e/*" + options(expand="nothing"),
            "d/*" + options(expand="e_via_d.owner"),
        ),
        (
            create("e", "e1", title="e1", hidden="eh", d=["{d1}"], owner="{ownerId}"),
            update("d", "{d1}", title="changed"),
            update("e", "{e1}", owner="{otherId}"),
            delete("e", "{e1}"),
        ),
    ),
    "deletions that lead to others": Story(
        (
            make("f"),
            make("g", related("f", "f", cascadeDelete=True), listRule="f.title = 'parent'"),
            make("h", related("f", "f")),
            create("f", "parent", title="parent"),
            create("g", title="child", f="{parent}"),
            create("h", title="friend", f="{parent}"),
        ),
        ("f/*", "g/*", "h/*", "h/*" + options(expand="f")),
        (delete("f", "{parent}"), Change("DELETE", "/api/collections/h/truncate")),
    ),
    "addresses of accounts": Story(
        (amend("users", listRule="", viewRule="", manageRule=None),),
        ("users/*", "users/{ownerId}", "_superusers/*", "users/*" + options(fields="email,name")),
        (
            update("users", "{ownerId}", name="Owner"),
            update("users", "{otherId}", name="Other"),
            update("users", "{otherId}", emailVisibility=True),
            update("users", "{otherId}", emailVisibility=False),
            amend("users", manageRule="@request.auth.name = 'Owner'"),
            update("users", "{otherId}", name="Other again"),
            amend(
                "users", manageRule=None, listRule="id = @request.auth.id", viewRule="id = @request.auth.id"
            ),
            update("users", "{otherId}", name="Other at last"),
        ),
    ),
    "rules that look at the subscription": Story(
        (
            make(
                "i",
                listRule="@request.query.a = 'x' || @request.headers.x_token = 't'",
                viewRule="@request.context = 'realtime' && @request.method = 'GET'",
            ),
            create("i", "one"),
        ),
        (
            "i/*",
            "i/{one}",
            "i/*" + options(a="x"),
            "i/*" + options(a=["x"]),
            "i/*" + options(headers={"X-Token": "t"}),
            "i/*" + options(headers={"xToken": "t"}),
            "i/*" + options(encoded=True, a="x", headers={"x_token": 1}),
            'i/*?options={"query":{"a":"x"}}',
            'i/*?options={"query":{"a":"x"}}#b',
            'i/*?b=c&options={"query":{"a":"x"}}',
            'i/*?options={"query":{"a":"x"},"headers":1}',
            'i/*?options={"query":{"a":"%zz"}}',
            'i/*?options={"Query":{"a":"x"}}',
        ),
        (update("i", "{one}", title="t"), delete("i", "{one}")),
    ),
    "a rule that follows the account": Story(
        (make("j", listRule="@request.auth.name = 'allowed'"),),
        ("j/*",),
        (
            create("j", title="1"),
            update("users", "{ownerId}", name="allowed"),
            create("j", title="2"),
            update("users", "{ownerId}", name="not"),
            create("j", title="3"),
        ),
    ),
    "an account that is deleted": Story(
        (make("k", listRule="@request.auth.id != ''"), make("l")),
        ("k/*", "l/*", "users/*"),
        (
            create("k", title="1"),
            delete("users", "{otherId}"),
            create("k", title="2"),
            create("l", title="3"),
        ),
    ),
}


@pytest.fixture(scope="module")
def peers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Peers]:
    start = running_twice if os.environ.get("CONFORMANCE_PEER") == "pocketbase" else running_both
    with start(tmp_path_factory.mktemp("realtime"), ACCOUNTS) as both:
        for peer in both:
            for name, account in WHO.items():
                if account is not None:
                    peer.values |= {name: peer.forge(account, "auth"), f"{name}Id": peer.account_id(account)}
        yield both


def send(peer: Peer, change: Change) -> None:
    headers = (("Authorization", "{superuser}"), ("Content-Type", "application/json"))
    body = "" if change.body is None else json.dumps(change.body)
    reply = peer.send(Ask(change.method, change.path, body, headers))
    assert reply.status in (200, 204), (peer.name, change, reply)
    if change.keep:
        peer.values[change.keep] = reply.json["id"]


def subscribed(peer: Peer, stack: ExitStack, who: str, topics: tuple[str, ...]) -> Stream:
    stream = Stream(int(urlsplit(peer.url).port or 0))
    stack.callback(stream.close)
    headers = [("Content-Type", "application/json")] + ([("Authorization", f"{{{who}}}")] if WHO[who] else [])
    body = json.dumps({"clientId": stream.client_id, "subscriptions": topics})
    reply = peer.send(Ask("POST", "/api/realtime", body, tuple(headers)))
    assert reply.status == 204, (peer.name, reply)
    return stream


def heard(peer: Peer, story: Story) -> list[dict[str, list[str]]]:
    """What each one hears of each change, with numbers for ids and without times."""
    for change in story.made:
        send(peer, change)
    words: dict[str, str] = {}
    told = []
    with ExitStack() as stack:
        streams = {who: subscribed(peer, stack, who, story.topics) for who in WHO}
        for change in story.changes:
            send(peer, change)
            # All hear of it at about the same time.
            streams["stranger"].wait_for_end(SILENCE_SECONDS)
            told.append({who: worded(peer, stream, words) for who, stream in streams.items()})
    return told


def worded(peer: Peer, stream: Stream, words: dict[str, str]) -> list[str]:
    """What a stream said since; PocketBase tells the topics of one change in no particular order."""
    known = {value: f"<{name}>" for name, value in peer.values.items() if name.endswith("Id")}

    def word(found: re.Match[str]) -> str:
        return known.get(found[0]) or words.setdefault(found[0], f"<id {len(words)}>")

    texts = []
    for text in sorted(
        _with_names(text, peer) for text in stream.hear_texts(0, silence_seconds=BRIEF_SECONDS)
    ):
        texts.append(TIMESTAMP.sub("<time>", RECORD_ID.sub(word, text.replace(stream.client_id, "<client>"))))
    return texts


def _with_names(text: str, peer: Peer) -> str:
    for name, value in peer.values.items():
        if len(value) == 15:
            text = text.replace(value, f"<{name}>")
    return text


@pytest.mark.parametrize("name", STORIES)
def test_all_hear_what_they_hear_of_pocketbase(peers: Peers, name: str) -> None:
    ours, theirs = (heard(peer, STORIES[name]) for peer in peers)

    assert any(text for told in theirs for texts in told.values() for text in texts)
    for change, our, their in zip(STORIES[name].changes, ours, theirs, strict=True):
        assert our == their, change
        COUNTS["changes heard of as with PocketBase"] += 1
