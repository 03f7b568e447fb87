"""A story of the length asked for."""

from __future__ import annotations

import re

from .script import Talk

LONGEST = 5000
WHO = ("the lighthouse keeper", "a young engineer", "the old cat", "her brother", "the night train")
DID = ("counted", "mended", "followed", "remembered", "drew", "painted", "forgot")
WHAT = (
    "every lamp on the quay",
    "a map without a north",
    "the sound of the rain",
    "three letters that had no stamps",
    "the way back to the station",
    "a clock that ran on tea",
)
WHEN = (
    "before the fog came in",
    "while the town was asleep",
    "as slowly as the tide",
    "and told nobody",
    "until the first bird sang",
    "because somebody had to",
    "on the longest night of the year",
    "with great care",
)
CHINESE_WHO = ("守灯塔的人", "年轻的工程师", "那只老猫", "她的弟弟", "夜班列车")
CHINESE_DID = ("数着", "修好了", "跟着", "想起了", "画下了", "忘记了", "找到了")
CHINESE_WHAT = (
    "码头上的灯",
    "没有北方的地图",
    "雨的声音",
    "三封没有邮票的信",
    "回车站的路",
    "喝茶才走的钟",
)
CHINESE_WHEN = (
    "在起雾之前",
    "趁全城睡着时",
    "像潮水一样慢慢地",
    "没有告诉任何人",
    "直到第一声鸟鸣",
)
_ASKS = (
    r"\b(?:story|tale|essay)\b|\blong (?:answer|text|reply|poem|one)\b|\bwrite .*\d+ words\b"
    r"|故事|长文|很长的|作文|\d+\s*个?字"
)
_NUMBER = r"(\d+)[- ]?(?:words?|characters?)|(\d+)\s*(?:个)?(?:字|词)"


def tell(talk: Talk) -> str | None:
    """Write exactly as many words (or Chinese characters) as asked, else a few hundred."""
    if not talk.mentions(_ASKS):
        return None
    asked = talk.mentions(_NUMBER)
    long = talk.mentions(r"\blong\b|很长|长文")
    size = int((asked[1] or asked[2])[:6]) if asked else (1200 if long else 300)
    size = max(5, min(size, LONGEST))
    return _chinese(size, talk) if talk.chinese else _english(size, talk)


def _english(size: int, talk: Talk) -> str:
    about = talk.mentions(r"\babout (?:an? |the )?([\w-]+)")
    opening = f"This is a story about {about[1]}. " if about else ""
    words = opening.split()
    number = talk.place
    while len(words) < size:
        words += _pick(number, WHO, DID, WHAT, WHEN)
        number += 1
    kept = words[:size]
    kept[-1] = kept[-1].rstrip(".") + "."
    return _paragraphs(" ".join(kept), r"(?<=\.) ", " ")


def _pick(number: int, *lists: tuple[str, ...]) -> list[str]:
    # The lists have lengths without a common divisor, so a sentence comes back late.
    sentence = " ".join(words[number % len(words)] for words in lists)
    return (sentence[0].upper() + sentence[1:] + ".").split()


def _chinese(size: int, talk: Talk) -> str:
    text = ""
    number = talk.place
    lists = (CHINESE_WHEN, CHINESE_WHO, CHINESE_DID, CHINESE_WHAT)
    while len(text) < size:
        text += "".join(words[number % len(words)] for words in lists) + "。"
        number += 1
    return _paragraphs(text[: size - 1].rstrip("。") + "。", r"(?<=。)", "")


def _paragraphs(text: str, between: str, joint: str) -> str:
    sentences = re.split(between, text)
    groups = [joint.join(sentences[at : at + 5]) for at in range(0, len(sentences), 5)]
    return "\n\n".join(group for group in groups if group)
