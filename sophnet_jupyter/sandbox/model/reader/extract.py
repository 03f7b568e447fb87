"""Find the value of a field in a text, by the field's name and its form."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from .attention import Attention
from .classify import classify
from .words import CITIES_AND_COUNTRIES, COLORS, PRODUCTS

NOTHING = object()
"""What is given where a text says nothing of a field."""
_MONEY = re.compile(
    r"(?:[$€£¥￥]\s*|(?:CNY|RMB|USD|EUR)\s*)(\d[\d,]*(?:\.\d+)?)"
    r"|(\d[\d,]*(?:\.\d+)?)\s*(?:[$€£¥]|CNY|RMB|USD|EUR|euros?\b|dollars?\b|yuan\b|元|块)",
    re.IGNORECASE,
)
_STARS = re.compile(
    r"(\d(?:\.\d)?)\s*(?:/\s*(?:5|10)|out of|stars?|星|分)|\b(one|two|three|four|five)[- ]stars?"
    r"|([一二三四五])星",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"(?<![\w.])-?\d[\d,]*(?:\.\d+)?(?![\w])")
_DATE = re.compile(r"\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?")
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d{2}(?!\d)")
_MAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{1,64}){1,4}")
_PHONE = re.compile(r"(?<!\d)(?:\+\d{1,3}[ -]?)?\d{3,4}[ -]?\d{4}(?:[ -]?\d{3,4})?(?!\d)")
_LINK = re.compile(r"https?://[^\s<>\"']{1,300}")
_PERSON = re.compile(r"(?<![.!?] )(?<!^)\b([A-Z][a-z]+(?: [A-Z][a-z]+)?)\b")
_THING = re.compile(r"\b(?:the|this|these|my|a|an|our)\s+((?:[a-z]+ )?[a-z]{3,})\b", re.IGNORECASE)
_WORDS = {word: n for n, word in enumerate(("one", "two", "three", "four", "five"), 1)}
_WORDS |= {word: n for n, word in enumerate("一二三四五", 1)}
_NO = re.compile(r"\b(?:not|no|never|don't|didn't|won't|wouldn't|isn't)\b|不|没", re.IGNORECASE)


class Extraction:
    """A text, and who reads it. ``find`` gives a field's value, or `NOTHING`."""

    def __init__(self, text: str, attention: Attention) -> None:
        self._text, self._attention = text, attention

    def find(self, name: str, schema: Mapping[str, Any]) -> Any:
        """What the text says of a field; now and then something else, as a model would."""
        choices = schema.get("enum")
        if isinstance(choices, list) and choices and all(isinstance(one, str) for one in choices):
            return classify(self._text, choices, self._attention)
        value = self._read(name.lower(), str(schema.get("type") or ""))
        slips = self._attention.slips(f"{name}: {self._text}")
        return self._mistaken(value) if slips and value is not NOTHING else value

    def _read(self, name: str, kind: str) -> Any:
        if kind == "boolean":
            return self._is_said(name)
        counts = not kind and re.search(
            r"price|cost|amount|total|star|rating|quantity|价|评分", name
        )
        if kind in ("integer", "number") or counts:
            return self._number(name, whole=kind == "integer")
        told = self._told(name)
        for words, find in _FINDERS:
            if re.search(words, name):
                found = find(self._text)
                return found if found is not NOTHING else told
        return told

    def _told(self, name: str) -> Any:
        """What stands after the field's name: ``color: red``, ``the brand is Acme``."""
        word = re.escape(name).replace("_", r"[ _-]")
        found = re.search(
            rf"\b{word}\s*(?:[:：=]|is|was)\s*([^\n,;，；。]{{1,80}})", self._text, re.I
        )
        return found[1].strip(" .\"'") if found else NOTHING

    def _number(self, name: str, *, whole: bool) -> Any:
        said = self._told(name)
        near = _NUMBER.search(said) if isinstance(said, str) else None
        if near is not None:
            found: str | None = near[0]
        elif re.search(r"price|cost|amount|total|paid|价|金额|费", name):
            money = _MONEY.search(self._text)
            found = (money[1] or money[2]) if money else None
        elif re.search(r"star|rating|score|grade|星|评分", name):
            stars = _STARS.search(self._text)
            found = stars and (stars[1] or str(_WORDS[(stars[2] or stars[3]).lower()]))
        elif re.search(r"year|年", name):
            year = _YEAR.search(self._text)
            found = year[0] if year else None
        else:
            plain = _NUMBER.search(_MONEY.sub(" ", self._text))
            found = plain[0] if plain else None
        if not found:
            return NOTHING
        value = float(found.replace(",", ""))
        return int(value) if whole or value.is_integer() else value

    def _is_said(self, name: str) -> bool:
        """Whether the text speaks of it and does not deny it."""
        stem = re.sub(r"^(?:is|has|was|wants|would)_", "", name).replace("_", " ")[:5]
        found = re.search(re.escape(stem), self._text, re.IGNORECASE)
        return bool(
            found and not _NO.search(self._text[max(0, found.start() - 20) : found.start()])
        )

    def _mistaken(self, value: Any) -> Any:
        if isinstance(value, bool):
            return not value
        if isinstance(value, int | float):
            return value * 10
        words = str(value).split()
        return words[-1] if len(words) > 1 else self._attention.chosen(PRODUCTS[:20], self._text)


def _first(pattern: re.Pattern[str]) -> Callable[[str], Any]:
    def find(text: str) -> Any:
        found = pattern.search(text)
        return (found[1] if found.re.groups else found[0]) if found else NOTHING

    return find


def _of(words: list[str]) -> Callable[[str], Any]:
    """The first of these words in a text, with an adjective before it where there is a list."""

    def find(text: str) -> Any:
        places = [
            (found.start(), found[0])
            for word in words
            if (found := re.search(rf"\b{word}\b" if word.isascii() else word, text, re.I))
        ]
        return min(places)[1] if places else NOTHING

    return find


def _product(text: str) -> Any:
    known = _of(PRODUCTS)(text)
    return known if known is not NOTHING else _first(_THING)(text)


def _sentence(text: str) -> Any:
    first = re.split(r"(?<=[.!?])\s|(?<=[。！？])", text.strip())[0]
    return first[:160] or NOTHING


_FINDERS: list[tuple[str, Callable[[str], Any]]] = [
    (r"mail|邮箱", _first(_MAIL)),
    (r"phone_?number|^phone$|^tel|电话", _first(_PHONE)),
    (r"url|link|website|网址", _first(_LINK)),
    (r"date|日期", _first(_DATE)),
    (r"product|item|thing|article|商品|产品", _product),
    (r"colou?r|颜色", _of(COLORS)),
    (r"city|place|location|城市", _of(CITIES_AND_COUNTRIES["city"])),
    (r"country|国家", _of(CITIES_AND_COUNTRIES["country"])),
    (r"^name$|person|author|customer|姓名", _first(_PERSON)),
    (r"summary|reason|text|quote|problem|issue|摘要|原因", _sentence),
]
