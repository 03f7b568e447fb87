"""Markdown tables: comparisons, powers, planets; and which of some names has the most."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence

from .script import Talk

# First appeared, typing, memory.
LANGUAGES = {
    "python": ("Python", "1991", "dynamic", "garbage collected"),
    "javascript": ("JavaScript", "1995", "dynamic", "garbage collected"),
    "typescript": ("TypeScript", "2012", "static, gradual", "garbage collected"),
    "java": ("Java", "1995", "static", "garbage collected"),
    "go": ("Go", "2009", "static", "garbage collected"),
    "rust": ("Rust", "2012", "static", "ownership"),
    "c": ("C", "1972", "static", "by hand"),
    "julia": ("Julia", "2012", "dynamic", "garbage collected"),
}
# Ordered, may change, keeps equal values.
COLLECTIONS = {
    "list": ("list", "yes", "yes", "yes"),
    "tuple": ("tuple", "yes", "no", "yes"),
    "set": ("set", "no", "yes", "no"),
    "dict": ("dict", "by insertion", "yes", "values only"),
}
# Distance in astronomical units, radius in km, moons.
PLANETS = (
    ("Mercury", "0.39", "2440", "0"),
    ("Venus", "0.72", "6052", "0"),
    ("Earth", "1.00", "6371", "1"),
    ("Mars", "1.52", "3390", "2"),
)
# Names with numbers, as a prompt brings a dict; the sandbox reads no longer one.
_NUMBERED = re.compile(r"\{[^{}]{1,4000}\}")
CHINESE_PLANETS = ("水星", "金星", "地球", "火星")


def draw(talk: Talk) -> str | None:
    """A table that fits the prompt: of what it compares, of powers, else of planets."""
    if not talk.mentions(r"\btables?\b|\bcompar|\bversus\b|\bvs\b|表格|列表格|比较|对比"):
        return None
    words = re.findall(r"[a-z]+", talk.instruction.lower())
    for known, head, chinese_head in (
        (LANGUAGES, ("", "appeared", "typing", "memory"), ("", "诞生", "类型", "内存")),
        (
            COLLECTIONS,
            ("", "ordered", "may change", "keeps equals"),
            ("", "有序", "可变", "允许重复"),
        ),
    ):
        named = [known[word] for word in dict.fromkeys(words) if word in known]
        if len(named) >= 2:
            return markdown(chinese_head if talk.chinese else head, named)
    if talk.mentions(r"square|cube|power|平方|立方"):
        rows = [(f"{n}", f"{n**2}", f"{n**3}") for n in range(1, 11)]
        return markdown(("$n$", "$n^2$", "$n^3$"), rows)
    return _planets(talk)


def extreme(talk: Talk) -> str | None:
    """Which of the names in the prompt has the most or the least; None where none are asked."""
    asked = talk.mentions(r"\bwhich of .+? has the (most|fewest|least) (\w+)|哪个.{0,20}最(多|少)")
    found = asked and _NUMBERED.search(talk.prompt)
    if not (asked and found):
        return None
    try:
        numbers = ast.literal_eval(found[0])
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return None
    if not (isinstance(numbers, dict) and numbers):
        return None
    if not all(isinstance(number, int | float) for number in numbers.values()):
        return None
    few = asked[1] in ("fewest", "least") or asked[3] == "少"
    name = (min if few else max)(numbers, key=numbers.__getitem__)
    what = f" {asked[2]}" if asked[2] else ""
    said = talk.says(
        f"**{name}** has the {asked[1]}{what}: {numbers[name]}.",
        f"**{name}** 最{asked[3]}：{numbers[name]}。",
    )
    word = "fewest" if few else "most"
    return f'{said}\n\n```python\n{word} = "{name}"\n```' if "```" in talk.prompt else said


def markdown(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table; the columns after the first are set to the right."""
    rule = ["---", *["---:"] * (len(head) - 1)]
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, rule, *rows))


def _planets(talk: Talk) -> str:
    if talk.chinese:
        head = ("行星", "距离(AU)", "半径(km)", "卫星")
        rows = [(name, *row[1:]) for name, row in zip(CHINESE_PLANETS, PLANETS, strict=True)]
        return "内行星一览：\n\n" + markdown(head, rows)
    head = ("Planet", "Distance (AU)", "Radius (km)", "Moons")
    return "The inner planets, a table that I know by heart:\n\n" + markdown(head, PLANETS)
