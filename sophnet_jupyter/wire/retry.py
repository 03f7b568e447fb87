"""When a request is retried, and after how long. No I/O, no clock of its own."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime

# A wait asked for by the service is kept up to here: longer, and the user should know at once.
LONGEST_WAIT = 60.0
ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class Retry:
    """
    Which failures of a call are worth another try.

    ``lost`` says whether it is also sent again when the line broke after it had been sent: only
    where doing it twice is the same as doing it once. A connection that failed before anything was
    sent is tried again for every call.
    """

    statuses: frozenset[int]
    lost: bool


READ = Retry(frozenset({408, 425, 429, 500, 502, 503, 504}), lost=True)
ANSWER = Retry(frozenset({408, 429, 500, 502, 503, 504}), lost=False)
# Creates something that costs money: only where the service says that it did not begin.
PAID_TASK = Retry(frozenset({429, 503}), lost=False)


class RetryBudget:
    """
    Limits how much of the traffic may be retries, so that an outage is not made worse.

    A 429 is none: who is told to come back later may do so.

    Each retry takes five tokens, each success gives one back, at most a hundred are kept: a run
    of failures stops being retried after twenty.
    """

    def __init__(self, tokens: int = 100) -> None:
        self._full = self._tokens = tokens

    def take(self) -> bool:
        if self._tokens < 5:
            return False
        self._tokens -= 5
        return True

    def refund(self) -> None:
        self._tokens = min(self._full, self._tokens + 1)


def backoff(attempt: int, random: float) -> float:
    """Seconds before attempt ``attempt + 1``: full jitter over 0.5, 1, 2 … at most 8."""
    return random * 0.5 * 2.0 ** min(attempt, 4)


def retry_after(headers: Mapping[str, str], now: float) -> float | None:
    """
    Seconds that the service asks to wait, or None if it does not say so in a form that can be.

    Takes ``retry-after-ms``, and ``retry-after`` as seconds or as a date (RFC 9110, 10.2.3).
    ``now`` is in seconds since the epoch.
    """
    for name, unit in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        # Several headers of one name arrive joined by commas; so does a date, which has one itself.
        said = headers.get(name, "").strip()
        for value in (said, said.partition(",")[0]) if said else ():
            if (seconds := _seconds(value, unit)) is not None:
                return seconds
    return _until(said, now) if said else None


def room(headers: Mapping[str, str], now: float) -> tuple[int, float] | None:
    """
    How many requests the service still takes, and for how many seconds that holds.

    Read from ``x-ratelimit-remaining`` and ``x-ratelimit-reset``, also of requests or tokens
    alone: of tokens only that none is left. None where the service does not say both.
    """
    found: tuple[int, float] | None = None
    for kind in ("-requests", "", "-tokens"):
        if not (said := headers.get(f"x-ratelimit-remaining{kind}")):
            continue
        left = _seconds(said, 1.0)
        until = _lasts(headers.get(f"x-ratelimit-reset{kind}", ""), now)
        if left is None or until is None or (kind == "-tokens" and left):
            continue
        if found is None or left < found[0]:
            found = int(left), until
    return found


# "1s", "6m0s", "20ms", "1h2m3.5s": how Go prints a duration, and some services with it.
_DURATION = re.compile(r"(?:(\d+)h)?(?:(\d+)m(?!s))?(?:(\d+(?:\.\d+)?)s)?(?:(\d+(?:\.\d+)?)ms)?")
# A number of seconds above this is a moment of the epoch.
_MOMENT = 1e9


def _lasts(said: str, now: float) -> float | None:
    said = said.strip().lower()
    if not said or len(said) > 40:
        return None
    seconds = _seconds(said, 1.0)
    if seconds is not None:
        return max(0.0, seconds - now) if seconds > _MOMENT else seconds
    if not (match := _DURATION.fullmatch(said)):
        return None
    parts = zip(match.groups(), (3600.0, 60.0, 1.0, 0.001), strict=True)
    return sum(float(part) * unit for part, unit in parts if part)


def _seconds(value: str, unit: float) -> float | None:
    try:
        number = float(value) * unit
    except ValueError:
        return None
    return number if math.isfinite(number) and number >= 0 else None


def _until(date: str, now: float) -> float | None:
    try:
        moment = parsedate_to_datetime(date)
        # One without a zone is in UTC too, as all dates of HTTP are.
        seconds = moment.replace(tzinfo=moment.tzinfo or UTC).timestamp() - now
    except (ValueError, OverflowError, TypeError, IndexError):
        return None
    return max(0.0, seconds)
