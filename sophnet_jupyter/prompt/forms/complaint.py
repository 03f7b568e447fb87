"""What is wrong with an answer in JSON: said to its reader, and to the model that is to mend it."""

from __future__ import annotations

from ...language import tr


class Complaint:
    """
    One complaint: ``where`` is a path such as ``$.people[0].age``.

    ``told`` is what is wrong in English, for a model; ``why`` is the same in the reader's language.
    Both are a sentence with places, and the ``facts`` that are put in.
    """

    def __init__(self, where: str, sentence: str, /, **facts: object) -> None:
        self.where = where
        self._sentence, self._facts = sentence, facts

    @property
    def told(self) -> str:
        return _line(self._sentence.format(**self._facts) if self._facts else self._sentence)

    @property
    def why(self) -> str:
        return _line(tr(self._sentence, **self._facts))


class Misfit(ValueError):
    """The answer has another form: ``where`` is a path such as ``$.age``, ``why`` a reason."""

    def __init__(self, complaint: Complaint) -> None:
        super().__init__(complaint)
        self._complaint = complaint
        self.where = complaint.where

    @property
    def why(self) -> str:
        return self._complaint.why

    @property
    def told(self) -> str:
        """Where and why, as a model is told it."""
        return f"at {self.where}: {self._complaint.told}"

    def __str__(self) -> str:
        return tr("at {where}: {why}", where=self.where, why=self.why)


def _line(text: str) -> str:
    return " ".join(text.split()).rstrip(".")
