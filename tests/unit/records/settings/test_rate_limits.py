"""Rate limits: which rule counts, and how."""

import msgspec
import pytest

from appos.audit.models import SYSTEM
from appos.records.settings import rate_limits as module
from appos.records.settings.models import Logs, RateLimitRule, RateLimits, Settings
from appos.records.settings.rate_limits import RateLimiter, find_rule
from appos.services import Services
from tests.unit.fakes import Clock

HERE, THERE = "192.0.2.1", "192.0.2.2"


def rule(label: str, audience: str = "", duration: int = 10, most: int = 2) -> RateLimitRule:
    return RateLimitRule(label=label, audience=audience, duration=duration, max_requests=most)


@pytest.mark.parametrize(
    ("labels", "rules", "found"),
    [
        pytest.param(["a:list"], ["b:list", "a:list"], "a:list", id="that-very-label"),
        pytest.param(["a:list", "*:list"], ["*:list", "a:list"], "a:list", id="the-first-label-first"),
        pytest.param(["a:list", "/x"], ["/x", "*:list"], "/x", id="the-path-at-last"),
        pytest.param(["/api/x"], ["/api/", "/api/x"], "/api/x", id="the-path-before-its-beginning"),
        pytest.param(["/api/x"], ["/", "/api/"], "/", id="the-first-beginning"),
        pytest.param(["/api"], ["/api/"], "/api/", id="the-beginning-itself"),
        pytest.param(["GET /api/x", "/api/x"], ["/api/", "GET /api/"], "GET /api/", id="the-method-first"),
        pytest.param(["/api/x"], ["/api"], None, id="no-beginning-without-a-slash"),
        pytest.param(["a:list"], [], None, id="none"),
    ],
)
def test_the_most_specific_rule_counts(labels: list[str], rules: list[str], found: str | None) -> None:
    limits = RateLimits(rules=tuple(rule(label) for label in rules))
    chosen = find_rule(limits, labels, is_guest=True)

    assert (chosen and chosen.label) == found


@pytest.mark.parametrize(("is_guest", "found"), [(True, "@guest"), (False, "@auth")])
def test_a_rule_is_for_its_audience(is_guest: bool, found: str) -> None:
    limits = RateLimits(rules=(rule("a:list", "@auth"), rule("a:list", "@guest")))
    chosen = find_rule(limits, ["a:list"], is_guest=is_guest)

    assert chosen is not None
    assert chosen.audience == found


@pytest.fixture
def clock() -> Clock:
    return Clock(1000.0)


@pytest.fixture
def limiter(services: Services, clock: Clock) -> RateLimiter:
    limits = RateLimits(enabled=True, rules=(rule("x"), rule("/api/"), rule("y", duration=2)))
    services.settings.change(Settings(rate_limits=limits), SYSTEM)
    return RateLimiter(services.settings, clock)


def allowed(
    limiter: RateLimiter, times: int, address: str = HERE, label: str = "x", counted_as: str | None = None
) -> list[bool]:
    return [limiter.allows(address, [label], counted_as, is_guest=True) for _ in range(times)]


def test_more_than_a_rule_allows_is_refused(limiter: RateLimiter) -> None:
    assert allowed(limiter, 4) == [True, True, False, False]


def test_each_address_counts_for_itself(limiter: RateLimiter) -> None:
    allowed(limiter, 3)

    assert allowed(limiter, 1, THERE) == [True]


def test_what_no_rule_names_is_allowed(limiter: RateLimiter) -> None:
    assert all(allowed(limiter, 100, label="z"))


def test_what_one_rule_names_is_counted_together(limiter: RateLimiter) -> None:
    assert allowed(limiter, 2, label="/api/a") == [True, True]
    assert allowed(limiter, 1, label="/api/b") == [False]


def test_what_is_counted_for_itself_is_not(limiter: RateLimiter) -> None:
    allowed(limiter, 3, label="/api/a", counted_as="a")

    assert allowed(limiter, 3, label="/api/b", counted_as="b") == [True, True, False]


@pytest.mark.parametrize(
    ("moments", "statuses"),
    [
        ((0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5), "++--++--++"),
        ((0, 1.5, 2, 2.5, 3, 3.5, 4), "++--++-"),
    ],
)
def test_an_allowance_is_whole_again_when_the_last_one_allowed_is_long_ago(
    limiter: RateLimiter, clock: Clock, moments: tuple[float, ...], statuses: str
) -> None:
    """The moments and answers are those of PocketBase 0.36.2."""
    began, seen = clock.now, ""
    for moment in moments:
        clock.now = began + moment
        seen += "+" if allowed(limiter, 1, label="y") == [True] else "-"

    assert seen == statuses


def test_who_is_refused_does_not_wait_longer_for_it(limiter: RateLimiter, clock: Clock) -> None:
    allowed(limiter, 2)
    for _ in range(9):
        clock.sleep(1)
        assert allowed(limiter, 1) == [False]
    clock.sleep(1)

    assert allowed(limiter, 3) == [True, True, False]


def test_a_change_of_settings_begins_anew(limiter: RateLimiter, services: Services) -> None:
    allowed(limiter, 3)
    services.settings.change(msgspec.structs.replace(services.settings.read(), logs=Logs(max_days=9)), SYSTEM)

    assert allowed(limiter, 3) == [True, True, False]


def test_memory_has_a_bound(limiter: RateLimiter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_WINDOWS", 3)
    for number in range(100):
        allowed(limiter, 2, f"198.51.100.{number}")

    assert len(limiter._windows) == 3
    assert allowed(limiter, 1, "198.51.100.99") == [False]
    assert allowed(limiter, 1, "198.51.100.1") == [True]


def test_limits_are_off_until_they_are_switched_on(services: Services) -> None:
    assert not RateLimiter(services.settings).is_on
