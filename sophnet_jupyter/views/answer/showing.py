"""`Response.show`: display a response in the middle of a cell."""

from __future__ import annotations

import sys
from collections.abc import Mapping

from ...response import Response
from .choice import bundle


def show(response: Response) -> None:
    """Display it where IPython displays now; in plain Python its text is printed."""
    put(bundle(response))


def put(data: Mapping[str, str]) -> None:
    """Display a bundle in the same way."""
    from IPython.core.getipython import get_ipython
    from IPython.display import display

    if get_ipython() is None:
        # There, display() would print the bundle as a dictionary.
        sys.stdout.write(data["text/plain"] + "\n")
    else:
        display(dict(data), raw=True)
