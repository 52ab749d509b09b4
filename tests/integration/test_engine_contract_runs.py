"""What every engine keeps about commands in containers of their own, the real one and the fake one alike."""

import json
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator

import pytest

from appos.engine.docker import DockerEngine
from appos.engine.models import UNTIL
from appos.errors import EngineError, InvalidError, NotFoundError
from tests.engine_images import client_of
from tests.integration.engine_sites import Site, code_of
from tests.serving import wait_for

WAIT_SECONDS = 20
# Runs a command that lasts, in the process of a shell.
RUN = """
import json, sys
from appos.engine.docker import DockerEngine
host, image = json.loads(sys.argv[1])
DockerEngine(host).run_once(image, ["sleep", "600"])
"""
# Kills the greenlet that waits for a command, at some moments; prints what is left of containers and files.
KILL = """
from gevent import monkey
monkey.patch_all()
import json, os, sys
import gevent
from appos.engine.docker import DockerEngine
from appos.engine.models import UNTIL
host, image = json.loads(sys.argv[1])
engine = DockerEngine(host)
engine.run_once(image, ["true"])
before = len(os.listdir("/proc/self/fd"))
for seconds in (0.1, 0.3, 0.6, 2):
    waiter = gevent.spawn(engine.run_once, image, ["sleep", "60"])
    gevent.sleep(seconds)
    waiter.kill()
    assert isinstance(waiter.value, gevent.GreenletExit), waiter.value
print(json.dumps([len(engine.containers(labels={UNTIL: ""})), len(os.listdir("/proc/self/fd")) - before]))
"""
# Its entrypoint fails, it declares a volume, and its health check would be run.
AWKWARD = "contract-awkward:1"
AWKWARD_CHANGES = [
    'ENTRYPOINT ["false"]',
    'CMD ["more"]',
    "VOLUME /data",
    "HEALTHCHECK --interval=1s CMD false",
]


@pytest.fixture
def engine(engine_host: str) -> Iterator[DockerEngine]:
    made = DockerEngine(engine_host)
    yield made
    made.close()


@pytest.fixture
def awkward_image(engine_host: str, tiny_image: str) -> Iterator[str]:
    with client_of(engine_host) as client:
        made = client.containers.create(tiny_image, "true", network="none")
        made.commit(*AWKWARD.split(":"), changes=AWKWARD_CHANGES)
        made.remove()
        yield AWKWARD
        client.images.remove(AWKWARD)


def runs(engine: DockerEngine) -> list[str]:
    return [one.id for one in engine.containers(labels={UNTIL: ""})]


def running(engine: DockerEngine) -> list[str]:
    return [one.id for one in engine.containers(labels={UNTIL: ""}) if one.state == "running"]


def test_a_command_ends_and_its_container_is_gone(site: Site) -> None:
    before = {one.id for one in site.engine.containers()}
    image = site.engine.image(site.image).id
    done = site.engine.run_once(image, ["echo", "a b", "$c"])
    assert (done.exit_code, done.stdout, done.stderr) == (0, b"a b $c\n", b"")
    assert site.engine.run_once(site.image, ["false"], network="host").exit_code == 1
    assert {one.id for one in site.engine.containers()} == before


def test_what_is_missing_is_told(site: Site) -> None:
    before = {one.id for one in site.engine.containers()}
    engine = site.engine
    assert code_of(NotFoundError, lambda: engine.run_once("contract-none:1", ["true"])) == "image_not_found"
    assert (
        code_of(NotFoundError, lambda: engine.run_once(site.image, ["echo"], network="contract-none"))
        == "network_not_found"
    )
    assert (
        code_of(InvalidError, lambda: engine.run_once(site.image, ["contract-nothing"])) == "engine_invalid"
    )
    assert {one.id for one in engine.containers()} == before


def test_a_command_that_takes_too_long_is_ended(site: Site) -> None:
    before = {one.id for one in site.engine.containers()}

    def late() -> None:
        site.engine.run_once(site.image, ["sleep", "3"], timeout_seconds=1.5)

    assert code_of(EngineError, late) == "run_timeout"
    assert {one.id for one in site.engine.containers()} == before


def test_both_outputs_are_read_whole(engine: DockerEngine, tiny_image: str) -> None:
    script = "head -c 300000 /dev/zero; head -c 200000 /dev/zero >&2; exit 3"
    done = engine.run_once(tiny_image, ["sh", "-c", script])
    assert (done.exit_code, len(done.stdout), len(done.stderr)) == (3, 300_000, 200_000)


def test_what_the_image_would_run_does_not_matter(engine: DockerEngine, awkward_image: str) -> None:
    volumes = {volume.name for volume in engine.volumes()}
    done = engine.run_once(awkward_image, ["echo", "mine"])
    assert (done.exit_code, done.stdout) == (0, b"mine\n")
    assert {volume.name for volume in engine.volumes()} == volumes


def test_it_may_do_nothing_but_read(engine: DockerEngine, tiny_image: str) -> None:
    script = "touch /x 2>/dev/null && echo wrote; grep -E '^(CapEff|CapBnd|NoNewPrivs)' /proc/self/status"
    told = engine.run_once(tiny_image, ["sh", "-c", script]).stdout.decode().split("\n")
    assert {line.replace("\t", "") for line in told if line} == {
        "CapEff:0000000000000000",
        "CapBnd:0000000000000000",
        "NoNewPrivs:1",
    }


def test_it_is_in_the_network_that_it_is_given(engine: DockerEngine, tiny_image: str) -> None:
    ask = ["sh", "-c", "cat /proc/net/dev | tail -n +3 | cut -d : -f 1"]
    alone = engine.run_once(tiny_image, ask).stdout.split()
    with open("/proc/net/dev", encoding="ascii") as table:
        here = [line.partition(":")[0].strip() for line in table.readlines()[2:]]
    # Interfaces of other containers come and go meanwhile.
    bridge = [name for name in here if not name.startswith("veth")]
    assert b"lo" in alone
    assert set(bridge) - {name.decode() for name in alone}
    assert set(bridge) <= {
        name.decode() for name in engine.run_once(tiny_image, ask, network="host").stdout.split()
    }


def test_what_a_killed_run_has_left_goes_with_the_next(
    engine: DockerEngine, engine_host: str, tiny_image: str
) -> None:
    with client_of(engine_host) as client:
        left, waits, foreign = (
            client.containers.create(tiny_image, "true", network="none", labels={UNTIL: until}).id
            for until in (str(int(time.time()) - 1), str(int(time.time()) + 60), "never")
        )
        try:
            engine.run_once(tiny_image, ["true"])
            assert set(runs(engine)) == {waits, foreign}
        finally:
            for id in runs(engine):
                client.containers.get(id).remove(force=True)
    assert left not in runs(engine)


def test_a_run_is_cut_off_by_the_end_of_its_container(engine: DockerEngine, tiny_image: str) -> None:
    codes: list[int] = []
    waiter = threading.Thread(
        target=lambda: codes.append(engine.run_once(tiny_image, ["sleep", "60"]).exit_code)
    )
    waiter.start()
    (run,) = wait_for(lambda: running(engine), WAIT_SECONDS, "a run")
    engine.kill(run)
    waiter.join(WAIT_SECONDS)
    assert codes == [137]
    assert runs(engine) == []


def test_a_run_whose_process_is_killed_leaves_nothing_that_stays(
    engine: DockerEngine, engine_host: str, tiny_image: str
) -> None:
    with subprocess.Popen([sys.executable, "-c", RUN, json.dumps([engine_host, tiny_image])]) as child:
        try:
            (run,) = wait_for(lambda: running(engine), WAIT_SECONDS, "a run")
        finally:
            child.send_signal(signal.SIGKILL)
    engine.kill(run)
    wait_for(lambda: runs(engine) == [], WAIT_SECONDS, "the end of what was left")


def test_a_greenlet_that_is_killed_leaves_nothing(engine_host: str, tiny_image: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", KILL, json.dumps([engine_host, tiny_image])],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    left, descriptors = json.loads(done.stdout)
    # An idle connection may be kept, or given back, between questions.
    assert (left, descriptors <= 1) == (0, True)
