"""How many answers ended how, in words."""

from __future__ import annotations

from ..language import mark, tr

# In the order in which they are told; without an ending is what was not asked.
ENDED = {
    "complete": mark("{n:,} complete"),
    "stopped": mark("{n:,} stopped"),
    "incomplete": mark("{n:,} incomplete"),
    "failed": mark("{n:,} failed"),
    "": mark("{n:,} not asked"),
}


def ended(ending: str, count: int) -> str:
    """So many answers of one ending: ``990 complete``."""
    return tr(ENDED[ending], n=count)
