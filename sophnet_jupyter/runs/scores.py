"""
How good an answer is: `exact`, `field`, `regex`, `fits`, `similar`, `judge`, `prefer`.

Each is made by a call and handed to ``client.chat.evaluate(…, scores=[…])``. A function of your own
is called as ``f(row, answer)``, where ``answer`` is the `Response`; see `function`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from ..errors import SettingsError
from ..language import tr
from ..prompt.forms.json_check import LONGEST_MATCHED
from ..prompt.forms.shape import Misfit, Shape, shape
from .functions import function
from .judging import judge, prefer
from .likeness import similar
from .reading import folded, number, part, plain, value_of
from .score import Case, Grade, Marked, Means, Score, is_missing, told

__all__ = ["exact", "field", "fits", "function", "judge", "prefer", "regex", "similar"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A score that looks at one answer at a time, and asks nobody."""

    name: str
    settings: dict[str, Any]
    mark: Callable[[Case], Grade]
    expects: bool = False

    def check(self, cases: int, columns: int, expect: str) -> None:
        if self.expects and not expect:
            raise SettingsError(
                tr("{name} needs expect=, the column of what is expected.", name=self.name)
            )

    async def marked(self, cases: Sequence[Case], means: Means) -> Marked:
        return Marked(marks=[self.mark(case) for case in cases])


def exact(
    *, width: bool = True, case: bool = True, space: bool = True, name: str = "exact"
) -> Score:
    """
    Whether the answer is what was expected.

    Full and half width (NFKC), upper and lower case, and blanks do not count, unless switched off
    with ``False``. A number is equal to its text. Of an answer by a schema the field is taken that
    is called as the expected column, and a dict or list is compared as JSON.
    """

    def mark(one: Case) -> Grade:
        if is_missing(one.expected):
            return Grade(None, tr("nothing is expected"))
        got = _said(one)
        if _equal(got, one.expected, width=width, case=case, space=space):
            return Grade(True)
        return _other(one.expected, got)

    settings = {"score": "exact", "width": width, "case": case, "space": space}
    return Check(name=name, settings=settings, mark=mark, expects=True)


def field(
    path: str, *, within: float | None = None, expect: str | None = None, name: str | None = None
) -> Score:
    """
    Whether a field of a JSON answer is what was expected: ``field("price", within=0.01)``.

    ``path`` may lead inside: ``address.city``, ``items.0.price``. What is expected stands in the
    column ``expect``; without it, in the column of the field's name, else in the expected value
    itself, or in that of its fields. ``within`` is how far a number may be off.
    """

    def mark(one: Case) -> Grade:
        wanted = _wanted(one, path, expect)
        if is_missing(wanted):
            return Grade(None, tr("nothing is expected"))
        try:
            got = part(value_of(one.answer), path)
        except (LookupError, ValueError, TypeError):
            return Grade(False, tr("the answer has no {path}", path=path))
        if _near(got, wanted, within) or _equal(got, wanted):
            return Grade(True)
        return _other(wanted, got)

    settings = {"score": "field", "path": path, "within": within, "expect": expect}
    return Check(name=name or path.replace(".", "_"), settings=settings, mark=mark)


def regex(pattern: str, *, flags: int = 0, name: str = "regex") -> Score:
    """Whether the pattern is found in the answer. Raises `SettingsError` for one that is none."""
    try:
        compiled = re.compile(pattern, flags)
    except re.error as error:
        raise SettingsError(
            tr(
                "regex({pattern!r}) is no regular expression: {error}.",
                pattern=pattern,
                error=error,
            )
        ) from None

    def mark(one: Case) -> Grade:
        # As in a schema: a longer text could keep the pattern busy for ever.
        if len(one.answer.text) > LONGEST_MATCHED:
            return Grade(
                False, tr("the answer is longer than {most:,} characters", most=LONGEST_MATCHED)
            )
        found = compiled.search(one.answer.text)
        why = "" if found else tr("{pattern} is not in it", pattern=pattern)
        return Grade(found is not None, why)

    return Check(name=name, settings={"score": "regex", "pattern": pattern}, mark=mark)


def fits(schema: object, *, name: str = "fits") -> Score:
    """Whether the answer holds JSON of this form: a class, or a schema as a dict."""
    form: Shape = shape(schema)

    def mark(one: Case) -> Grade:
        try:
            form.read(one.answer.text)
        except Misfit as misfit:
            return Grade(False, str(misfit))
        return Grade(True)

    said = schema if isinstance(schema, dict) else getattr(schema, "__name__", str(schema))
    return Check(name=name, settings={"score": "fits", "schema": said}, mark=mark)


def scores_of(given: Iterable[Any], expect: str) -> list[Score]:
    """
    The scores that a caller gave, functions among them, each with a name of its own.

    Without any it is `exact`, where something is expected. Raises `SettingsError` for what is no
    score, and where there is none.
    """
    listed = [given] if callable(given) or hasattr(given, "marked") else list(given)
    found: list[Any] = [_score(one) for one in listed]
    if not found and expect:
        found = [exact()]
    if not found:
        raise SettingsError(
            tr(
                "There is nothing to score by: name the expected column with expect=, or give "
                "scores=."
            )
        )
    names = [one.name for one in found]
    for name in names:
        if names.count(name) > 1:
            raise SettingsError(
                tr("Two scores are called {name!r}: give one of them name=….", name=name)
            )
    return found


def _score(one: Any) -> Score:
    if hasattr(one, "marked") and hasattr(one, "name"):
        return one  # type: ignore[no-any-return]
    if one in (exact, field, regex, fits, similar, judge, prefer):
        raise SettingsError(tr("scores= takes {name}(…), with its brackets.", name=one.__name__))
    if callable(one):
        return function(one)
    raise SettingsError(
        tr("{score} is no score: see sophnet_jupyter.scores.", score=told(repr(one)))
    )


def _other(wanted: Any, got: Any) -> Grade:
    """The grade of an answer that is another one than was expected."""
    return Grade(False, tr("expected {wanted!r}, got {got!r}", wanted=told(wanted), got=told(got)))


def _said(one: Case) -> Any:
    """What counts of an answer: of one by a schema its value, or the field of that name."""
    if one.answer.parsed is None:
        return _json(one) if isinstance(one.expected, dict | list) else one.answer.text
    try:
        return part(one.answer.parsed, one.expect)
    except (LookupError, TypeError, ValueError):
        return plain(one.answer.parsed)


def _json(one: Case) -> Any:
    try:
        return value_of(one.answer)
    except ValueError:
        return one.answer.text


def _wanted(one: Case, path: str, expect: str | None) -> Any:
    if expect is not None:
        return one.row.get(expect)
    if path in one.row and path != one.expect:
        return one.row[path]
    if isinstance(one.expected, dict):
        try:
            return part(one.expected, path)
        except LookupError:
            return None
    return one.expected


def _near(got: Any, wanted: Any, within: float | None) -> bool:
    one, other = number(got), number(wanted)
    # A little more than asked for: 0.3 - 0.2 is more than 0.1.
    return (
        within is not None
        and one is not None
        and other is not None
        and abs(one - other) <= within * (1 + 1e-9)
    )


def _equal(got: Any, wanted: Any, **switches: bool) -> bool:
    got, wanted = plain(got), plain(wanted)
    if isinstance(wanted, dict | list):
        return bool(got == wanted)
    if not isinstance(wanted, str) and (other := number(wanted)) is not None:
        return number(got) == other
    return folded(got, **switches) == folded(wanted, **switches)
