"""A plan says exactly what the real Docker Compose then does, by the events of a real engine."""

import json
import os
import random
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from threading import Event

import pytest

from appos.apps.actual import actual_of, with_changes
from appos.compose.actual import Actual
from appos.compose.model import Model, model_of
from appos.compose.plan import (
    Kind,
    LossKind,
    Options,
    Plan,
    Target,
    Wanted,
    plan,
    printed,
    referring,
    refers,
)
from appos.engine.docker import DockerEngine
from tests.conformance.conftest import COUNTS
from tests.conformance.plan_edits import EDITS, Edit
from tests.conformance.plan_events import LABEL, Done, done, events_of, planned
from tests.conformance.plan_projects import IMAGES, World
from tests.engine_daemon import running_engine
from tests.engine_images import client_of, load_tiny_image

PROJECTS = 4
FULL = 324
SAMPLE = 20
# The second image has defaults of its own: they are there without being asked for.
SECOND = "FROM {first}\nENV GIVEN=1\nLABEL given=1\nVOLUME /given\nWORKDIR /etc\nUSER 0\n"
# A service that shares something with one of several containers may be recreated once more.
SETTLING = 3
SHARES = "it shares that of"
# Words of an obstacle, and those of Compose or the engine when it fails for that.
WORDS = {
    "is paused": "cannot start a paused container",
    "cannot be removed while": "has active endpoints",
    "not on it": "is not connected to the network",
}


@dataclass(frozen=True)
class Seen:
    """What the files say, what there is, and the plan."""

    model: Model
    actual: Actual
    plan: Plan

    @property
    def anonymous(self) -> set[str]:
        """The anonymous volumes that containers have."""
        return {mount.source for one in self.actual.containers for mount in one.mounts if mount.anonymous}

    def keys(self, project: str) -> dict[tuple[Target, str], str]:
        """Return the keys of networks and volumes by their names, old and new."""
        actual, wanted = self.actual, self.model.project
        keys = {(Target.NETWORK, one.name): one.key for one in actual.networks if one.project == project}
        keys |= {(Target.VOLUME, one.name): one.key for one in actual.volumes if one.project == project}
        keys |= {(Target.NETWORK, part.name): key for key, part in wanted.networks.items()}
        return keys | {(Target.VOLUME, part.name): key for key, part in wanted.volumes.items()}


@pytest.fixture(scope="module")
def engine_host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Run an engine with the two images of the projects."""
    with running_engine() as engine:
        first = load_tiny_image(engine.host)
        folder = tmp_path_factory.mktemp("image")
        (folder / "Dockerfile").write_text(SECOND.format(first=first), encoding="utf-8")
        with client_of(engine.host) as client:
            client.images.get(first).tag(IMAGES[0])
            client.images.build(path=str(folder), tag=IMAGES[1])
        yield engine.host


@pytest.mark.campaign
@pytest.mark.timeout(3600)
def test_a_plan_is_what_docker_compose_then_does(
    engine_host: str, tmp_path: Path, is_full_campaign: bool
) -> None:
    count = FULL if is_full_campaign else SAMPLE
    seed = int(os.environ.get("CAMPAIGN_SEED", 0)) or random.randrange(1, 1 << 31)
    share = -(-count // PROJECTS)
    ended = Event()

    def edited(index: int) -> "Counter[str]":
        try:
            return _project(engine_host, tmp_path, seed + index, index, share, ended)
        except BaseException:
            # The others need not go on.
            ended.set()
            raise

    with ThreadPoolExecutor(PROJECTS) as pool:
        kinds = sum(pool.map(edited, range(PROJECTS)), Counter[str]())
    edits = kinds.pop("edits")
    told = ", ".join(f"{number} {kind}" for kind, number in sorted(kinds.items()))
    COUNTS[f"edits of running projects (seed {seed}), planned as Docker Compose then did: {told}"] += edits
    assert edits >= count


def _project(host: str, folder: Path, seed: int, index: int, edits: int, ended: Event) -> "Counter[str]":
    """Edit one project again and again; count the edits and what was done."""
    directory = folder / f"project{index}"
    directory.mkdir()
    engine = DockerEngine(host)
    world = World(f"plan{index}", directory, engine, host, seed)
    order = random.Random(seed)
    kinds: Counter[str] = Counter()
    try:
        _carry_out(world, Edit("first deployment", None), kinds)
        while kinds["edits"] < edits and not ended.is_set():
            batch = list(EDITS)
            order.shuffle(batch)
            for make in batch:
                edit = make(world)
                if edit is not None and kinds["edits"] < edits and not ended.is_set():
                    world.write()
                    _carry_out(world, edit, kinds)
                    kinds["edits"] += 1
    finally:
        world.compose("down", "--volumes", "--timeout", "0")
        engine.close()
    return kinds


def _carry_out(world: World, edit: Edit, kinds: "Counter[str]") -> None:
    """Plan an edit, let Compose do it, and compare; and again, until nothing is left to do."""
    about = f"{world.name} after {kinds['edits']} edits: {edit.name} with {world.arguments}:"
    seen = _look(world)
    while seen.plan.obstacles:
        about += f"\n{printed(seen.plan)}"
        _overcome(world, seen.plan, about)
        seen = _look(world)
    _compare_reasons(edit, seen.plan, f"{about}\n{printed(seen.plan)}")
    for _ in range(SETTLING):
        about += f"\n{printed(seen.plan)}"
        found = _done(world, seen, about)
        assert found == planned(seen.plan), about
        kinds.update(kind.value for kind in found.values())
        world.arguments.clear()
        after = _look(world)
        assert seen.anonymous - after.anonymous == _left_behind(seen.plan), about
        if not planned(after.plan):
            return
        seen = after
    pytest.fail(f"Compose does not come to an end:\n{about}")


def _done(world: World, seen: Seen, about: str) -> Done:
    """Let Compose bring the project up, and return what it did, by the events of the engine."""
    there = {volume.name for volume in seen.actual.volumes}
    ran, events = events_of(world.engine, lambda: world.compose("up", "--detach", *world.arguments))
    assert ran.returncode == 0, f"{about}\n{ran.stderr}"
    return done(events, world.name, seen.keys(world.name), there)


def _options(arguments: list[str]) -> Options:
    return Options(
        force_recreate="--force-recreate" in arguments,
        remove_orphans="--remove-orphans" in arguments,
        recreate_volumes="--yes" in arguments,
    )


def _look(world: World) -> Seen:
    """Plan what the files of a project say now."""
    normalised = world.compose("config", "--format", "json")
    assert normalised.returncode == 0, normalised.stderr
    model = model_of(json.loads(normalised.stdout))
    actual = actual_of(world.engine, model)
    arguments: tuple[str, ...] = ()
    if refers(model.raw):
        path = world.directory / "referring.json"
        path.write_text(json.dumps(referring(model.raw, actual)), encoding="utf-8")
        arguments = ("--file", str(path))
    hashed = world.compose(*arguments, "config", "--hash", "*")
    assert hashed.returncode == 0, hashed.stderr
    wanted = Wanted(
        model=model,
        hashes=dict(line.split() for line in hashed.stdout.splitlines()),
        disabled=frozenset(world.services) - frozenset(world.active()),
        options=_options(world.arguments),
    )
    first = plan(wanted, actual)
    return Seen(model, actual, plan(wanted, with_changes(world.engine, actual, first)))


def _overcome(world: World, said: Plan, about: str) -> None:
    """See that Compose fails for a reason that the plan gives, and take that away."""
    ran = world.compose("up", "--detach", *world.arguments)
    assert ran.returncode != 0, about
    assert any(
        word in ran.stderr for note in said.obstacles for text, word in WORDS.items() if text in note.text
    ), f"{about}\n{ran.stderr}"
    while name := world.any_container("paused"):
        world.engine.unpause(name)
    for one in world.engine.containers(labels={f"{LABEL}project": world.name}):
        if any(one.name in note.text for note in said.obstacles if note.path.startswith("networks.")):
            world.engine.remove_container(one.id, force=True)


def _compare_reasons(edit: Edit, said: Plan, about: str) -> None:
    """See that what was edited is what is given as the reason, and nothing else."""
    if edit.paths is None:
        return
    for action in said.changes:
        expected = edit.paths.get(action.name)
        if action.kind is Kind.RECREATE and expected is not None:
            given = {reason.path for reason in action.reasons if not reason.text.startswith(SHARES)}
            assert given == expected, about


def _left_behind(said: Plan) -> set[str]:
    """Return the anonymous volumes that no container has any more, as a plan says."""
    kind = LossKind.ANONYMOUS_VOLUME
    return {example for loss in said.losses if loss.kind is kind for example in loss.examples}
