"""How a deployment goes on after what may happen to it; the engine and Compose are scripted."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from appos.compose.deploy import Deployment, Outcome
from appos.compose.driver import Answer, Compose
from appos.compose.invocation import Rewritten, UpOptions
from appos.compose.leftovers import PROJECT
from appos.compose.model import model_of
from appos.compose.models import ProjectFiles
from appos.compose.process import Cancel
from appos.compose.progress import Step
from appos.compose.states import ContainerState
from appos.errors import ConflictError, EngineError, EngineUnavailableError

RAW = {
    "name": "shop",
    "services": {
        "web": {"image": "x", "environment": {"GREETING": "canary-7f3a91"}, "networks": {"net": None}}
    },
    "networks": {"net": {"name": "shop_net"}},
}
IN_THE_WAY = "Error response from daemon: No such container: 8a42fd7b"
HALF_MADE = "container 8a42fd7b is not connected to the network shop_net"
GONE = "Error response from daemon: network 8e58e3b08e15 not found"
DEPENDENCY = "dependency failed to start: container shop-db-1 is unhealthy"


def container(
    state: str = "running", health: str = "", exit_code: int = 0, name: str = "web"
) -> ContainerState:
    """A container of the project."""
    return ContainerState(
        id="c1",
        name=f"shop-{name}-1",
        service=name,
        project="shop",
        state=state,
        health=health,
        exit_code=exit_code,
    )


class Scripted(Compose):
    """A Compose whose `up`s end as they are told to, and whose containers are seen in turn."""

    def __init__(
        self, home: Path, ups: Sequence[object] = (), looks: Sequence[Sequence[ContainerState]] = ()
    ):
        super().__init__(Path("/nowhere"), docker_host="", home=home)
        self.ups = list(ups)
        self.looks = list(looks) or [(container(),)]
        self.refusal = ""
        self.calls: list[str] = []
        self.options: list[UpOptions] = []

    def config(self, files: ProjectFiles, **_: Any) -> Answer:
        if self.refusal:
            return Answer(model=None, refusal=self.refusal)
        return Answer(model=model_of(RAW), refusal="")

    def up(self, files: ProjectFiles, options: UpOptions | None = None, **settings: Any) -> tuple[str, ...]:
        assert files.name == "shop"
        assert options is not None
        self.calls.append("up")
        self.options.append(options)
        ending = self.ups.pop(0) if self.ups else None
        if isinstance(ending, list):
            for step in ending:
                settings["on_step"](step)
            ending = self.ups.pop(0)
        if isinstance(ending, Exception):
            raise ending
        return ("a warning",)

    def ps(self, files: ProjectFiles, **_: Any) -> tuple[ContainerState, ...]:
        self.calls.append("ps")
        return tuple(self.looks.pop(0) if len(self.looks) > 1 else self.looks[0])

    def logs(self, files: ProjectFiles, services: Sequence[str] = (), **_: Any) -> Iterator[bytes]:
        yield from (b"\x1b[31mred\x1b[0m", b"\xff says canary-7f3a91", b"x" * 2000)


@dataclass(frozen=True)
class Net:
    """The network of the project."""

    labels: Mapping[str, str] = field(default_factory=lambda: {PROJECT: "shop"})
    containers: Sequence[str] = ("c1",)


@dataclass
class ScriptedEngine:
    """An engine without containers, that notes what else it is asked."""

    done: list[str] = field(default_factory=list)

    def containers(self, *, labels: Mapping[str, str] | None = None) -> Sequence[Any]:
        self.done.append("look")
        return []

    def network(self, network: str) -> Net:
        return Net()

    def connect(
        self, network: str, container: str, *, aliases: Sequence[str] = (), addresses: Sequence[str] = ()
    ) -> None:
        self.done.append("connect")

    def disconnect(self, network: str, container: str, *, force: bool = False) -> None:
        self.done.append("disconnect")

    def remove_network(self, network: str) -> None:
        self.done.append(f"remove {network}")

    def remove_container(self, container: str, *, force: bool = False, volumes: bool = False) -> None:
        self.done.append("remove")

    def rename(self, container: str, name: str) -> None:
        self.done.append("rename")


@dataclass
class World:
    """A deployment and all around it."""

    home: Path
    engine: ScriptedEngine = field(default_factory=ScriptedEngine)
    slept: int = 0
    limit: int = 1000

    def sleep(self, _seconds: float) -> None:
        self.slept += 1
        assert self.slept < self.limit

    def run(self, compose: Scripted, options: UpOptions | None = None, **settings: Any) -> Outcome:
        files = ProjectFiles(directory=self.home, name="")
        return Deployment(compose, self.engine, files, options, sleep=self.sleep, **settings).run()

    @property
    def is_unfinished(self) -> bool:
        return (self.home / "begun" / "shop").exists()


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


@pytest.fixture
def scripted(tmp_path: Path) -> Callable[..., Scripted]:
    return lambda *ups, looks=(): Scripted(tmp_path, ups, looks)


Script = Callable[..., Scripted]


def failed(message: str) -> EngineError:
    """A failure in these words."""
    return EngineError(message, code="compose_failed")


def test_a_deployment_that_goes_well_is_done_once(world: World, scripted: Script) -> None:
    compose = scripted()

    outcome = world.run(compose)

    assert compose.calls == ["up", "ps", "ps"]
    assert (outcome.unhealthy, outcome.said, outcome.warnings) == ((), "", ("a warning",))
    assert not world.is_unfinished


def test_what_is_deployed_is_known_so_that_its_values_are_hidden(world: World, scripted: Script) -> None:
    compose = scripted(looks=[(container("exited", exit_code=1),)])

    (sick,) = world.run(compose).unhealthy

    assert compose.options[0].known == RAW
    assert sick.last_lines == ("red", "\ufffd says ***", "x" * 500)


def test_a_rewritten_model_is_known_already(world: World, scripted: Script) -> None:
    compose = scripted()
    compose.refusal = "nobody asks"
    rewritten = Rewritten(raw=RAW, files=ProjectFiles(directory=Path("/host")))

    assert world.run(compose, UpOptions(rewritten=rewritten)).unhealthy == ()


def test_files_that_are_refused_change_nothing(world: World, scripted: Script) -> None:
    compose = scripted()
    compose.refusal = "services must be a mapping"

    with pytest.raises(EngineError, match="must be a mapping"):
        world.run(compose)

    assert compose.calls == []
    assert not world.is_unfinished


@pytest.mark.parametrize(
    "error",
    [
        failed("port is already allocated"),
        EngineUnavailableError("It does not answer."),
        EngineError("It was cancelled.", code="compose_cancelled"),
        ConflictError("The files have changed.", code="files_changed"),
    ],
)
def test_an_error_ends_it_and_is_remembered(world: World, scripted: Script, error: Exception) -> None:
    compose = scripted(error)

    with pytest.raises(type(error)) as caught:
        world.run(compose)

    assert caught.value is error
    assert compose.calls == ["up"]
    assert world.is_unfinished


def test_after_an_interruption_it_is_gone_through_twice(world: World, scripted: Script) -> None:
    with suppress(EngineError):
        world.run(scripted(failed("killed")))
    compose = scripted()

    world.run(compose)

    assert compose.calls.count("up") == 2
    assert not world.is_unfinished


@pytest.mark.parametrize(
    "error", [failed(IN_THE_WAY), ConflictError("It is being removed.", code="conflict")]
)
def test_what_is_in_the_way_is_waited_for(world: World, scripted: Script, error: Exception) -> None:
    compose = scripted(error, error)

    world.run(compose)

    # Twice in vain, once well, and once more for what was stopped or taken off its network on the way.
    assert compose.calls.count("up") == 4


def test_what_stays_in_the_way_is_told(
    world: World, scripted: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("appos.compose.deploy.WAY_SECONDS", 0)

    with pytest.raises(EngineError, match="No such container"):
        world.run(scripted(failed(IN_THE_WAY)))


def test_a_network_that_is_half_made_is_dropped(world: World, scripted: Script) -> None:
    compose = scripted(failed(HALF_MADE))

    world.run(compose)

    assert world.engine.done[:4] == ["look", "disconnect", "remove shop_net", "look"]
    assert compose.calls.count("up") == 3


def test_where_a_network_is_gone_what_is_stopped_joins_its_successor(world: World, scripted: Script) -> None:
    compose = scripted(failed(GONE))

    world.run(compose)

    assert world.engine.done[:3] == ["look", "look", "look"]
    assert compose.calls.count("up") == 3


def test_what_a_service_waits_for_failing_is_an_outcome(world: World, scripted: Script) -> None:
    sick = container("running", "unhealthy", name="db")
    compose = scripted(failed(DEPENDENCY), looks=[(sick, container("created"))])

    outcome = world.run(compose)

    assert outcome.said == DEPENDENCY
    assert [it.container for it in outcome.unhealthy] == [sick]
    assert compose.calls == ["up", "ps"]


def test_it_is_tried_again_where_a_network_was_made_anew(world: World, scripted: Script) -> None:
    renewed = [Step(id="Network shop_net", text=text) for text in ("Removed", "Created")]
    compose = scripted(renewed, failed(DEPENDENCY))

    outcome = world.run(compose)

    assert (outcome.said, compose.calls.count("up")) == ("", 2)


def test_a_container_that_runs_for_a_moment_is_not_healthy(world: World, scripted: Script) -> None:
    outcome = world.run(scripted(looks=[(container(),), (container("exited", exit_code=1),)]))

    assert [it.container.exit_code for it in outcome.unhealthy] == [1]


def test_one_that_is_starting_is_waited_for(world: World, scripted: Script) -> None:
    starting, healthy = container(health="starting"), container(health="healthy")

    outcome = world.run(scripted(looks=[(starting,), (starting,), (healthy,)]))

    assert outcome.unhealthy == ()
    assert world.slept == 2


def test_one_without_a_health_check_has_to_run_for_a_while(world: World, scripted: Script) -> None:
    up, healthy = container(), container(health="healthy", name="db")
    again = container("restarting")
    compose = scripted(looks=[(up, healthy), (again, healthy), (up, healthy), (up, healthy)])

    assert world.run(compose).unhealthy == ()

    assert compose.calls == ["up", "ps", "ps", "ps", "ps"]


def test_beside_one_that_failed_those_on_their_way_are_not_to_blame(world: World, scripted: Script) -> None:
    dead, starting = container("dead"), container(health="starting", name="db")

    assert [it.container for it in world.run(scripted(looks=[(dead, starting)])).unhealthy] == [dead]


def test_the_wait_has_an_end(world: World, scripted: Script) -> None:
    starting = container(health="starting")

    outcome = world.run(scripted(looks=[(starting,)]), wait_seconds=0)

    assert [it.container for it in outcome.unhealthy] == [starting]


def test_a_cancel_ends_the_wait(world: World, scripted: Script) -> None:
    cancel = Cancel(lambda: world.slept == 3)

    with pytest.raises(EngineError) as caught:
        world.run(scripted(looks=[(container(health="starting"),)]), cancel=cancel)

    assert caught.value.code == "compose_cancelled"
    assert world.is_unfinished
