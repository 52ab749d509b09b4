"""How often an address may ask for what.

Source: PocketBase 0.36, "Rate limiting"; compared with 0.36.2.
"""

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence

from appos.records.settings.models import ACCOUNTS, GUESTS, RateLimitRule, RateLimits
from appos.records.settings.service import SettingsService

# How many windows are remembered; those that were not asked for the longest time are forgotten first.
MOST_WINDOWS = 50_000


def find_rule(limits: RateLimits, labels: Sequence[str], *, is_guest: bool) -> RateLimitRule | None:
    """Return the rule for a request that has these labels, the most specific first.

    For each label, the rule of that very label counts before those that end with a slash and begin it.
    """
    audiences = ("", GUESTS if is_guest else ACCOUNTS)
    rules = [rule for rule in limits.rules if rule.audience in audiences]
    for label in labels:
        same = (rule for rule in rules if rule.label == label)
        begin = (rule for rule in rules if rule.label.endswith("/") and f"{label}/".startswith(rule.label))
        found = next(same, None) or next(begin, None)
        if found is not None:
            return found
    return None


class _Window:
    """What is left of an allowance, and the second in which some of it was last taken."""

    __slots__ = ("left", "taken")

    def __init__(self) -> None:
        self.left = 0
        self.taken = float("-inf")

    def take(self, rule: RateLimitRule, second: int) -> bool:
        if second - self.taken >= rule.duration:
            self.left = rule.max_requests
        if self.left <= 0:
            return False
        self.left -= 1
        self.taken = second
        return True


class RateLimiter:
    """Counts requests by address, as the settings say; a change of the settings begins anew.

    An allowance is whole again once its duration has passed since the last request that was allowed.
    """

    def __init__(self, settings: SettingsService, clock: Callable[[], float] = time.monotonic) -> None:
        self._settings = settings
        self._clock = clock
        self._counted = settings.read()
        self._windows: OrderedDict[Hashable, _Window] = OrderedDict()
        # By what is counted for itself, and the audience.
        self._first: dict[Hashable, RateLimitRule] = {}

    @property
    def is_on(self) -> bool:
        """Whether requests are counted at all."""
        return self._settings.read().rate_limits.enabled

    def allows(
        self, address: str, labels: Sequence[str], counted_as: Hashable = None, *, is_guest: bool
    ) -> bool:
        """Count a request; False if it is one too many.

        `labels` are the names of the request, the most specific first. What has no `counted_as` of its own is
        counted together with all that the same rule names; what has one, under whichever rule of an audience
        was the first to name it, as in PocketBase.
        """
        settings = self._settings.read()
        if settings is not self._counted:
            self._counted = settings
            self._windows.clear()
            self._first.clear()
        rule = find_rule(settings.rate_limits, labels, is_guest=is_guest)
        if rule is None:
            return True
        if counted_as is not None:
            rule = self._first.setdefault((counted_as, rule.audience), rule)
        window = self._window((counted_as or rule.label, rule.audience, address))
        return window.take(rule, int(self._clock()))

    def _window(self, key: Hashable) -> _Window:
        window = self._windows.setdefault(key, _Window())
        self._windows.move_to_end(key)
        if len(self._windows) > MOST_WINDOWS:
            self._windows.popitem(last=False)
        return window
