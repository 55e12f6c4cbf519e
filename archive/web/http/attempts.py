"""Attempts to log in, counted: who fails again and again has to wait, ever longer; nobody is locked out for good."""

import ipaddress
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field

from archive.web.http.middleware import Scope

MOST = 10_000
"""Addresses and names that are remembered."""

FORGOTTEN = 3600.0
"""Seconds after which a failure is forgotten."""


@dataclass(frozen=True, slots=True)
class Rule:
    """So many failures cost nothing; each further one doubles the wait, up to `longest` seconds."""

    free: int
    longest: float

    def wait(self, failures: int) -> float:
        """Return the seconds to wait after so many failures."""
        return min(2.0 ** (failures - self.free), self.longest) if failures > self.free else 0.0


BY_ADDRESS = Rule(free=5, longest=900)
BY_NAME = Rule(free=20, longest=15)
"""Low, for whoever attacks a name from many addresses must not keep its owner out;
addresses that have logged in with it don't wait.
"""


_OF_ONE_READER = 64
"""Bits of an IPv6 address that a reader does not choose: all that follow are one's own (RFC 6177)."""


def reader_of(scope: Scope) -> str:
    """Return the address of whoever sent a request, of IPv6 the network that is one reader's; "" where it isn't known."""
    address = str((scope.get("client") or ("",))[0])
    try:
        ip = ipaddress.IPv6Address(address)
    except ValueError:
        return address
    return str(ip.ipv4_mapped or ipaddress.ip_network((ip, _OF_ONE_READER), strict=False))


@dataclass(slots=True)
class Attempts:
    """Attempts that failed lately, by address and by name."""

    clock: Callable[[], float] = time.monotonic
    _failures: OrderedDict[Hashable, tuple[int, float]] = field(default_factory=OrderedDict)
    _known: OrderedDict[tuple[str, str], None] = field(default_factory=OrderedDict)

    def wait(self, address: str, name: str) -> float:
        """Return the seconds until this address may try this name; 0 where it may now."""
        waits = [self._left(("address", address), BY_ADDRESS)]
        if (address, name) not in self._known:
            waits.append(self._left(("name", name), BY_NAME))
        return max(waits)

    def begin(self, address: str, name: str) -> None:
        """Count an attempt as failed until it has succeeded: several at once are several."""
        for key in (("address", address), ("name", name)):
            failures, at = self._failures.pop(key, (0, 0.0))
            if self.clock() - at > FORGOTTEN:
                failures = 0
            self._failures[key] = (failures + 1, self.clock())
            if len(self._failures) > MOST:
                self._failures.popitem(last=False)

    def succeed(self, address: str, name: str) -> None:
        """Take an attempt back, for it was none: the address is known by now."""
        self._failures.pop(("address", address), None)
        failures, at = self._failures.get(("name", name), (1, 0.0))
        self._failures["name", name] = (failures - 1, at)
        self._known[address, name] = None
        if len(self._known) > MOST:
            self._known.popitem(last=False)

    def _left(self, key: Hashable, rule: Rule) -> float:
        failures, at = self._failures.get(key, (0, 0.0))
        left = at + rule.wait(failures) - self.clock()
        return max(left, 0.0) if self.clock() - at <= FORGOTTEN else 0.0
