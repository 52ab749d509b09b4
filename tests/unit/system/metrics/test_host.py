"""The host's counters, and what was used between two looks at them."""

from pathlib import Path

from appos.system.metrics.host import Host, host_usage, rate
from tests.unit.system.metrics.parts import kernel, network


def test_the_hosts_counters_are_read(tmp_path: Path) -> None:
    proc, sys = kernel(tmp_path)
    reading = Host(tmp_path, proc=proc, sys=sys).read()

    assert (reading.busy_ticks, reading.all_ticks) == (100, 1000)
    assert (reading.memory_total_bytes, reading.memory_used_bytes) == (1000 << 10, 600 << 10)
    assert (reading.load, reading.received_bytes, reading.sent_bytes) == (0.25, 1000, 500)
    assert 0 < reading.disk_used_bytes < reading.disk_total_bytes


def test_what_was_used_lies_between_two_readings(tmp_path: Path) -> None:
    proc, sys = kernel(tmp_path)
    host = Host(tmp_path, proc=proc, sys=sys)
    before = host.read()
    kernel(tmp_path, idle=1050, busy=150, received=3000)
    used = host_usage(before, host.read())

    assert used.cpu_percent == 25.0
    assert used.received_bytes_per_second is not None
    assert used.received_bytes_per_second > 0
    assert used.sent_bytes_per_second == 0


def test_one_reading_tells_no_rates(tmp_path: Path) -> None:
    proc, sys = kernel(tmp_path)
    used = host_usage(None, Host(tmp_path, proc=proc, sys=sys).read())

    assert (used.cpu_percent, used.received_bytes_per_second) == (None, None)
    assert used.memory_bytes == 600 << 10


def test_a_network_of_a_container_is_not_taken_for_the_hosts(tmp_path: Path) -> None:
    proc, sys = kernel(tmp_path)
    network(proc / "net/dev", lo=(1, 1), eth1=(1, 1))

    assert Host(tmp_path, proc=proc, sys=sys).read().received_bytes is None


def test_a_counter_that_began_anew_has_no_rate() -> None:
    assert rate(100, 50, 10) is None
    assert rate(100, 150, 0) is None
    assert rate(None, 150, 10) is None
    assert rate(100, 150, 10) == 5
