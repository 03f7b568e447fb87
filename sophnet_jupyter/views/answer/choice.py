"""Which of two looks a response has: that of an answer, or that of an analysis."""

from __future__ import annotations

from ...response import Response
from . import answer, report
from .context import Context


def bundle(response: Response, context: Context | None = None) -> dict[str, str]:
    """A whole response in one piece: what ``display(response)`` shows and a batch run saves."""
    if response.analysis:
        return report.bundle(response, context)
    return answer.bundle(response, context)
