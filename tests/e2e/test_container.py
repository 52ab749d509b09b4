"""The container as people run it: start, restart, removal, upgrade, kills, and what it refuses."""

import io
import os
import threading
import time

import pytest
from docker.errors import NotFound

from appos import __version__
from tests.e2e.boxes import HEALTHY_SECONDS, IMAGE, NAME, Box
from tests.serving import EMAIL, PASSWORD, wait_for

# The first test builds the image.
pytestmark = pytest.mark.timeout(900)

KILLS = 20 if os.environ.get("CAMPAIGN") == "full" else 2
WRITERS = 4
# Python that opens the database.
DATABASE = "import sqlite3; sqlite3.connect('/appos/data/pb_data/data.db')"


class Kept:
    """What an installation holds, to be found again: an account, a collection, a record and its file."""

    def __init__(self, box: Box) -> None:
        self.box = box
        body = {"email": "bob@example.com", "password": PASSWORD, "passwordConfirm": PASSWORD}
        self.user = box.request_json("POST", "/api/collections/users/records", box.token, body)["id"]
        self.content = os.urandom(3000)
        record = box.upload(
            "/api/collections/papers/records", box.token, "a.bin", [self.content], len(self.content)
        )
        self.record, self.file = record["id"], record["file"]

    def is_there(self) -> None:
        """Look for all of it, and sign in with passwords from before."""
        signed_in = self.box.web.sign_in()
        assert signed_in.status == 200, signed_in.text
        user = self.box.request_json(
            "POST",
            "/api/collections/users/auth-with-password",
            body={"identity": "bob@example.com", "password": PASSWORD},
        )
        assert user["record"]["id"] == self.user
        found = self.box.request_json("GET", f"/api/collections/papers/records/{self.record}")
        assert found["file"] == self.file
        stored = f"pb_data/storage/{found['collectionId']}/{self.record}/{self.file}"
        assert self.box.run("wc", "-c", f"/appos/data/{stored}").split()[0] == str(len(self.content))


@pytest.fixture(scope="module")
def kept(claimed: Box) -> Kept:
    return Kept(claimed)


def built_on(box: Box, dockerfile: str) -> None:
    """Make another image under the name of the first, as a newer version would be."""
    client = box.client
    try:
        client.images.build(fileobj=io.BytesIO(f"FROM {IMAGE}\n{dockerfile}\n".encode()), tag=IMAGE)
    finally:
        client.close()


def image_id(box: Box) -> str:
    client = box.client
    try:
        return str(box.container(client).image.id)
    finally:
        client.close()


def test_start_says_where_it_is_and_how_to_claim_it(box: Box) -> None:
    assert f"AppOS runs at http://127.0.0.1:{box.port}\n" in box.started
    assert f"http://127.0.0.1:{box.port}/setup#token=" in box.started


def test_a_new_container_is_healthy_within_thirty_seconds(box: Box) -> None:
    client = box.client
    try:
        box.made("delete")
        began = time.monotonic()
        box.made("start")
        answers = time.monotonic() - began

        def is_healthy() -> bool:
            return str(box.container(client).attrs["State"]["Health"]["Status"]) == "healthy"

        wait_for(is_healthy, HEALTHY_SECONDS - answers, "the engine's word that the container is healthy")
        healthy = time.monotonic() - began
    finally:
        client.close()
    print(f"answers after {answers:.1f} s, healthy after {healthy:.1f} s")
    assert box.are_running(), box.services()


@pytest.mark.parametrize(
    ("path", "status"),
    [
        pytest.param("/", 200, id="root"),
        pytest.param("/apps/wiki", 200, id="a-page-of-the-dashboard"),
        pytest.param("/api/health", 200, id="health"),
        pytest.param("/_/", 401, id="panel"),
        pytest.param("/api/appos/setup/status", 200, id="appos"),
        pytest.param("/pb/api/health", 200, id="alias-of-the-api"),
        pytest.param("/pb/_/", 401, id="alias-of-the-panel"),
        pytest.param("/api/nothing", 404, id="unknown"),
    ],
)
def test_what_answers_at_the_port(box: Box, path: str, status: int) -> None:
    assert box.web.request("GET", path).status == status


def test_the_data_directory_is_seen_from_outside(box: Box) -> None:
    assert {"apps", "backups", "pb_data", "proxy", "redis"} <= set(box.run("ls", "/appos/data/").split())
    assert "appos version" not in box.run("appos", "--version")
    assert box.run("appos", "--version").strip() == f"AppOS {__version__}"


def test_stats_and_status_and_logs_ask_the_container(box: Box) -> None:
    stats = box.made("stats")
    assert stats.count("RUNNING") == 3
    assert " MB, CPU " in stats
    assert "is running" in box.made("status")
    assert '"event": "started"' in box.made("logs")


def test_data_is_kept_over_restart_and_removal(kept: Kept) -> None:
    kept.is_there()
    kept.box.made("restart")
    kept.is_there()
    kept.box.made("delete")
    client = kept.box.client
    try:
        with pytest.raises(NotFound):
            kept.box.container(client)
    finally:
        client.close()
    kept.box.made("start")
    kept.is_there()


def test_an_upgrade_keeps_the_data_and_a_copy_of_the_database(kept: Kept) -> None:
    before = image_id(kept.box)
    built_on(kept.box, "LABEL rebuilt=1")
    said = kept.box.made("upgrade", BUILD="0")
    assert image_id(kept.box) != before
    assert f"pb_data/copies/upgrade-{__version__}-" in said
    assert f"upgrade-{__version__}-" in kept.box.run("ls", "/appos/data/pb_data/copies")
    kept.is_there()


def test_an_upgrade_that_fails_goes_back_with_the_database(kept: Kept) -> None:
    before = image_id(kept.box)
    newer = f"{DATABASE}.execute('PRAGMA user_version=999'); raise SystemExit(1)"
    built_on(kept.box, f'ENTRYPOINT ["python3", "-c", "{newer}"]')
    done = kept.box.make("upgrade", BUILD="0")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "The previous version runs again; its database is restored." in done.stderr
    assert image_id(kept.box) == before
    kept.is_there()


@pytest.mark.campaign
def test_a_kill_amid_writes_loses_nothing_acknowledged(claimed: Box) -> None:
    acknowledged: list[str] = []
    for _ in range(KILLS):
        acknowledged += write_and_kill(claimed)
    assert len(acknowledged) > KILLS
    check = f"{DATABASE}.execute('PRAGMA integrity_check').fetchone()[0])".replace("; ", "; print(", 1)
    assert claimed.run("python3", "-c", check).strip() == "ok"
    for title in acknowledged:
        found = claimed.request_json("GET", f"/api/collections/papers/records?filter=(title='{title}')")
        assert found["totalItems"] == 1, title


def write_and_kill(box: Box) -> list[str]:
    """Write from several sides until everything is killed; return what was acknowledged."""
    acknowledged: list[str] = []
    is_over = threading.Event()

    def write(number: int) -> None:
        count = 0
        while not is_over.is_set():
            count += 1
            title = f"{number}-{count}-{time.time_ns()}"
            try:
                answer = box.web.request(
                    "POST", "/api/collections/papers/records", box.token, {"title": title}, timeout=5
                )
            except OSError:
                continue
            except Exception as error:  # noqa: BLE001 - a torn answer of any kind is none
                print(error)
                continue
            if answer.status == 200:
                acknowledged.append(title)

    writers = [threading.Thread(target=write, args=(number,)) for number in range(WRITERS)]
    for writer in writers:
        writer.start()
    wait_for(lambda: len(acknowledged) > 5, 30, "writes")
    threading.Timer(0.2, is_over.set).start()
    box.kill()
    is_over.set()
    for writer in writers:
        writer.join()
    return acknowledged


@pytest.mark.parametrize("service", ["redis", "appos", "nginx"])
def test_a_killed_service_is_back_and_the_others_never_noticed(claimed: Box, service: str) -> None:
    wait_for(claimed.are_running, HEALTHY_SECONDS, "the services")
    before = claimed.services()
    jobs = [
        claimed.request_json("POST", "/api/appos/jobs", claimed.token, {"kind": "logs.cleanup"})["id"]
        for _ in range(5)
    ]
    claimed.run("kill", "-9", str(before[service][1]))
    wait_for(lambda: claimed.services()[service][1] not in (0, before[service][1]), 20, service)
    wait_for(claimed.are_running, HEALTHY_SECONDS, "the services")
    claimed.wait_until_healthy()
    # Nothing of a killed service may stand in the way of the one that follows.
    time.sleep(3)
    assert claimed.are_running(), claimed.services()
    assert "still could not bind" not in claimed.log()
    after = claimed.services()
    assert {name for name in after if after[name] != before[name]} == {service}
    for job in jobs:
        wait_for(
            lambda job=job: (  # type: ignore[misc]
                claimed.request_json("GET", f"/api/appos/jobs/{job}", claimed.token)["state"]
                in ("succeeded", "interrupted")
            ),
            30,
            "the end of a job",
        )


def test_a_stop_is_in_order_and_kills_nothing(claimed: Box) -> None:
    claimed.made("stop")
    log = claimed.log()
    log = log[log.rindex("received SIGTERM") :]
    ends = [log.rindex(f"stopped: {service} (") for service in ("nginx", "appos", "redis")]
    assert ends == sorted(ends)
    assert "SIGKILL" not in log
    assert "is exited" in claimed.make("status").stdout
    claimed.made("start")


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        pytest.param({"SUPERUSER_EMAIL": EMAIL}, "INIT_MODE=auto needs SUPERUSER_PASSWORD.", id="none"),
        pytest.param(
            {"SUPERUSER_EMAIL": EMAIL, "SUPERUSER_PASSWORD": "password123"},
            "SUPERUSER_PASSWORD cannot be used.",
            id="weak",
        ),
    ],
)
def test_auto_mode_refuses_what_is_no_password(box: Box, settings: dict[str, str], said: str) -> None:
    client = box.client
    container = client.containers.create(IMAGE, environment={"INIT_MODE": "auto", **settings})
    try:
        container.start()
        assert container.wait(timeout=60)["StatusCode"] == 1
        log = container.logs().decode()
    finally:
        container.remove(force=True, v=True)
        client.close()
    assert said in log
    assert "password123" not in log
    assert "No volume is mounted at /appos/data" in log


def test_auto_mode_makes_the_superuser(box: Box) -> None:
    client = box.client
    other = Box(box.host, box.folder)
    container = client.containers.create(
        IMAGE,
        environment={
            "INIT_MODE": "auto",
            "SUPERUSER_EMAIL": EMAIL,
            "SUPERUSER_PASSWORD": PASSWORD,
            "REDIS": "off",
        },
        ports={"80/tcp": ("127.0.0.1", other.port)},
    )
    try:
        container.start()
        other.wait_until_healthy()
        assert other.web.sign_in().status == 200

        def status() -> str:
            return str(container.exec_run(["supervisorctl", "status"]).output.decode())

        # Supervisor calls a service running once it has stayed up for a second.
        wait_for(lambda: status().count("RUNNING") == 2, HEALTHY_SECONDS, "AppOS and nginx")
        assert "redis                            STOPPED" in status()
    finally:
        container.remove(force=True, v=True)
        client.close()
    assert NAME != container.name


def test_removal_of_the_data_asks_first(box: Box) -> None:
    done = box.make("rm")
    assert done.returncode == 1
    assert "Nothing was removed." in done.stderr
    assert box.web.health() == 200
