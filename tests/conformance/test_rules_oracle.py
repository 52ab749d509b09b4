"""The same filters, sorts and rules over the same related rows, here and in the real PocketBase."""

import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.conformance.conftest import COUNTS
from tests.conformance.pocketbase import find_binary, running
from tests.conformance.rules_cases import BODIES, HEADERS, QUERIES, Grammar, mutated
from tests.conformance.rules_hand_picked import FILTERS, RULES, SORTS
from tests.conformance.rules_sides import REFUSED, Ask, Sides
from tests.conformance.rules_world import World

SAMPLE = 400
FULL = 10_000
SEED = 36_022
AT_ONCE = 8


@pytest.fixture(scope="module")
def sides(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sides]:
    directory = tmp_path_factory.mktemp("rules")
    with running(find_binary(), directory) as server:
        sides = Sides(World(server, directory))
        yield sides
        sides.close()


def random_ask(chance: random.Random, *, is_broken: bool) -> Ask:
    """Return a random list, with a filter that has one character too many, too few or another if broken."""
    asker = chance.choice(("superuser", "superuser", "superuser", "ann", "bob", "guest"))
    collection = chance.choice(("things", "things", "things", "people", "notes", "teams"))
    grammar = Grammar(chance, collection, is_superuser=asker == "superuser")
    text = grammar.filter()
    return Ask(
        filter=mutated(text, chance) if is_broken else text,
        sort=grammar.sort() if chance.random() < 0.3 else "@rowid",
        asker=asker,
        collection=collection,
        query=chance.choice(QUERIES),
        headers=HEADERS,
        body=chance.choice(BODIES),
    )


def unequal(sides: Sides, asks: list[Ask]) -> list[Ask]:
    """Return what was answered otherwise, and count what was answered alike."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        theirs = list(pool.map(sides.theirs, asks))
    differing = []
    for ask, answer in zip(asks, theirs, strict=True):
        if sides.ours(ask) != answer:
            differing.append(ask)
        else:
            COUNTS[f"lists over relations were {'refused' if answer == REFUSED else 'equal'}"] += 1
    return differing


@pytest.mark.campaign
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("is_broken", [False, True], ids=["well-formed", "broken"])
def test_random_filters_find_what_pocketbase_finds(
    sides: Sides, is_full_campaign: bool, is_broken: bool
) -> None:
    chance = random.Random(SEED + is_broken)
    count = FULL if is_full_campaign else SAMPLE
    asks = [random_ask(chance, is_broken=is_broken) for _ in range(count)]

    assert unequal(sides, asks) == []


@pytest.mark.parametrize("asker", ["superuser", "ann", "guest"])
def test_hand_picked_filters_find_what_pocketbase_finds(sides: Sides, asker: str) -> None:
    asked = [text for text in FILTERS if asker == "superuser" or "@" not in text.replace("@example", "")]
    asks = [
        Ask(filter=text, asker=asker, query=QUERIES[3], body=BODIES[2], headers=HEADERS) for text in asked
    ]

    assert len(asked) > 300
    assert unequal(sides, asks) == []


@pytest.mark.parametrize("asker", ["superuser", "bob"])
def test_sorts_give_the_order_that_pocketbase_gives(sides: Sides, asker: str) -> None:
    asked = [sort for sort in SORTS if asker == "superuser" or "@request" not in sort]
    asks = [Ask(sort=sort, asker=asker, body=BODIES[2]) for sort in asked if "@collection" not in sort]

    assert unequal(sides, asks) == []


def test_a_rule_is_saved_or_refused_for_the_reason_that_pocketbase_states(sides: Sides) -> None:
    assert [rule for rule in RULES if sides.saved_by_us(rule) != sides.saved_by_them(rule)] == []


@pytest.mark.campaign
@pytest.mark.timeout(1800)
def test_random_rules_allow_whom_pocketbase_allows(sides: Sides, is_full_campaign: bool) -> None:
    chance = random.Random(SEED)
    for _ in range(500 if is_full_campaign else 25):
        rule = Grammar(chance).filter()
        if sides.save_rule(rule):
            asks = [
                Ask(asker=asker, query=chance.choice(QUERIES), headers=HEADERS, body=chance.choice(BODIES))
                for asker in ("guest", "ann", "bob", "ann")
            ]
            assert unequal(sides, asks) == [], rule
    sides.save_rule("")


CREATE_RULES = """
title = 'alpha' && size = 5
size = '5'
size = 5 && title != 5
id = 'new000000000001'
made = ''
done = true && tags:each ?= 'a' && tags:length = 2
tags:each = 'a'
data.a.b = 5 && spot.lat = 2
owner.name = owner.name && owner != ''
owner.email ~ 'ann'
helpers.name ?~ '' && helpers:length = 2
helpers.id ?= owner
helpers.boss.id != ''
parent.title = parent.title && parent.things_via_parent.id != ''
links.links.title != 'nothing'
things_via_parent.id = ''
notes_via_thing.id = ''
owner.things_via_owner.title ?!= ''
@collection.things.title ?= title
@collection.things.id ?= id
@collection.teams.name ?= title
@request.body.title = title && @request.body.size = size
@request.body.title:changed = true
@request.body.title:isset = true && @request.body.note:isset = false
@request.body.tags:each = 'a'
@request.body.tags:each ?= 'b'
@request.body.tags:length = 2
@request.body.owner.email ~ 'ann'
@request.body.helpers.name ?~ ''
@request.auth.id = owner
@request.auth.name = @request.auth.name && @request.auth.id != ''
@request.auth.friends.id ?= owner
hush = '' && note = ''
size > 'x'
""".strip().splitlines()


@pytest.mark.parametrize("asker", ["guest", "ann"])
def test_a_record_may_be_created_where_pocketbase_lets_it(sides: Sides, asker: str) -> None:
    people = sides.some_ids("people", 2)
    body = {
        "id": "new000000000001",
        "title": "alpha",
        "size": 5,
        "done": True,
        "tags": ["a", "b"],
        "data": {"a": {"b": 5}},
        "spot": {"lon": 1, "lat": 2},
        "owner": sides.account("ann").id,
        "helpers": people,
        "parent": sides.some_ids("things", 1)[0],
        "links": sides.some_ids("things", 3),
    }
    answers = {rule: sides.creates_by_them(rule, body, asker) for rule in CREATE_RULES}

    assert {rule: sides.creates_by_us(rule, body, asker) for rule in CREATE_RULES} == answers
    assert set(answers.values()) == {True, False}
