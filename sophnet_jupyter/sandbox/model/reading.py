"""Summaries of what is really in the prompt: its table, or its text."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Sequence

from .script import Talk, quoted

Table = tuple[list[str], list[list[str]]]
COMMON = frozenset(
    "the and for that with this from have has was were are you your not but they their its"
    " which into about there will would can could been one all also more than then when what"
    " where who how".split()
)
NUMBERS = {
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "一": 1,
    "两": 2,
    "三": 3,
    "四": 4,
    "五": 5,
}


def summarise(talk: Talk) -> str | None:
    """As many bullets as asked for, from counting and measuring the material."""
    if not talk.mentions(r"\bsumm?ari[sz]e|\bsummary\b|\btl;?dr\b|总结|概括|摘要|归纳"):
        return None
    table = _markdown_table(talk.prompt) or _comma_table(talk.prompt)
    material = _material(talk.prompt)
    points = _table_points(talk, *table) if table else _text_points(talk, material)
    bullets = "\n".join(f"- {point}" for point in points[: _how_many(talk)])
    opening = talk.says(
        "What a script can read from it:",
        "脚本能读出的要点：",
    )
    return f"{opening}\n\n{bullets}"


def _how_many(talk: Talk) -> int:
    asked = talk.mentions(
        r"\b(\d|one|two|three|four|five) (?:\w+ )?(?:bullets?|points?|sentences?|lines?)"
        r"|([一两三四五\d])\s*(?:个要点|点|句|条)"
    )
    word = (asked[1] or asked[2]).lower() if asked else "5"
    return max(1, NUMBERS.get(word) or int(word))


def _material(prompt: str) -> str:
    """The prompt without its instruction: after the first line, or after a colon."""
    first, _, rest = prompt.partition("\n")
    if rest.strip():
        return rest.strip()
    after = re.split("[:\uff1a]", first, maxsplit=1)[-1].strip()
    return after or first


def _markdown_table(prompt: str) -> Table | None:
    lines = [line.strip() for line in prompt.split("\n") if line.strip().startswith("|")]
    if len(lines) < 3 or not re.fullmatch(r"[|:\-\s]+", lines[1]):
        return None
    head, _, *rows = [
        [cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", line.strip("|"))]
        for line in lines
    ]
    return head, rows


def _comma_table(prompt: str) -> Table | None:
    lines = [line for line in prompt.split("\n") if line.count(",") >= 1]
    widths = {line.count(",") for line in lines}
    if len(lines) < 3 or len(widths) != 1:
        return None
    head, *rows = list(csv.reader(lines))
    return head, rows


def _table_points(talk: Talk, head: list[str], rows: list[list[str]]) -> list[str]:
    names = ", ".join(name for name in head if name)
    points = [
        talk.says(
            f"The table has **{len(rows)} rows** and **{len(head)} columns**: {names}.",
            f"表格有 **{len(rows)} 行 {len(head)} 列**:{names}。",
        )
    ]
    for column, name in enumerate(head):
        cells = [row[column] for row in rows if column < len(row) and row[column]]
        if name and cells:
            points.append(_column_point(talk, name, cells))
    return points


def _column_point(talk: Talk, name: str, cells: Sequence[str]) -> str:
    numbers = [number for cell in cells if (number := _number(cell)) is not None]
    if len(numbers) == len(cells):
        low, mean, high = min(numbers), sum(numbers) / len(numbers), max(numbers)
        return talk.says(
            f"**{name}** runs from {low:g} to {high:g}, {mean:.4g} on average.",
            f"**{name}** 从 {low:g} 到 {high:g}，平均 {mean:.4g}。",
        )
    value, times = Counter(cells).most_common(1)[0]
    return talk.says(
        f"**{name}** has {len(set(cells))} different values, "
        f"most often {quoted(value, 40)} ({times}×).",
        f"**{name}** 有 {len(set(cells))} 个不同的值，最多的是 {quoted(value, 40)}（{times} 次）。",
    )


def _number(cell: str) -> float | None:
    try:
        return float(cell.replace(",", "").rstrip("%"))
    except ValueError:
        return None


def _text_points(talk: Talk, text: str) -> list[str]:
    sentences = [s.strip() for s in re.split(r"(?<=[.!?])\s+|(?<=[。!?])", text) if s.strip()]
    words = re.findall(r"[A-Za-z][\w'-]*|[\u3400-\u9fff]", text)
    count = len(words)
    first, longest = quoted(sentences[0], 160), quoted(max(sentences, key=len), 160)
    frequent = _frequent(text)
    return [
        talk.says(f"It begins: “{first}”", f"开头是：“{first}”"),
        talk.says(
            f"It has **{count} words** in {len(sentences)} sentence{'s' * (len(sentences) != 1)}.",
            f"共 **{count} 个字词**，{len(sentences)} 句。",
        ),
        talk.says(
            f"Most frequent: {frequent or 'nothing stands out'}.",
            f"出现最多的：{frequent or '没有突出的词'}。",
        ),
        talk.says(f"The longest sentence: “{longest}”", f"最长的一句：“{longest}”"),
    ]


def _frequent(text: str) -> str:
    chinese = re.findall(r"(?=([\u3400-\u9fff]{2}))", text)
    words = [word for word in re.findall(r"[a-z]{3,}", text.lower()) if word not in COMMON]
    counted = Counter(words if len(words) >= len(chinese) else chinese).most_common(4)
    return ", ".join(f"{word} ({times}×)" for word, times in counted if times > 1)
