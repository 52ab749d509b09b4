"""What an engine tells, read: the odd shapes that real engines answer with."""

from typing import Any

import pytest

from appos.engine.docker import told
from appos.engine.docker.usage import disk_usage_of, stats_of
from appos.engine.models import Event, MountPoint, PublishedPort, PullProgress, Stats, Usage

LISTED: dict[str, Any] = {
    "Id": "c1",
    "Names": ["/wiki-web-1/db", "/wiki-db-1"],
    "Image": "base:1",
    "ImageID": "sha256:1",
    "Created": 1795567543,
    "Ports": [
        {"PrivatePort": 443, "Type": "tcp"},
        {"IP": "0.0.0.0", "PrivatePort": 80, "PublicPort": 8080, "Type": "tcp"},
        {"IP": "::", "PrivatePort": 80, "PublicPort": 8080, "Type": "tcp"},
    ],
    "Labels": None,
    "State": "running",
    "Status": "Up 3 minutes (healthy)",
    "NetworkSettings": {"Networks": {"b": {}, "a": {}}},
    "Mounts": [
        {"Type": "volume", "Name": "data", "Source": "/v/data", "Destination": "/z", "RW": True},
        {"Type": "bind", "Source": "/etc/x", "Destination": "/a", "RW": False},
        {"Type": "tmpfs", "Destination": "/tmp", "RW": True},
    ],
}
INSPECTED: dict[str, Any] = {
    "Id": "c1",
    "Name": "/web",
    "Created": "2026-11-25T00:45:43.794319024Z",
    "Image": "sha256:1",
    "Platform": "linux",
    "State": {
        "Status": "exited",
        "ExitCode": 137,
        "OOMKilled": True,
        "StartedAt": "2026-11-25T00:45:44Z",
        "FinishedAt": "0001-01-01T00:00:00Z",
        "Health": {"Status": "unhealthy"},
    },
    "Config": {"Image": "base:1", "Labels": {"x": "y"}, "Env": ["TOKEN=geheim"], "Tty": False},
    "HostConfig": {
        "LogConfig": {"Type": "splunk", "Config": {"splunk-token": "geheim", "max-size": "10m"}},
        "PortBindings": {
            "80/tcp": [{"HostIp": "127.0.0.1", "HostPort": ""}, {"HostIp": "", "HostPort": "8080"}],
            "53/udp": [{"HostIp": "", "HostPort": "5300-5310"}],
            "9/tcp": None,
        },
    },
    "NetworkSettings": {
        "Networks": {"b": {}},
        "Ports": {"80/tcp": [{"HostIp": "127.0.0.1", "HostPort": "32768"}, {"HostPort": "8080"}]},
    },
}


def test_a_listed_container_is_read() -> None:
    read = told.summary_of(LISTED)
    assert (read.name, read.health, read.created) == ("wiki-db-1", "healthy", "2026-11-25T00:45:43Z")
    assert [(port.host_ip, port.host_port) for port in read.ports] == [("0.0.0.0", 8080), ("::", 8080)]
    assert read.networks == ("a", "b")
    assert read.mounts[0] == MountPoint(type="bind", source="/etc/x", target="/a", read_only=True)
    assert [mount.type for mount in read.mounts] == ["bind", "tmpfs", "volume"]


@pytest.mark.parametrize(
    ("status", "health", "exit_code"),
    [
        ("Up 2 seconds (health: starting)", "starting", 0),
        ("Up 3 days (unhealthy)", "unhealthy", 0),
        ("Up 5 minutes (Paused)", "", 0),
        ("Exited (137) 3 minutes ago", "", 137),
        ("Restarting (1) 5 seconds ago", "", 1),
        ("Created", "", 0),
    ],
)
def test_health_and_exit_code_are_read_out_of_words(status: str, health: str, exit_code: int) -> None:
    read = told.summary_of({**LISTED, "Status": status})
    assert (read.health, read.exit_code) == (health, exit_code)


def test_an_inspected_container_is_read() -> None:
    read = told.container_of(INSPECTED)
    assert (read.name, read.state, read.health, read.exit_code) == ("web", "exited", "unhealthy", 137)
    assert (read.oom_killed, read.finished_at) == (True, "")
    assert read.ports == (
        PublishedPort(host_ip="", host_port=0, container_port=53, protocol="udp"),
        PublishedPort(host_ip="127.0.0.1", host_port=32768, container_port=80, protocol="tcp"),
        PublishedPort(host_ip="", host_port=8080, container_port=80, protocol="tcp"),
    )


def test_an_inspected_container_holds_no_secret() -> None:
    read = told.container_of(INSPECTED)
    assert "geheim" not in repr(read)
    assert read.host_config["LogConfig"] == {"Type": "splunk", "Config": {"max-size": "10m"}}
    assert list(read.configuration.environment) == ["TOKEN"]


def test_an_image_is_read() -> None:
    read = told.image_of(
        {
            "Id": "sha256:1",
            "RepoTags": ["<none>:<none>"],
            "RepoDigests": ["<none>@<none>", "a@sha256:2"],
            "Created": 1795567543,
            "Architecture": "arm",
            "Variant": "v7",
            "Os": "linux",
            "Config": {"Healthcheck": {"Test": ["NONE"]}, "Volumes": {"/var/lib/x": {}, "/a": {}}},
        }
    )
    assert (read.tags, read.digests, read.architecture) == ((), ("a@sha256:2",), "arm/v7")
    assert (read.has_healthcheck, read.volumes) == (False, ("/a", "/var/lib/x"))


def test_a_command_is_cut_from_an_event_and_a_health_kept() -> None:
    for action, expected in (
        ("exec_create: sh -c echo geheim", "exec_create"),
        ("health_status: healthy", "health_status: healthy"),
    ):
        event = told.event_of({"Type": "container", "Action": action, "Actor": {"ID": "c"}, "timeNano": 5})
        assert event == Event(type="container", action=expected, id="c", time_nano=5)


def test_progress_of_a_pull_is_read() -> None:
    line = {"status": "Downloading", "progressDetail": {"current": 5, "total": 9}, "id": "a1"}
    assert told.pull_progress_of(line) == PullProgress(
        layer="a1", status="Downloading", current_bytes=5, total_bytes=9
    )
    assert told.pull_progress_of({"status": "Pulling from x", "id": "latest"}).layer == ""
    assert told.pull_progress_of({"status": "Digest: sha256:1"}).status == "Digest: sha256:1"


def test_platforms_of_a_registry_are_read() -> None:
    read = told.distribution_of(
        {
            "Descriptor": {"digest": "sha256:1"},
            "Platforms": [
                {"os": "linux", "architecture": "amd64"},
                {"os": "linux", "architecture": "arm", "variant": "v7"},
            ],
        }
    )
    assert read.platforms == ("linux/amd64", "linux/arm/v7")


def test_use_is_computed_as_docker_stats_does() -> None:
    sample = {
        "cpu_stats": {
            "cpu_usage": {"total_usage": 300, "percpu_usage": [1, 2, 3, 4]},
            "system_cpu_usage": 2000,
            "online_cpus": 4,
        },
        "precpu_stats": {"cpu_usage": {"total_usage": 100}, "system_cpu_usage": 1000},
        "memory_stats": {"usage": 1000, "limit": 4000, "stats": {"inactive_file": 300}},
        "networks": {"eth0": {"rx_bytes": 1, "tx_bytes": 2}, "eth1": {"rx_bytes": 10, "tx_bytes": 20}},
        "blkio_stats": {
            "io_service_bytes_recursive": [
                {"op": "Read", "value": 5},
                {"op": "read", "value": 6},
                {"op": "Write", "value": 7},
                {"op": "Total", "value": 18},
            ]
        },
        "pids_stats": {"current": 9},
    }
    assert stats_of(sample) == Stats(
        cpu_percent=80.0,
        memory_bytes=700,
        memory_limit_bytes=4000,
        network_received_bytes=11,
        network_sent_bytes=22,
        block_read_bytes=11,
        block_written_bytes=7,
        processes=9,
        cpu_seconds=3e-07,
    )


def test_the_processors_are_counted_where_an_engine_does_not_say_how_many() -> None:
    sample = {
        "cpu_stats": {"cpu_usage": {"total_usage": 10, "percpu_usage": [5, 5]}, "system_cpu_usage": 100},
        "precpu_stats": {},
    }
    assert stats_of(sample).cpu_percent == 20.0


@pytest.mark.parametrize(
    "sample", [{}, {"cpu_stats": {"cpu_usage": {}}, "blkio_stats": {}, "networks": None}]
)
def test_a_container_that_does_not_run_uses_nothing(sample: dict[str, Any]) -> None:
    read = stats_of(sample)
    assert (read.cpu_percent, read.memory_bytes, read.network_sent_bytes, read.processes) == (0.0, 0, 0, 0)


def test_the_disk_is_summed_up_as_docker_system_df_does() -> None:
    read = disk_usage_of(
        {
            "LayersSize": 100,
            "Images": [
                {"Size": 70, "SharedSize": 10, "Containers": 2},
                {"Size": 40, "SharedSize": 10, "Containers": 0},
            ],
            "Containers": [
                {"SizeRw": 5, "State": "running"},
                {"SizeRw": 6, "State": "exited"},
                {"State": "created"},
            ],
            "Volumes": [
                {"Name": "a", "UsageData": {"Size": 30, "RefCount": 1}},
                {"Name": "b", "UsageData": {"Size": 12, "RefCount": 0}},
                {"Name": "c", "UsageData": {"Size": -1, "RefCount": -1}},
            ],
            "BuildCache": [
                {"Size": 8, "InUse": False, "Shared": False},
                {"Size": 3, "InUse": True, "Shared": False},
                {"Size": 50, "InUse": False, "Shared": True},
            ],
        }
    )
    assert read.images == Usage(count=2, active=1, size_bytes=100, reclaimable_bytes=40)
    assert read.containers == Usage(count=3, active=1, size_bytes=11, reclaimable_bytes=6)
    assert read.volumes == Usage(count=3, active=1, size_bytes=42, reclaimable_bytes=12)
    assert read.build_cache == Usage(count=3, active=1, size_bytes=11, reclaimable_bytes=8)
    assert read.volume_bytes == {"a": 30, "b": 12, "c": 0}


def test_an_engine_with_nothing_tells_null() -> None:
    read = disk_usage_of({"Images": None, "Containers": None, "Volumes": None, "BuildCache": None})
    assert read.images == read.volumes == Usage()
