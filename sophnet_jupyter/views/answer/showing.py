"""A response that is shown because somebody asks for it, in the middle of a cell."""

from __future__ import annotations

import sys

from ...response import Response
from .choice import bundle


def show(response: Response) -> None:
    """Draw it where IPython draws now; in a plain Python its words are printed."""
    from IPython.core.getipython import get_ipython
    from IPython.display import display

    data = bundle(response)
    if get_ipython() is None:
        # There, display() would print the bundle as a dictionary.
        sys.stdout.write(data["text/plain"] + "\n")
    else:
        display(data, raw=True)
