"""The result of one check, and a time limit for checks."""

from __future__ import annotations

from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any, Literal

from ..errors import SophNetError
from ..time_limit import within

Mark = Literal["✓", "!", "✕"]

LIMIT = 5.0


@dataclass(frozen=True, kw_only=True)
class Finding:
    """The result of one check: ✓ fine, ! a warning, ✕ will not work."""

    mark: Mark
    about: str
    said: str
    advice: str = ""

    @property
    def cells(self) -> tuple[str, str, str]:
        return f"{self.mark} {self.about}", self.said, self.advice


def all_passed(found: list[Finding]) -> bool:
    """True when no finding is an error (✕)."""
    return all(each.mark != "✕" for each in found)


async def run_check(about: str, check: Coroutine[Any, Any, list[Finding]]) -> list[Finding]:
    """Run a check under a time limit; errors and timeouts become findings."""
    try:
        async with within(LIMIT):
            return await check
    except TimeoutError:
        return [Finding(mark="✕", about=about, said=f"nothing within {LIMIT:g} s")]
    except SophNetError as error:
        return [Finding(mark="✕", about=about, said=str(error))]
    except Exception as error:
        return [Finding(mark="!", about=about, said=f"not checked: {type(error).__name__}")]
