"""How often one may fail to sign in."""

import ipaddress
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable

from appos.errors import TooManyRequestsError

MOST_FAILURES = 20
WINDOW_SECONDS = 60.0
# How many accounts and addresses are remembered; the ones that failed longest ago are forgotten first.
MOST_KEYS = 20_000


class FailureLimiter:
    """Counts failures, and failures only, for each address and each account over a minute.

    An address that failed too often waits. An account on which too many failed is closed only to addresses
    that are
    among those who failed: its owner, who comes from an address that did not, gets in whatever others try.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._failures: OrderedDict[str, deque[float]] = OrderedDict()
        self._lock = threading.Lock()

    def check(self, account: str, address: str) -> None:
        """Refuse an attempt that has to wait.

        Raises:
            TooManyRequestsError: with the seconds to wait.
        """
        network = network_of(address)
        with self._lock:
            by_address = self._recent(f"address {network}")
            by_account = self._recent(f"account {account}")
            by_both = self._recent(f"both {account} {network}")
        waits = [times[-MOST_FAILURES] for times in (by_address,) if len(times) >= MOST_FAILURES]
        if len(by_account) >= MOST_FAILURES and by_both:
            waits.append(by_account[-MOST_FAILURES])
        if waits:
            seconds = int(max(waits) + WINDOW_SECONDS - self._clock()) + 1
            raise TooManyRequestsError("Too Many Requests.", retry_after_seconds=seconds)

    def failed(self, account: str, address: str) -> None:
        """Count one failure."""
        network = network_of(address)
        with self._lock:
            for key in (f"address {network}", f"account {account}", f"both {account} {network}"):
                self._failures.setdefault(key, deque(maxlen=MOST_FAILURES)).append(self._clock())
                self._failures.move_to_end(key)
            while len(self._failures) > MOST_KEYS:
                self._failures.popitem(last=False)

    def _recent(self, key: str) -> list[float]:
        since = self._clock() - WINDOW_SECONDS
        return [moment for moment in self._failures.get(key, ()) if moment > since]


def network_of(address: str) -> str:
    """Return what one person holds of the address space: an IPv4 address, or the /64 of an IPv6 one."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)
