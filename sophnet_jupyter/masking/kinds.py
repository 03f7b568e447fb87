"""
The kinds of personal data that can be found for certain, or nearly so, by their form.

A name has no form: none of this finds one. Where a number says by the words before it that it is
an order's, it is left as it is, unless its own check digit makes it a person's beyond doubt.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ..language import mark
from .numbers import is_card, is_identity, is_old_identity

# Digits and marks of full width count as those of ASCII, letter for letter.
_NARROW = {0xFF10 + digit: ord("0") + digit for digit in range(10)}
_NARROW |= {
    0xFF38: ord("X"),
    0xFF58: ord("x"),
    0xFF20: ord("@"),
    0xFF0D: ord("-"),
    0xFF0B: ord("+"),
}
_NARROW |= {0x00A0: 32, 0x3000: 32, 0x2010: 45, 0x2011: 45, 0x2012: 45, 0x2013: 45, 0x2212: 45}

# Not a piece of a longer word, number, code or path.
_BEGIN = r"(?<![A-Za-z0-9_])(?<![0-9][-.])(?<![A-Z][-#])"
_END = r"(?![A-Za-z0-9_])(?![-.][0-9])"
# Words by which a number says that it is an order's, a parcel's, a bill's.
_ORDERS = re.compile(
    r"(?:订单|单号|流水|运单|快递|物流|发票|合同|批次|货号|编号|序列|票号|交易号|工单"
    r"|(?<![A-Za-z])(?:orders?|invoice|tracking|shipment|parcel|serial|sku|batch|ticket|ref(?:erence)?"
    r"|transaction|receipt|po)(?:[ _-]?(?:id|no\.?|number|num|code))?)"
    r"(?:号码|编号|号|码|为|是|id|no\.?)*[\"'）)]?\s*[:：=#＃]?\s*[\"'（(#＃]?\s*$",
    re.IGNORECASE,
)
_IDENTITIES = re.compile(r"(?:身份证|证件|身份号|\bid(?:entity)?)[^\d\n]{0,12}$", re.IGNORECASE)
# Characters before a number in which its words may stand.
_BEFORE = 40
_PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"


@dataclass(frozen=True, slots=True)
class DataKind:
    """
    One kind: the ``word`` of its placeholders, what it is called by number, and how it is found.

    ``fits`` looks at what the pattern found and at the text before it; ``same`` makes of two ways
    to write one value the same.
    """

    word: str
    one: str
    many: str
    pattern: re.Pattern[str]
    fits: Callable[[str, str], bool] = lambda found, before: True
    same: Callable[[str], str] = str


@dataclass(frozen=True, slots=True)
class FoundValue:
    """A value in a text, from ``begin`` to ``end``; ``value`` is the same for equal ones."""

    kind: DataKind
    begin: int
    end: int
    value: str


def _digits(text: str) -> str:
    return re.sub(r"[^0-9Xx]", "", text).upper()


def _mobile(text: str) -> str:
    return _digits(text)[-11:]


def _is_mobile(found: str, before: str) -> bool:
    return not _ORDERS.search(before)


def _identity(found: str, before: str) -> bool:
    digits = _digits(found)
    if len(digits) == 18:
        return is_identity(digits)
    return len(digits) == 15 and is_old_identity(digits) and bool(_IDENTITIES.search(before))


def _card(found: str, before: str) -> bool:
    return is_card(_digits(found)) and not _ORDERS.search(before)


def _plate(found: str, before: str) -> bool:
    return sum(letter.isdigit() for letter in found) >= 3


KINDS = (
    DataKind(
        "EMAIL",
        mark("e-mail address"),
        mark("e-mail addresses"),
        re.compile(
            r"(?<![A-Za-z0-9._%+-])[A-Za-z0-9_%+-](?:[A-Za-z0-9._%+-]{0,62}[A-Za-z0-9_%+-])?"
            r"@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.){1,8}[A-Za-z]{2,24}"
            r"(?![A-Za-z0-9-]|\.[A-Za-z0-9])"
        ),
        same=str.lower,
    ),
    DataKind(
        "ID",
        mark("identity number"),
        mark("identity numbers"),
        re.compile(rf"{_BEGIN}(?:\d{{6}}[ -]?\d{{8}}[ -]?\d{{3}}[0-9Xx]|\d{{15}}){_END}", re.ASCII),
        _identity,
        _digits,
    ),
    DataKind(
        "CARD",
        mark("bank card"),
        mark("bank cards"),
        re.compile(
            rf"{_BEGIN}(?:\d{{4}}(?:[ -]?\d{{4}}){{3}}(?:[ -]?\d{{1,3}})?|\d{{4}}[ -]?\d{{6}}[ -]?"
            rf"\d{{5}}|\d{{6}}[ -]\d{{10,13}}){_END}",
            re.ASCII,
        ),
        _card,
        _digits,
    ),
    DataKind(
        "MOBILE",
        mark("mobile number"),
        mark("mobile numbers"),
        re.compile(
            rf"(?:(?<![A-Za-z0-9_])(?:\+|00)86[ -]?|\(\+?86\)[ -]?|{_BEGIN}86[ -]?|{_BEGIN})"
            rf"1(?:3\d|4[014-9]|5[0-35-9]|6[2567]|7[0-8]|8\d|9[0-35-9])"
            rf"(?:\d{{8}}|[ -]\d{{4}}[ -]?\d{{4}}){_END}",
            re.ASCII,
        ),
        _is_mobile,
        _mobile,
    ),
    DataKind(
        "PLATE",
        mark("number plate"),
        mark("number plates"),
        re.compile(
            rf"[{_PROVINCES}][A-HJ-NP-Z][ ·•.-]?(?:[A-HJ-NP-Z0-9]{{4}}[A-HJ-NP-Z0-9学警港澳挂领]"
            r"|[A-HJK][A-HJ-NP-Z0-9]\d{4}|\d{5}[A-HJK])(?![A-Za-z0-9])",
            re.ASCII,
        ),
        _plate,
        lambda text: re.sub(r"[ ·•.-]", "", text),
    ),
)


def find(text: str, kinds: tuple[DataKind, ...] = KINDS) -> list[FoundValue]:
    """All values of these kinds in a text, in their order; of two that overlap the earlier kind."""
    narrow = text.translate(_NARROW) if not text.isascii() else text
    taken: list[FoundValue] = []
    for kind in kinds:
        for found in _of(kind, narrow):
            if not any(found.begin < other.end and other.begin < found.end for other in taken):
                taken.append(found)
    return sorted(taken, key=lambda found: found.begin)


def _of(kind: DataKind, text: str) -> Iterator[FoundValue]:
    for match in kind.pattern.finditer(text):
        if match.end() == match.start():
            continue
        before = text[max(0, match.start() - _BEFORE) : match.start()]
        if kind.fits(match[0], before):
            yield FoundValue(kind, match.start(), match.end(), kind.same(match[0]))
