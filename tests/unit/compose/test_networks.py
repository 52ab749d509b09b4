"""Networks that are made anew."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pytest

from appos.compose.leftovers import PROJECT
from appos.compose.model import model_of
from appos.compose.networks import SERVICE, Renewed, drop, half_made, is_gone, rejoin, restore
from appos.compose.progress import Step
from appos.errors import ConflictError, NotFoundError

RAW = {
    "name": "shop",
    "services": {
        "web": {"image": "x", "networks": {"front": None, "back": None}},
        "db": {"image": "x", "networks": {"back": {"aliases": ["database"], "ipv4_address": "10.0.0.9"}}},
    },
    "networks": {"front": {"name": "shop_front"}, "back": {"name": "shop_back"}},
}
PROJECT_MODEL = model_of(RAW).project


@dataclass(frozen=True)
class Part:
    """A container."""

    service: str
    state: str = "running"
    networks: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        return f"id-{self.service}"

    @property
    def name(self) -> str:
        return f"shop-{self.service}-1"

    @property
    def labels(self) -> Mapping[str, str]:
        return {SERVICE: self.service}


@dataclass(frozen=True)
class Net:
    """A network."""

    labels: Mapping[str, str]
    containers: Sequence[str] = ()


@dataclass
class Switch:
    """An engine that notes what it is asked."""

    nets: dict[str, Net] = field(default_factory=dict)
    parts: list[Part] = field(default_factory=list)
    refuses: type[Exception] | None = None
    done: list[tuple[object, ...]] = field(default_factory=list)

    def containers(self, *, labels: Mapping[str, str] | None = None) -> Sequence[Part]:
        assert labels == {PROJECT: "shop"}
        return self.parts

    def network(self, network: str) -> Net:
        if network not in self.nets:
            raise NotFoundError("No such network.")
        return self.nets[network]

    def connect(
        self, network: str, container: str, *, aliases: Sequence[str] = (), addresses: Sequence[str] = ()
    ) -> None:
        self.done.append(("connect", network, container, tuple(aliases), tuple(addresses)))

    def disconnect(self, network: str, container: str, *, force: bool = False) -> None:
        assert force
        if self.refuses is not None:
            raise self.refuses("It is off.")
        self.done.append(("disconnect", network, container))

    def remove_network(self, network: str) -> None:
        self.done.append(("remove", network))


@pytest.mark.parametrize(
    ("said", "network"),
    [
        (
            "Error response from daemon: container 8a4 is not connected to the network shop_front",
            "shop_front",
        ),
        ("container 8a4 is not connected to network shop_front", "shop_front"),
        ("container shop-web-1 is unhealthy", ""),
        ("", ""),
    ],
)
def test_the_network_that_is_half_made_is_in_the_words(said: str, network: str) -> None:
    assert half_made(said) == network


@pytest.mark.parametrize(
    ("said", "is_so"),
    [
        ("Error response from daemon: network 8e58e3b08e15 not found", True),
        ("network shop_front declared as external, but could not be found", False),
        ("", False),
    ],
)
def test_a_network_that_is_gone_is_in_the_words(said: str, is_so: bool) -> None:
    assert is_gone(said) is is_so


def test_what_is_stopped_joins_the_networks_that_have_the_names_of_its_own() -> None:
    switch = Switch(refuses=NotFoundError)
    switch.parts = [
        Part("web", networks=("shop_back",)),
        Part("db", "exited", networks=("shop_back", "elsewhere")),
        Part("orphan", "exited", networks=("shop_back",)),
    ]

    rejoin(switch, PROJECT_MODEL)

    assert switch.done == [("connect", "shop_back", "id-db", ("db", "shop-db-1", "database"), ("10.0.0.9",))]


@pytest.mark.parametrize("refuses", [None, ConflictError, NotFoundError])
def test_a_network_is_dropped_with_all_that_is_on_it(refuses: type[Exception] | None) -> None:
    switch = Switch({"shop_front": Net({PROJECT: "shop"}, ["a", "b"])}, refuses=refuses)

    drop(switch, "shop", "shop_front")

    off = [] if refuses else [("disconnect", "shop_front", it) for it in ("a", "b")]
    assert switch.done == [*off, ("remove", "shop_front")]


@pytest.mark.parametrize("labels", [{}, {PROJECT: "another"}])
def test_the_network_of_another_is_left_alone(labels: dict[str, str]) -> None:
    switch = Switch({"shop_front": Net(labels, ["a"])})

    drop(switch, "shop", "shop_front")
    drop(switch, "shop", "gone")

    assert switch.done == []


def test_containers_are_put_back_with_aliases_and_addresses() -> None:
    switch = Switch()
    parts = [Part("web"), Part("db"), Part("orphan"), Part("web", "exited")]

    restore(switch, PROJECT_MODEL, parts, ["shop_back"])

    assert switch.done == [
        ("disconnect", "shop_back", "id-web"),
        ("connect", "shop_back", "id-web", ("web", "shop-web-1"), ()),
        ("disconnect", "shop_back", "id-db"),
        ("connect", "shop_back", "id-db", ("db", "shop-db-1", "database"), ("10.0.0.9",)),
    ]


@pytest.mark.parametrize(
    ("texts", "made_anew"),
    [
        (["Creating", "Created"], False),
        (["Removing", "Removed"], False),
        (["Removing", "Removed", "Creating", "Created"], True),
    ],
)
def test_a_network_is_made_anew_if_it_was_removed_before(texts: list[str], made_anew: bool) -> None:
    renewed, switch = Renewed(), Switch(parts=[Part("web")])
    for text in texts:
        renewed.take(Step(id="Network shop_front", text=text))

    renewed.restore(switch, PROJECT_MODEL)

    assert renewed.networks == ({"shop_front"} if made_anew else set())
    assert bool(switch.done) == made_anew


@pytest.mark.parametrize("text", ["Created", "Recreated"])
def test_a_container_that_was_made_meanwhile_has_all_it_needs(text: str) -> None:
    renewed, switch = Renewed(), Switch(parts=[Part("web"), Part("db")])
    for step in ("Removed", "Created"):
        renewed.take(Step(id="Network shop_back", text=step))
    renewed.take(Step(id="Container shop-db-1", text=text))

    renewed.restore(switch, PROJECT_MODEL)

    assert {it[2] for it in switch.done} == {"id-web"}
