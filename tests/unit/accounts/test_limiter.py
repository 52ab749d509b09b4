"""The limiter of failed sign-ins."""

import pytest

from appos.accounts import limiter as module
from appos.accounts.limiter import MOST_FAILURES, FailureLimiter, network_of
from appos.errors import TooManyRequestsError
from tests.unit.fakes import Clock

HERE, THERE = "192.0.2.1", "198.51.100.7"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def limiter(clock: Clock) -> FailureLimiter:
    return FailureLimiter(clock)


def is_open(limiter: FailureLimiter, account: str, address: str) -> bool:
    try:
        limiter.check(account, address)
    except TooManyRequestsError:
        return False
    return True


def fail(limiter: FailureLimiter, account: str, address: str, times: int = MOST_FAILURES) -> None:
    for _ in range(times):
        limiter.failed(account, address)


def test_an_address_waits_after_twenty_failures_and_not_before(limiter: FailureLimiter) -> None:
    fail(limiter, "ada", HERE, 19)
    before = is_open(limiter, "ada", HERE)
    fail(limiter, "ada", HERE, 1)

    assert (before, is_open(limiter, "ada", HERE)) == (True, False)


def test_an_address_that_tries_many_accounts_waits_for_all_of_them(limiter: FailureLimiter) -> None:
    for number in range(MOST_FAILURES):
        limiter.failed(f"account{number}", HERE)

    assert not is_open(limiter, "ada", HERE)
    assert is_open(limiter, "ada", THERE)


def test_an_account_is_closed_to_all_who_failed_on_it(limiter: FailureLimiter) -> None:
    for number in range(MOST_FAILURES):
        limiter.failed("ada", f"10.0.0.{number}")

    assert not any(is_open(limiter, "ada", f"10.0.0.{number}") for number in range(MOST_FAILURES))
    assert is_open(limiter, "bob", "10.0.0.1")


def test_the_owner_gets_in_from_elsewhere_whatever_others_try(limiter: FailureLimiter) -> None:
    for number in range(100):
        limiter.failed("ada", f"10.0.0.{number}")

    assert is_open(limiter, "ada", HERE)


def test_looking_counts_for_nothing(limiter: FailureLimiter) -> None:
    for _ in range(100):
        limiter.check("ada", HERE)

    assert is_open(limiter, "ada", HERE)


def test_a_minute_later_one_may_try_again(limiter: FailureLimiter, clock: Clock) -> None:
    fail(limiter, "ada", HERE)
    clock.sleep(59.9)
    before = is_open(limiter, "ada", HERE)
    clock.sleep(0.2)

    assert (before, is_open(limiter, "ada", HERE)) == (False, True)


def test_the_window_slides(limiter: FailureLimiter, clock: Clock) -> None:
    fail(limiter, "ada", HERE, 10)
    clock.sleep(30)
    fail(limiter, "ada", HERE, 10)
    clock.sleep(31)

    assert is_open(limiter, "ada", HERE)
    fail(limiter, "ada", HERE, 10)
    assert not is_open(limiter, "ada", HERE)


def test_whoever_waits_is_told_how_long(limiter: FailureLimiter, clock: Clock) -> None:
    fail(limiter, "ada", HERE)
    clock.sleep(20)
    with pytest.raises(TooManyRequestsError) as caught:
        limiter.check("ada", HERE)

    assert caught.value.retry_after_seconds == 41
    clock.sleep(caught.value.retry_after_seconds)
    limiter.check("ada", HERE)


def test_memory_is_bounded(limiter: FailureLimiter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_KEYS", 100)
    for number in range(1000):
        limiter.failed(f"account{number}", f"10.0.{number // 250}.{number % 250}")
    fail(limiter, "ada", HERE, 1000)

    assert len(limiter._failures) == 100
    assert max(len(times) for times in limiter._failures.values()) == MOST_FAILURES
    assert not is_open(limiter, "ada", HERE)


@pytest.mark.parametrize(
    ("address", "network"),
    [
        pytest.param("192.0.2.1", "192.0.2.1", id="ipv4"),
        pytest.param("::ffff:192.0.2.1", "192.0.2.1", id="ipv4-in-ipv6"),
        pytest.param("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64", id="ipv6"),
        pytest.param("2001:db8:1:2::", "2001:db8:1:2::/64", id="same-network"),
        pytest.param("2001:db8:1:3::1", "2001:db8:1:3::/64", id="other-network"),
        pytest.param("", "", id="none"),
        pytest.param("unix:", "unix:", id="no-address"),
    ],
)
def test_a_person_holds_an_address_or_a_network(address: str, network: str) -> None:
    assert network_of(address) == network


def test_a_person_with_a_whole_ipv6_network_waits_everywhere_in_it(limiter: FailureLimiter) -> None:
    for number in range(MOST_FAILURES):
        limiter.failed("ada", f"2001:db8::{number:x}")

    assert not is_open(limiter, "bob", "2001:db8::ffff")
    assert is_open(limiter, "bob", "2001:db8:0:1::1")
