"""Tell a final sentence that comes twice, as from recognisers that correct a sentence once more."""

from __future__ import annotations

from .....events import Transcript


class Repeats:
    """Shown each sentence as it comes, it knows again the final one that came just before."""

    def __init__(self) -> None:
        self._last: Transcript | None = None
        self._between = False

    def is_one(self, said: Transcript) -> bool:
        """True for a final sentence with the words and the times of the last one."""
        if not said.final:
            self._between = True
            return False
        last, between = self._last, self._between
        self._last, self._between = said, False
        if last is None or (said.text, said.begin, said.end) != (last.text, last.begin, last.end):
            return False
        # Without times somebody may just have said it again: then it was heard in parts first.
        return said.end is not None or not between
