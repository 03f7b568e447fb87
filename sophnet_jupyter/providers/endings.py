"""Track finish reasons. Some services send them early, or with every chunk."""

from __future__ import annotations

from ..language import mark

# What encoders of several languages write where there is no reason.
_NONE = {"", "null", "none", "nil", "undefined"}
EARLY = mark(
    "The service said that the answer was over before it was: what came after belongs to it."
)


def reason_of(said: object) -> str:
    """A finish reason as text; empty for null and its spellings."""
    word = said.strip() if isinstance(said, str) else ""
    return "" if word.lower() in _NONE else word


class Endings:
    """
    The finish reasons of an answer's ``choices``.

    One that is followed by more words is taken back, and holds again only when it is said again.
    """

    def __init__(self, choices: int = 1) -> None:
        self._choices = choices
        self._reasons: dict[int, str] = {}
        self._count = 0
        self.early = False
        """True once something came after a reason."""
        self.reason = ""
        """The finish reason of the first choice; empty while there is none."""

    def add_content(self, choice: int = 0) -> None:
        """Record that a choice has more content."""
        if self._reasons.pop(choice, ""):
            self.early = True
            self.reason = self._reasons.get(0, "")

    def add_reason(self, reason: str, choice: int = 0) -> None:
        """Record a finish reason of a choice."""
        if choice not in self._reasons:
            self._count += 1
        self._reasons[choice] = reason
        self.reason = self._reasons.get(0, "")

    @property
    def ended(self) -> int:
        """The number of finish reasons once all choices have one, else 0."""
        return self._count if len(self._reasons) == self._choices else 0
