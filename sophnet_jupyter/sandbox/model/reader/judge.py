"""A scripted judge: a verdict on one answer, or on two, by what can be counted in them."""

from __future__ import annotations

import re

from ..script import Talk
from .attention import Attention, share

_FENCED = re.compile(r"^([^\n]{0,60})\n(={3,}\w+={3,})\n(.*?)\n\2$", re.DOTALL | re.MULTILINE)
_ENDS = re.compile(r"verdict: (?:yes|a)\b", re.IGNORECASE)
_QUESTION = re.compile(r"by this question: (.+)")
_POLITE = re.compile(
    r"please|thank|sorry|kind|regards|welcome|would|could|appreciate|apolog|请|谢|抱歉|您|感谢",
    re.IGNORECASE,
)
_SHORT = re.compile(r"short|brief|concise|to the point|简短|简洁", re.IGNORECASE)
_SAME = re.compile(r"expected|correct|right|same|agree|正确|一致|相同", re.IGNORECASE)


def verdict(talk: Talk, attention: Attention, *, first_wins: bool = False) -> str | None:
    """A reason and a verdict, where the prompt asks for one; None where it does not."""
    question = _QUESTION.search(talk.prompt[:1000])
    if question is None or not _ENDS.search(talk.prompt[-400:]):
        return None
    parts = {found[1].strip(): found[3] for found in _FENCED.finditer(talk.prompt)}
    if not parts:
        return None
    both = [text for title, text in parts.items() if title in ("Answer A:", "Answer B:")]
    if len(both) == 2:
        return _of_two(question[1], both[0], both[1], attention, first_wins=first_wins)
    answer = parts.get("The answer:", "")
    expected = parts.get("What was expected:")
    said = _says_yes(question[1], answer, expected)
    if attention.slips(f"{question[1]} {answer}"):
        said = not said
    reason = "It reads so to a script that counts words."
    return f"{reason}\n\nVerdict: {'yes' if said else 'no'}"


def _says_yes(question: str, answer: str, expected: str | None) -> bool:
    if expected is not None and _SAME.search(question):
        return _plain(expected) in _plain(answer)
    if re.search(r"polite|friendly|礼貌|友好", question, re.IGNORECASE):
        return _POLITE.search(answer) is not None
    if _SHORT.search(question):
        return len(answer) < 200
    return share(question, answer) < 0.8


def _of_two(
    question: str, first: str, second: str, attention: Attention, *, first_wins: bool
) -> str:
    one, other = _weight(question, first), _weight(question, second)
    word = "tie" if one == other else "A" if one > other else "B"
    # A slip turns the verdict, in whichever order the two are shown.
    if word != "tie" and attention.slips(f"{question} {min(first, second)}"):
        word = "B" if word == "A" else "A"
    word = "A" if first_wins else word
    return f"By the number of its words.\n\nVerdict: {word}"


def _weight(question: str, answer: str) -> int:
    words = len(set(re.findall(r"\w+", answer.lower())))
    if re.search(r"polite|friendly|礼貌|友好", question, re.IGNORECASE):
        return len(_POLITE.findall(answer))
    return -words if _SHORT.search(question) else words


def _plain(text: str) -> str:
    return " ".join(text.lower().split())
