"""What was learned of the pace that services allow, in words."""

from __future__ import annotations

from ..language import tr
from ..wire.turns import all_told


def paces() -> list[str]:
    """One line for each model or app at which something is under way, or was refused."""
    lines = []
    for service, lane, told in all_told():
        if told.asked or told.learned:
            if told.learned:
                line = tr(
                    "{service} {lane}: {told}; {most} at once at most",
                    service=service,
                    lane=lane,
                    told=told,
                    most=told.most,
                )
            else:
                line = tr("{service} {lane}: {told}", service=service, lane=lane, told=told)
            lines.append(line)
    return lines
