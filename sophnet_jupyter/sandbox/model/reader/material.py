"""What of a prompt is to be read, and what says how: material, labels, examples."""

from __future__ import annotations

import re

from ..script import Talk
from .words import REST, WORDS

LONGEST = 8_000
_QUOTED = re.compile(
    r"<(\w+)>\s*(.+?)\s*</\1>|\"{3}\s*(.+?)\s*\"{3}|```\w*\n(.+?)\n```|“([^”]{12,})”|\"([^\"\n]{12,})\"",
    re.DOTALL,
)
_HEADED = re.compile(
    r"^[ \t]*(?:[A-Za-z][\w ]{0,20}|[\u3400-\u9fff]{1,6})[ \t]*[:：][ \t]*(\S.*)$", re.MULTILINE
)
_ANSWER = re.compile(
    r"^[ \t]*(?:label|sentiment|answer|category|class|output|topic|json|标签|答案|类别|情感|输出)"
    r"[ \t]*[:：][ \t]*(\S.*)?$",
    re.IGNORECASE | re.MULTILINE,
)
_ARROW = re.compile(r"^.+(?:->|=>|→).+$", re.MULTILINE)
_ASKS = re.compile(
    r"\bclassif|\bcategor|\blabel|\bsentiment|\btopic|\btag\b|\bwhich of\b"
    r"|\bis (?:it|this|that|the)\b"
    r"|分类|归类|判断|情感|标签|属于|类别|是.{1,12}还是",
    re.IGNORECASE,
)
_SEPARATOR = re.compile(r"\s*(?:[,/|;、，；]|\bor\b|\band\b|或者|或|还是)\s*", re.IGNORECASE)
_BEFORE = re.compile(
    r".*(?:\b(?:as|into|of|among|between|either|is|it|with|labels?|classes|categories|options|tags?)\b"
    r"|分为|归为|归类为|标签|类别|判断|属于|是|为)\s*",
    re.IGNORECASE | re.DOTALL,
)
_LISTED = re.compile(
    r"^\s*(?:[-*•]|\d+[.)])\s*[`\"“*]*([\w \u3400-\u9fff-]{1,30}?)[`\"”*]*\s*(?:$|[:：–—-].*$)"
)
_SEGMENT = re.compile(r"[.。!?！？\n:：()（）\"“”]+")
_MOST_WORDS = 3


def examples(talk: Talk) -> int:
    """How many examples there are: answers that were given before, or stand in the prompt."""
    given = sum(message.role == "assistant" for message in talk.messages)
    solved = [found for found in _ANSWER.finditer(talk.prompt) if found[1]]
    return given + len(solved) + len(_ARROW.findall(talk.prompt))


def material(prompt: str) -> str:
    """The text in a prompt that the rest of it is about; empty where there is none."""
    prompt = _ANSWER.sub("", prompt[-LONGEST:]).strip()
    if quoted := [next(filter(None, found[1:]), "") for found in _QUOTED.findall(prompt)]:
        return max(quoted, key=len)
    if headed := list(_HEADED.finditer(prompt)):
        last = headed[-1]
        return f"{last[1]}{prompt[last.end() :]}".strip()
    first, _, rest = prompt.partition("\n")
    if rest.strip():
        return rest.strip().rpartition("\n\n")[2].strip()
    after = re.split("[:：]", first, maxsplit=1)
    if len(after) > 1:
        return after[1].strip()
    # What follows a question: "Is it positive or negative? It broke at once."
    return first.partition("?")[2].strip() or first.partition("？")[2].strip()


def labels(talk: Talk, text: str) -> list[str]:
    """The labels among which the prompt asks to choose; none where it asks something else."""
    asked = "\n".join([*(m.text for m in talk.messages if m.role == "system"), talk.prompt])
    asked = asked.replace(text, " ") if text else asked
    if listed := _listed(asked):
        return listed
    asks = bool(_ASKS.search(asked))
    for segment in _SEGMENT.split(asked[:LONGEST]):
        found = _named(segment)
        known = sum(is_known(label) for label in found)
        if len(found) > 1 and (known == len(found) or (asks and known > 1)):
            return found
    if not asks:
        return []
    chosen = re.search(
        r"(?:one of|among|labels?|classes|categories|options|\bas|\binto|分为|归为|标签|类别|之一)"
        r"\s*"
        r"[:：(（]?\s*([^\n.。:：?？]{3,200})",
        asked,
        re.IGNORECASE,
    )
    found = _named(chosen[1]) if chosen else []
    return found if len(found) > 1 else []


def is_known(label: str) -> bool:
    return label.lower() in WORDS or label.lower() in REST


def _listed(asked: str) -> list[str]:
    """Labels as a list, one a line, where the prompt asks to choose."""
    if not _ASKS.search(asked):
        return []
    found = [match[1].strip() for line in asked.split("\n") if (match := _LISTED.match(line))]
    return found if len(found) > 1 and all(len(one.split()) <= _MOST_WORDS for one in found) else []


def _named(segment: str) -> list[str]:
    """The parts of an enumeration: ``as positive, negative or neutral``."""
    parts = [part.strip(" \t'`*[]{}<>「」") for part in _SEPARATOR.split(segment)]
    parts = [part for part in parts if part]
    if len(parts) < 2:
        return []
    parts[0] = _last_of(parts[0])
    parts[-1] = _first_of(parts[-1])
    if any(not part or len(part.split()) > _MOST_WORDS or len(part) > 30 for part in parts):
        return []
    return list(dict.fromkeys(parts))


def _last_of(text: str) -> str:
    text = text if is_known(text) else _BEFORE.sub("", text)
    known = [label for label in (*WORDS, *REST) if text.lower().endswith(label)]
    if known:
        return text[-len(max(known, key=len)) :]
    return text.split()[-1] if len(text.split()) > _MOST_WORDS else text


def _first_of(text: str) -> str:
    known = [
        label
        for label in (*WORDS, *REST)
        if re.match(rf"{re.escape(label)}(?![A-Za-z])", text.lower())
    ]
    return text[: len(max(known, key=len))] if known else text
