"""The same filters, sorts and rules over the same related rows, here and in the real PocketBase."""

import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.conformance.conftest import COUNTS
from tests.conformance.pocketbase import find_binary, running
from tests.conformance.rules_cases import BODIES, HEADERS, QUERIES, Grammar, mutated
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
        yield Sides(World(server, directory))


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
            COUNTS[f"lists by random filters were {'refused' if answer == REFUSED else 'equal'}"] += 1
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
