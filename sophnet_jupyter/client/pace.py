"""What was learned of the pace that services allow, in words."""

from __future__ import annotations

from ..wire.turns import all_told


def paces() -> list[str]:
    """One line for each model or app at which something is under way, or was refused."""
    lines = []
    for service, lane, told in all_told():
        if told.asked or told.learned:
            most = f"; {told.most} at once at most" if told.learned else ""
            lines.append(f"{service} {lane}: {told}{most}")
    return lines
