"""The result of one check, and a time limit for checks."""

from __future__ import annotations

from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any, Literal

from ..errors import SophNetError
from ..language import mark, tr
from ..time_limit import within

Mark = Literal["✓", "!", "✕"]

LIMIT = 5.0
# What is checked, as it is called where it is shown; what is not here is a name.
_TITLES = {
    "settings": mark("settings"),
    "packages": mark("packages"),
    "policy": mark("policy"),
    "page": mark("page"),
    "sandbox": mark("sandbox"),
    "proxy": mark("proxy"),
    "name": mark("name"),
    "connection": mark("connection"),
    "key": mark("key"),
    "balance": mark("balance"),
    "clock": mark("clock"),
    "stream": mark("stream"),
}


@dataclass(frozen=True, kw_only=True)
class Finding:
    """
    The result of one check: ✓ fine, ! a warning, ✕ will not work.

    ``about`` is for programs: ``key``, ``dify writer key``, ``engine av``; ``title`` for readers.
    """

    mark: Mark
    about: str
    said: str
    advice: str = ""

    @property
    def title(self) -> str:
        """What is checked, in the language of this moment."""
        head, _, last = self.about.rpartition(" ")
        if head == "engine":
            return tr("engine {name}", name=last)
        known = _TITLES.get(last, last)
        return f"{head} {tr(known)}".strip()

    @property
    def cells(self) -> tuple[str, str, str]:
        return f"{self.mark} {self.title}", self.said, self.advice


def all_passed(found: list[Finding]) -> bool:
    """True when no finding is an error (✕)."""
    return all(each.mark != "✕" for each in found)


async def run_check(about: str, check: Coroutine[Any, Any, list[Finding]]) -> list[Finding]:
    """Run a check under a time limit; errors and timeouts become findings."""
    try:
        async with within(LIMIT):
            return await check
    except TimeoutError:
        said = tr("nothing within {seconds:g} s", seconds=LIMIT)
        return [Finding(mark="✕", about=about, said=said)]
    except SophNetError as error:
        return [Finding(mark="✕", about=about, said=str(error))]
    except Exception as error:
        said = tr("not checked: {error}", error=type(error).__name__)
        return [Finding(mark="!", about=about, said=said)]
