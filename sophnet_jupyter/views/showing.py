"""A response that is shown because somebody asks for it, in the middle of a cell."""

from __future__ import annotations

from ..response import Response
from .answer import bundle


def show(response: Response) -> None:
    """Draw it where IPython draws now; in a plain Python its words are printed."""
    from IPython.display import display

    display(bundle(response), raw=True)
