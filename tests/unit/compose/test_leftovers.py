"""What an interrupted `up` leaves, and what is done with it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pytest

from appos.compose.leftovers import PROJECT, REPLACES, Kind, Repair, repairs_of, tidy
from appos.errors import InvalidError, NotFoundError

OLD = "0123456789ab" + "0" * 52
NEW = "f" * 64


@dataclass(frozen=True)
class Part:
    """A container."""

    id: str
    name: str
    state: str = "running"
    labels: Mapping[str, str] = field(default_factory=dict)


def replacement(name: str = "0123456789ab_shop-web-1", state: str = "created") -> Part:
    """A container that is to take the place of another."""
    return Part(NEW, name, state, {REPLACES: "web-1"})


@dataclass
class Yard:
    """An engine with some containers, some of which are gone once they are to be removed."""

    parts: list[Part]
    gone: bool = False
    named: bool = False
    done: list[tuple[str, ...]] = field(default_factory=list)

    def containers(self, *, labels: Mapping[str, str] | None = None) -> Sequence[Part]:
        assert labels == {PROJECT: "shop"}
        return self.parts

    def remove_container(self, container: str, *, force: bool = False, volumes: bool = False) -> None:
        assert force
        assert volumes
        if self.gone:
            raise NotFoundError("It is gone.")
        self.done.append(("remove", container))

    def rename(self, container: str, name: str) -> None:
        if self.named:
            raise InvalidError("That is its name.")
        self.done.append(("rename", container, name))


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        pytest.param([Part(OLD, "shop-web-1"), Part(NEW, "shop-db-1")], (), id="nothing-is-left"),
        pytest.param(
            [Part(OLD, "shop-web-1"), replacement()],
            (Repair(kind=Kind.REMOVE, id=NEW, name="0123456789ab_shop-web-1"),),
            id="the-old-one-still-runs",
        ),
        pytest.param(
            [Part(OLD, "shop-web-1", "exited"), replacement()],
            (
                Repair(kind=Kind.REMOVE, id=OLD, name="shop-web-1"),
                Repair(kind=Kind.RENAME, id=NEW, name="0123456789ab_shop-web-1", to="shop-web-1"),
            ),
            id="the-old-one-is-stopped",
        ),
        pytest.param(
            [Part(OLD, "shop-web-1", "removing"), replacement()],
            (
                Repair(kind=Kind.REMOVE, id=OLD, name="shop-web-1"),
                Repair(kind=Kind.RENAME, id=NEW, name="0123456789ab_shop-web-1", to="shop-web-1"),
            ),
            id="the-old-one-is-being-removed",
        ),
        pytest.param(
            [replacement(state="running")],
            (Repair(kind=Kind.RENAME, id=NEW, name="0123456789ab_shop-web-1", to="shop-web-1"),),
            id="the-old-one-is-gone",
        ),
        pytest.param(
            [Part("a" * 64, "shop-web-1"), replacement()],
            (Repair(kind=Kind.REMOVE, id=NEW, name="0123456789ab_shop-web-1"),),
            id="another-has-the-name-already",
        ),
        pytest.param([Part(NEW, "0123456789ab_shop-web-1", labels={})], (), id="a-name-that-a-person-gave"),
        pytest.param([replacement("shop-web-1", "running")], (), id="a-replacement-in-its-place"),
    ],
)
def test_what_has_to_be_done(parts: list[Part], expected: tuple[Repair, ...]) -> None:
    assert repairs_of(parts) == expected


def test_it_is_done_in_this_order() -> None:
    yard = Yard([Part(OLD, "shop-web-1", "exited"), replacement()])

    assert len(tidy(yard, "shop")) == 2
    assert yard.done == [("remove", OLD), ("rename", NEW, "shop-web-1")]


def test_what_is_gone_by_then_is_no_error() -> None:
    yard = Yard([Part(OLD, "shop-web-1", "removing"), replacement()], gone=True)

    tidy(yard, "shop")

    assert yard.done == [("rename", NEW, "shop-web-1")]


def test_what_has_its_name_by_then_is_no_error() -> None:
    yard = Yard([replacement()], named=True)

    assert [it.kind for it in tidy(yard, "shop")] == [Kind.RENAME]
