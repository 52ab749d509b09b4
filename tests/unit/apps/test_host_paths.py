"""Where the mounts of AppOS's own container lie on the host."""

from pathlib import Path

from appos.apps.host_paths import paths_of
from appos.engine.models import Container, MountPoint, Volume

HERE = "/var/lib/docker/volumes"


def mount(type_: str, source: str, target: str, name: str = "") -> MountPoint:
    return MountPoint(type=type_, source=source, target=target, name=name)


APPOS = Container(
    id="a" * 64,
    name="appos",
    image="appos",
    image_id="sha256:1",
    state="running",
    mounts=(
        mount("volume", f"{HERE}/appos_data/_data", "/appos/data", "appos_data"),
        mount("volume", f"{HERE}/bound/_data", "/bound", "bound"),
        mount("volume", f"{HERE}/part/_data", "/part", "part"),
        mount("bind", "/var/run/docker.sock", "/var/run/docker.sock"),
        mount("tmpfs", "", "/tmp"),
    ),
    host_config={
        "Mounts": [
            {"Type": "volume", "Source": "part", "Target": "/part", "VolumeOptions": {"Subpath": "a/b"}},
            {"Type": "volume", "Source": "appos_data", "Target": "/appos/data"},
        ]
    },
)


def test_mounts_are_read_from_the_container() -> None:
    bound = Volume(
        name="bound",
        driver="local",
        mountpoint=f"{HERE}/bound/_data",
        options={"type": "none", "o": "bind", "device": "/srv/bound"},
    )
    found = paths_of(APPOS, {"bound": bound})
    assert found.in_container
    assert found.host_path(Path("/appos/data/apps/x")) == Path(f"{HERE}/appos_data/_data/apps/x")
    assert found.host_path(Path("/bound/x")) == Path("/srv/bound/x"), "A volume that binds is where it binds."
    assert found.host_path(Path("/part/x")) == Path(f"{HERE}/part/_data/a/b/x"), "A part of a volume."
    assert found.host_path(Path("/tmp/x")) is None
    assert found.host_path(Path("/etc")) is None
    assert [one.volume for one in found.mounts] == ["appos_data", "bound", "part", "", ""]
