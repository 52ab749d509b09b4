"""Which directories an app may reach."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appos.compose.paths import HostPaths, Mounted
from appos.compose.policy.models import Rule
from appos.compose.policy.places import Places

HOST = "/var/lib/docker/volumes/appos_data/_data"
INSIDE = Places.of(
    Path("/appos/data/apps/wiki"),
    Path("/appos/data"),
    HostPaths(
        in_container=True,
        mounts=(
            Mounted(inside=Path("/appos/data"), on_host=Path(HOST), kind="volume", volume="appos_data"),
            Mounted(inside=Path("/srv/media"), on_host=Path("/mnt/media")),
        ),
    ),
    sockets=(Path("/appos/engine.sock"),),
)


@pytest.mark.parametrize(
    ("path", "rule"),
    [
        pytest.param("/appos/data/apps/wiki", None, id="its own directory"),
        pytest.param("/appos/data/apps/wiki/data/x", None, id="beneath its own"),
        pytest.param("/appos/data/apps/wiki/docker.sock", None, id="a socket of its own"),
        pytest.param(f"{HOST}/apps/wiki/data", None, id="its own, as the host has it"),
        pytest.param("/appos/data/apps/wiki2", Rule.APPOS_DATA, id="a neighbour with a like name"),
        pytest.param("/appos/data/apps/wiki/../mail", Rule.APPOS_DATA, id="a neighbour by dots"),
        pytest.param("/appos/data", Rule.APPOS_DATA, id="AppOS's data"),
        pytest.param("/appos/data/", Rule.APPOS_DATA, id="AppOS's data with a slash"),
        pytest.param("/appos/./data//records", Rule.APPOS_DATA, id="AppOS's data with dots and slashes"),
        pytest.param("//appos/data", Rule.APPOS_DATA, id="AppOS's data with two slashes in front"),
        pytest.param("/appos", Rule.APPOS_DATA, id="above AppOS's data"),
        pytest.param(HOST, Rule.APPOS_DATA, id="AppOS's data on the host"),
        pytest.param(f"{HOST}/apps/mail", Rule.APPOS_DATA, id="a neighbour on the host"),
        pytest.param("/var/lib/docker/volumes", Rule.APPOS_DATA, id="above AppOS's data on the host"),
        pytest.param("/var/lib", Rule.APPOS_DATA, id="far above AppOS's data on the host"),
        pytest.param("/", Rule.APPOS_DATA, id="everything"),
        pytest.param("/..", Rule.APPOS_DATA, id="everything by dots"),
        pytest.param("/var/run/docker.sock", Rule.ENGINE_SOCKET, id="the engine's socket"),
        pytest.param("/run/docker.sock", Rule.ENGINE_SOCKET, id="the engine's socket without var"),
        pytest.param("/var/run", Rule.ENGINE_SOCKET, id="where the engine's socket is"),
        pytest.param("/run/", Rule.ENGINE_SOCKET, id="where the engine's socket is, without var"),
        pytest.param("/run/containerd", Rule.ENGINE_SOCKET, id="where containerd's socket is"),
        pytest.param("/run/containerd/containerd.sock", Rule.ENGINE_SOCKET, id="containerd"),
        pytest.param("/run/podman/podman.sock", Rule.ENGINE_SOCKET, id="podman"),
        pytest.param("/run/user/1000/podman/podman.sock", Rule.ENGINE_SOCKET, id="a user's podman"),
        pytest.param("/run/user/1000/docker.sock", Rule.ENGINE_SOCKET, id="a user's engine"),
        pytest.param("/run/user/1000", Rule.ENGINE_SOCKET, id="where a user's engine is"),
        pytest.param("/run/user", Rule.ENGINE_SOCKET, id="where users' engines are"),
        pytest.param("/home/me/.docker/run/docker.sock", Rule.ENGINE_SOCKET, id="a desktop's engine"),
        pytest.param("/root/.docker", Rule.ENGINE_SOCKET, id="where a desktop's engine is"),
        pytest.param("/opt/other/docker.sock", Rule.ENGINE_SOCKET, id="an engine's socket anywhere"),
        pytest.param("/appos/engine.sock", Rule.ENGINE_SOCKET, id="the socket that AppOS uses"),
        pytest.param("/etc", Rule.HOST_PATH, id="etc"),
        pytest.param("/etc/passwd", Rule.HOST_PATH, id="beneath etc"),
        pytest.param("/etc/localtime", Rule.HOST_PATH, id="the time zone, to be written"),
        pytest.param("/proc", Rule.HOST_PATH, id="proc"),
        pytest.param("/sys/fs/cgroup", Rule.HOST_PATH, id="sys"),
        pytest.param("/dev/shm", Rule.HOST_PATH, id="dev"),
        pytest.param("/boot", Rule.HOST_PATH, id="boot"),
        pytest.param("/root/x", Rule.HOST_PATH, id="root"),
        pytest.param("/home", Rule.HOST_PATH, id="home"),
        pytest.param("/home/me", Rule.HOST_PATH, id="a home"),
        pytest.param("/var/lib/containerd", Rule.HOST_PATH, id="containerd's files"),
        pytest.param("/opt/data", Rule.OUTSIDE_PATH, id="elsewhere"),
        pytest.param("/etcetera", Rule.OUTSIDE_PATH, id="a name that begins like the system's"),
        pytest.param("/srv/media/films", Rule.OUTSIDE_PATH, id="another mount of AppOS"),
        pytest.param("relative", Rule.UNCLEAR_PATH, id="a path without a beginning"),
        pytest.param("~/x", Rule.UNCLEAR_PATH, id="a home that nobody worked out"),
        pytest.param("C:\\x", Rule.UNCLEAR_PATH, id="of another system"),
        pytest.param("etc/passwd", Rule.HOST_PATH, id="a path that begins where the engine is"),
        pytest.param("./../appos/data", Rule.APPOS_DATA, id="AppOS's data from where the engine is"),
    ],
)
@pytest.mark.parametrize("on_host", [False, True], ids=["as AppOS sees it", "as the engine tells it"])
def test_a_path_breaks_the_worst_rule_that_it_breaks(path: str, rule: Rule | None, on_host: bool) -> None:
    assert INSIDE.rule(path, on_host=on_host) is rule


@pytest.mark.parametrize(
    "path", ["/etc/localtime", "/etc/timezone", "/usr/share/zoneinfo/UTC", "/etc/ssl/certs"]
)
def test_what_tells_nothing_may_be_read(path: str) -> None:
    assert INSIDE.rule(path, read_only=True) is None
    assert INSIDE.rule(path) is Rule.HOST_PATH


def test_links_that_may_not_be_read_are_taken_by_their_letters() -> None:
    # Who may read it finds that it is the root directory, and with it AppOS's data.
    assert INSIDE.rule("/proc/1/root") in (Rule.HOST_PATH, Rule.APPOS_DATA)


def test_where_an_engine_keeps_everything_is_the_systems() -> None:
    places = Places.of(Path("/srv/wiki"), Path("/appos/data"), engine_root="/big/docker")
    assert places.rule("/big/docker/volumes/mail_data/_data") is Rule.HOST_PATH
    assert places.rule("/big") is Rule.HOST_PATH
    assert places.rule("/var/lib/docker") is Rule.HOST_PATH


def test_volumes_of_appos_are_its_own() -> None:
    assert INSIDE.volumes == {"appos_data"}


@pytest.mark.parametrize(
    ("directory", "path", "rule"),
    [
        pytest.param("/home/me/wiki", "/home/me/wiki/data", None, id="an app in a home"),
        pytest.param("/home/me/wiki", "/home/me", Rule.HOST_PATH, id="the home around it"),
        pytest.param("/appos", "/appos/data/x", Rule.APPOS_DATA, id="an app around AppOS's data"),
        pytest.param("/appos", "/appos/x", None, id="beside AppOS's data"),
        pytest.param("/appos/data", "/appos/data/x", Rule.APPOS_DATA, id="an app that is AppOS's data"),
        pytest.param("/", "/etc", Rule.HOST_PATH, id="an app that is everything"),
        pytest.param("/", "/run", Rule.ENGINE_SOCKET, id="an app that is everything, and the socket"),
        pytest.param("/etc", "/etc/shadow", Rule.HOST_PATH, id="an app that is the system's"),
        pytest.param("/var", "/var/lib/docker/x", Rule.HOST_PATH, id="an app around the system's"),
    ],
)
def test_an_apps_directory_opens_nothing_that_is_not_the_apps(
    directory: str, path: str, rule: Rule | None
) -> None:
    assert Places.of(Path(directory), Path("/appos/data")).rule(path) is rule


@pytest.fixture
def app(tmp_path: Path) -> Path:
    """An app's directory in AppOS's data, with links that lead out of it."""
    made = tmp_path / "data/apps/wiki"
    (made / "own").mkdir(parents=True)
    (tmp_path / "data/apps/mail").mkdir()
    (tmp_path / "elsewhere").mkdir()
    (made / "to_own").symlink_to("own")
    (made / "to_etc").symlink_to("/etc")
    (made / "to_socket").symlink_to("/var/run/docker.sock")
    (made / "to_mail").symlink_to("../mail")
    (made / "to_data").symlink_to(tmp_path / "data")
    (made / "to_link").symlink_to("to_etc")
    (made / "to_elsewhere").symlink_to(tmp_path / "elsewhere")
    (made / "to_itself").symlink_to("to_itself")
    (made / "to_missing").symlink_to("/etc/never/there")
    return made


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("to_own", None),
        ("to_itself", None),
        ("missing/never", None),
        ("to_etc", Rule.HOST_PATH),
        ("to_etc/passwd", Rule.HOST_PATH),
        ("to_link", Rule.HOST_PATH),
        ("to_missing", Rule.HOST_PATH),
        ("to_socket", Rule.ENGINE_SOCKET),
        ("to_mail", Rule.APPOS_DATA),
        ("to_data/apps/mail", Rule.APPOS_DATA),
        ("to_data", Rule.APPOS_DATA),
        ("to_elsewhere", Rule.OUTSIDE_PATH),
    ],
)
def test_symbolic_links_are_followed(app: Path, tmp_path: Path, name: str, rule: Rule | None) -> None:
    assert Places.of(app, tmp_path / "data").rule(str(app / name)) is rule


def test_links_of_the_host_are_followed_where_appos_sees_them(app: Path, tmp_path: Path) -> None:
    paths = HostPaths(in_container=True, mounts=(Mounted(inside=tmp_path, on_host=Path("/mnt/a")),))
    places = Places.of(app, tmp_path / "data", paths)
    assert places.rule("/mnt/a/data/apps/wiki/own", on_host=True) is None
    assert places.rule("/mnt/a/data/apps/wiki/to_etc", on_host=True) is Rule.HOST_PATH
    assert places.rule("/mnt/a/data/apps/wiki/to_mail", on_host=True) is Rule.APPOS_DATA


def test_an_app_may_be_reached_by_a_link(app: Path, tmp_path: Path) -> None:
    (tmp_path / "short").symlink_to(app)
    places = Places.of(tmp_path / "short", tmp_path / "data")
    assert places.rule(str(tmp_path / "short/own")) is None
    assert places.rule(str(app / "own")) is None
    assert places.rule(str(tmp_path / "short/to_mail")) is Rule.APPOS_DATA


# What changes nothing about a path, wherever it stands before a name.
DETOURS = st.lists(st.sampled_from(["/", "/.", "/x/..", "/./y/../.", "/.."]), max_size=4)
TARGETS = {
    "/appos/data/records": Rule.APPOS_DATA,
    "/run/docker.sock": Rule.ENGINE_SOCKET,
    "/etc/shadow": Rule.HOST_PATH,
    "/opt/other": Rule.OUTSIDE_PATH,
    "/appos/data/apps/wiki/data": None,
}


@given(st.sampled_from(sorted(TARGETS)), st.lists(DETOURS, min_size=5, max_size=5), st.booleans())
def test_detours_change_nothing(target: str, detours: list[list[str]], on_host: bool) -> None:
    names = target.split("/")[1:]
    steps = []
    for place, name in enumerate(names):
        # Only the root directory is its own parent.
        around = [step for step in detours[place] if step != "/.." or place == 0]
        steps.append(f"{''.join(around)}/{name}")
    assert INSIDE.rule("".join(steps), on_host=on_host) is TARGETS[target]
