"""Bind sources as the engine sees them."""

from pathlib import Path
from typing import Any

import pytest

from appos.compose.model import Model, model_of
from appos.compose.paths import (
    NATIVE,
    HostPaths,
    Mounted,
    ensure_sources,
    is_bind,
    refuse_unreachable,
    rewritten,
)
from appos.errors import ConflictError

VOLUME = Path("/var/lib/docker/volumes/appos_data/_data")
APP = Path("/appos/data/apps/wiki")
MOUNTS = HostPaths(
    in_container=True,
    mounts=(
        Mounted(inside=Path("/appos/data"), on_host=VOLUME, kind="volume", volume="appos_data"),
        Mounted(inside=Path("/appos/data/backups"), on_host=Path("/mnt/disk/backups")),
        Mounted(inside=Path("/appos/data/backups/fast"), on_host=None, kind="tmpfs"),
        Mounted(inside=Path("/run/docker.sock"), on_host=Path("/run/user/1000/docker.sock")),
        Mounted(inside=Path("/media"), on_host=Path("/srv/media"), read_only=True),
    ),
)


def model(*mounts: dict[str, Any], **more: Any) -> Model:
    return model_of({"name": "wiki", "services": {"web": {"volumes": list(mounts)}}, **more})


def bind(source: str, **more: Any) -> dict[str, Any]:
    return {"type": "bind", "source": source, "target": "/x", **more}


@pytest.mark.parametrize(
    ("inside", "on_host"),
    [
        pytest.param("/appos/data/apps/wiki/data", f"{VOLUME}/apps/wiki/data", id="in a volume"),
        pytest.param("/appos/data", f"{VOLUME}", id="the mount itself"),
        pytest.param("/appos/data/", f"{VOLUME}", id="with a slash at its end"),
        pytest.param("/appos/data/./apps//wiki/../x", f"{VOLUME}/apps/x", id="with dots and doubled slashes"),
        pytest.param("//appos/data/x", f"{VOLUME}/x", id="with two slashes in front"),
        pytest.param("/appos/data/backups/a", "/mnt/disk/backups/a", id="the inner mount wins"),
        pytest.param("/appos/data/backups2/a", f"{VOLUME}/backups2/a", id="a name that begins alike"),
        pytest.param("/appos/data/apps/../backups/a", "/mnt/disk/backups/a", id="the inner mount by dots"),
        pytest.param("/media/films", "/srv/media/films", id="in a bind"),
        pytest.param("/run/docker.sock", "/run/user/1000/docker.sock", id="a file"),
        pytest.param("/appos/data/backups/fast/x", None, id="in memory"),
        pytest.param("/appos/data/../etc", None, id="out of the mount by dots"),
        pytest.param("/appos/database", None, id="a name that begins like a mount"),
        pytest.param("/appos", None, id="above a mount"),
        pytest.param("/etc/localtime", None, id="elsewhere"),
        pytest.param("/", None, id="the root"),
    ],
)
def test_a_path_has_its_place_on_the_host(inside: str, on_host: str | None) -> None:
    found = MOUNTS.host_path(Path(inside))
    assert (str(found) if found else None) == on_host


@pytest.mark.parametrize(
    ("on_host", "inside"),
    [
        pytest.param(f"{VOLUME}/apps/wiki", "/appos/data/apps/wiki", id="in a volume"),
        pytest.param(f"{VOLUME}/backups/x", None, id="hidden by an inner mount"),
        pytest.param("/mnt/disk/backups/x", "/appos/data/backups/x", id="in the inner mount"),
        pytest.param("/mnt/disk/backups/fast", None, id="hidden by memory"),
        pytest.param("/appos/data/apps", None, id="a path that means something inside alone"),
        pytest.param("/var/lib/docker", None, id="above"),
    ],
)
def test_a_path_of_the_host_has_its_place_inside(on_host: str, inside: str | None) -> None:
    found = MOUNTS.inside_path(Path(on_host))
    assert (str(found) if found else None) == inside


def test_where_several_mounts_hold_a_path_of_the_host_one_that_shows_it_is_told() -> None:
    twice = HostPaths(
        in_container=True,
        mounts=(
            Mounted(inside=Path("/hidden"), on_host=Path("/srv")),
            Mounted(inside=Path("/hidden/a"), on_host=Path("/other")),
            Mounted(inside=Path("/seen"), on_host=Path("/srv/a")),
        ),
    )
    assert twice.inside_path(Path("/srv/a/b")) == Path("/seen/b")


def test_natively_both_sides_see_the_same() -> None:
    assert NATIVE.host_path(Path("/a/./b")) == Path("/a/b") == NATIVE.inside_path(Path("/a/b"))
    told = model(bind("/a/b"))
    assert rewritten(told, NATIVE, Path("/a")) == (told, ())


@pytest.mark.parametrize(
    ("on_host", "seen"),
    [
        pytest.param("/srv/media", "/media", id="a mount"),
        pytest.param("/srv/media/films", "/media/films", id="in a mount"),
        pytest.param("/var/lib/docker", "/appos/data", id="around a mount"),
        pytest.param("/var/lib/docker/containers", None, id="beside a mount"),
        pytest.param("/var/lib/dock", None, id="a name that a mount begins with"),
    ],
)
def test_a_directory_of_the_host_is_seen_by_what_is_within_it(on_host: str, seen: str | None) -> None:
    assert MOUNTS.seen_within(Path(on_host)) == (Path(seen) if seen else None)
    assert NATIVE.seen_within(Path(on_host)) == Path(on_host)


def test_everything_that_the_engine_mounts_is_rewritten() -> None:
    told = model(
        bind(f"{APP}/data"),
        bind("/etc/localtime", read_only=True),
        {"type": "volume", "source": "bound", "target": "/v"},
        configs={"c": {"name": "c", "file": f"{APP}/c.conf"}, "text": {"name": "t", "content": "x"}},
        secrets={"s": {"name": "s", "file": f"{APP}/s.txt"}, "env": {"name": "e", "environment": "E"}},
        volumes={
            "bound": {"name": "b", "driver_opts": {"type": "none", "o": "bind,rw", "device": f"{APP}/bound"}},
            "plain": {"name": "p"},
            "remote": {"name": "r", "driver_opts": {"type": "nfs", "o": "addr=nas", "device": f":{APP}"}},
        },
    )
    made, findings = rewritten(told, MOUNTS, APP)
    host = f"{VOLUME}/apps/wiki"
    assert findings == ()
    assert [mount.source for mount in made.project.services["web"].volumes or ()] == [
        f"{host}/data",
        "/etc/localtime",
        "bound",
    ]
    assert made.project.configs["c"].file == f"{host}/c.conf"
    assert made.project.secrets["s"].file == f"{host}/s.txt"
    assert made.raw["volumes"]["bound"]["driver_opts"]["device"] == f"{host}/bound"
    assert made.raw["volumes"]["remote"] == told.raw["volumes"]["remote"]
    assert told.raw["services"]["web"]["volumes"][0]["source"] == f"{APP}/data", (
        "The model read stays as it is."
    )


def test_what_compose_reads_itself_stays_as_it_is() -> None:
    service = {"build": {"context": f"{APP}/src"}, "env_file": [{"path": f"{APP}/x.env"}]}
    told = model_of({"name": "wiki", "services": {"web": service}})
    assert rewritten(told, MOUNTS, APP)[0].raw == told.raw


def test_a_project_outside_of_all_mounts_is_said_to_be_out_of_the_hosts_sight() -> None:
    elsewhere = Path("/home/me/wiki")
    told = model(bind(f"{elsewhere}/data"), bind("/home/me/other"), bind("/appos/data/backups/fast/x"))
    _, findings = rewritten(told, MOUNTS, elsewhere)
    assert [finding.path for finding in findings] == ["services.web.volumes[0]", "services.web.volumes[2]"]
    assert "exists only within AppOS's own container" in findings[0].message
    with pytest.raises(ConflictError, match="/home/me/wiki/data exists only within") as refused:
        refuse_unreachable(findings)
    assert refused.value.code == "path_unreachable"
    assert set(refused.value.fields) == {"services.web.volumes[0]", "services.web.volumes[2]"}
    refuse_unreachable(())


def test_symbolic_links_are_followed_within_the_container(tmp_path: Path) -> None:
    data, outside = tmp_path / "data", tmp_path / "outside"
    app = data / "apps/wiki"
    (data / "shared").mkdir(parents=True)
    app.mkdir(parents=True)
    outside.mkdir()
    (app / "within").symlink_to(data / "shared")
    (app / "without").symlink_to(outside)
    paths = HostPaths(in_container=True, mounts=(Mounted(inside=data, on_host=VOLUME),))
    told = model(bind(f"{app}/within/x"), bind(f"{app}/without/x"))
    made, findings = rewritten(told, paths, app)
    assert findings == ()
    assert [mount.source for mount in made.project.services["web"].volumes or ()] == [
        f"{VOLUME}/shared/x",
        f"{outside}/x",
    ]


def test_a_project_that_is_reached_by_a_link_is_rewritten_too(tmp_path: Path) -> None:
    data = tmp_path / "data"
    (data / "wiki").mkdir(parents=True)
    (tmp_path / "short").symlink_to(data)
    paths = HostPaths(in_container=True, mounts=(Mounted(inside=data, on_host=VOLUME),))
    made, findings = rewritten(model(bind(f"{tmp_path}/short/wiki/d")), paths, tmp_path / "short/wiki")
    assert findings == ()
    assert (made.project.services["web"].volumes or ())[0].source == f"{VOLUME}/wiki/d"


def test_missing_sources_of_an_app_are_made(tmp_path: Path) -> None:
    app, outside = tmp_path / "app", tmp_path / "outside"
    app.mkdir()
    outside.mkdir()
    (app / "link").symlink_to(outside)
    (app / "file.conf").write_text("kept")
    told = model(
        bind(f"{app}/a/b", bind={}),
        bind(f"{app}/file.conf"),
        bind(f"{app}/never", bind={"create_host_path": False}),
        bind(f"{app}/link/x"),
        bind(f"{tmp_path}/other"),
        bind(f"{app}/../appendix"),
        {"type": "volume", "target": "/anonymous"},
    )
    assert ensure_sources(told, app) == (app / "a/b",)
    assert ensure_sources(told, app) == ()
    assert (app / "a/b").is_dir()
    assert sorted(path.name for path in app.iterdir()) == ["a", "file.conf", "link"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["app", "outside"]
    assert list(outside.iterdir()) == []


def test_a_source_that_cannot_be_made_is_a_conflict(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConflictError, match="Not a directory") as refused:
        ensure_sources(model(bind(f"{tmp_path}/file/x")), tmp_path)
    assert refused.value.code == "source_not_made"
    assert list(refused.value.fields) == ["services.web.volumes[0]"]


@pytest.mark.parametrize(
    ("driver", "options", "bound"),
    [
        pytest.param("local", {"type": "none", "o": "bind", "device": "/a"}, True, id="bind"),
        pytest.param("", {"o": "ro,rbind", "device": "/a"}, True, id="rbind, no driver named"),
        pytest.param("local", {"type": "tmpfs", "o": "bind", "device": "/a"}, True, id="whatever its type"),
        pytest.param("local", {"type": "nfs", "o": "addr=bind", "device": "/a"}, False, id="a value"),
        pytest.param("local", {"type": "none", "o": "bind"}, False, id="no device"),
        pytest.param("other", {"o": "bind", "device": "/a"}, False, id="another driver"),
        pytest.param("local", None, False, id="no options"),
    ],
)
def test_a_volume_may_be_a_directory_of_the_host(
    driver: str, options: dict[str, str] | None, bound: bool
) -> None:
    assert is_bind(driver, options) is bound
