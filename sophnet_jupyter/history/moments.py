"""Moments as people write them."""

from __future__ import annotations

import datetime
import re

from ..errors import SettingsError
from ..language import tr

_SPANS = {"min": 60, "h": 3600, "d": 86400, "w": 7 * 86400}
_SPAN = re.compile(r"(\d{1,6})\s*(min|h|d|w)")
_DAY = re.compile(r"(?:(\d{4})-)?(\d{1,2})-(\d{1,2})(?:[ T](\d{1,2}):(\d{2}))?")


def moment(words: str, now: datetime.datetime | None = None) -> float:
    """
    A moment in seconds since the epoch: ``2026-11-21``, ``11-21``, ``11-21 14:00``, ``today``,
    ``yesterday``, or a span before now such as ``3d``, ``2h``.

    Raises `SettingsError`.
    """
    now = now or datetime.datetime.now().astimezone()
    said = words.strip().lower()
    if said in ("today", "yesterday"):
        date = now.date() - datetime.timedelta(days=said == "yesterday")
        return _instant(datetime.datetime.combine(date, datetime.time()))
    if span := _SPAN.fullmatch(said):
        return now.timestamp() - int(span[1]) * _SPANS[span[2]]
    found = _DAY.fullmatch(words.strip())
    try:
        if found:
            year, month, day, hour, minute = (int(part) if part else 0 for part in found.groups())
            day_then = datetime.datetime(year or now.year, month, day, hour, minute)
            then = _instant(day_then)
            # Without a year the last such day is meant.
            if not year and then > now.timestamp():
                then = _instant(day_then.replace(year=now.year - 1))
            return then
    except (ValueError, OverflowError):
        pass
    raise SettingsError(
        tr(
            "{words!r:.40} is no moment: 2026-11-21, 11-21, yesterday, or a time before now as "
            "3d, 2h.",
            words=words,
        )
    )


def _instant(then: datetime.datetime) -> float:
    """
    By the clock of that day, which may be another than that of this hour.

    Of an hour that the clock leaves out it is the end: `datetime.astimezone` would take the time
    before it, which is yesterday where that hour is the first of a day.
    """
    return then.timestamp()
