"""A name that is none, and the one that was meant."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from ...language import tr

# So many names can be read in one line.
MOST = 3


def did_you_mean(
    word: str, names: Iterable[str], otherwise: str = "", *, alike: float = 0.6
) -> str:
    """
    ``Did you mean --model?``, or what is said where no name is near.

    A word that begins a name means that name; else names that are ``alike`` by that share.
    """
    # Without their dashes, in which all options are alike.
    bare = {name.lstrip("-"): name for name in names}
    word = word.lstrip("-")
    found = [name for name in bare if len(word) > 1 and name.startswith(word)]
    found = found or difflib.get_close_matches(word, bare, n=1, cutoff=alike)
    found = [bare[name] for name in found]
    if not found:
        return otherwise
    return tr("Did you mean {names}?", names=tr(" or ").join(found[:MOST]))
