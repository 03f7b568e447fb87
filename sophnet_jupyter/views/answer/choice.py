"""Choose the layout of a response: that of an answer, or of an analysis."""

from __future__ import annotations

from ...response import Response
from . import answer, report
from .context import Context


def bundle(response: Response, context: Context | None = None) -> dict[str, str]:
    """A whole response as a mime bundle: what ``display(response)`` shows and a batch run saves."""
    if response.analysis:
        return report.bundle(response, context)
    return answer.bundle(response, context)
