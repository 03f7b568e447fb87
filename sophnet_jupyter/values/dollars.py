r"""
Dollars that enclose a formula, told from money and from the variables of a shell.

The formulas of models touch their dollars, as pandoc wants it, or have blanks on both sides. What
is between the dollars of "约$5万到$10万", ``$5 and 10$`` or ``$HOME/bin:$PATH`` is none.
"""

from __future__ import annotations

import re

_PAIR = re.compile(r"\$(?!\$)((?:\\.|[^$\\\n])+?)\$", re.S)
# Letters of China, Japan and Korea, with the punctuation and the currencies of such texts.
_CJK = re.compile(
    "[\u1100-\u11ff\u201c\u201d\u2e80-\ua4cf\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\ufe30-\ufe4f"
    "\uff00-\uffef\U00020000-\U0003ffff]"
)
_CURRENCY = "¥￥€£₩₹"
_BEFORE_MONEY = re.compile(r"(?:\b(?:US|HK|NT|AU|CA|NZ|SG|[ACS])|[¥￥€£₩₹])\Z")
_MARKS = re.compile(r"[\\^_{]")
# What is said with a command, or in braces, is no word of a sentence.
_COMMAND = re.compile(r"\\(?:[A-Za-z]+|.)", re.S)
_BRACES = re.compile(r"\{[^{}]*\}")
_AMOUNT = re.compile(r"\d[\d.,]*")
_WORD = re.compile(r"[\s/][A-Za-z]{2,}")
_WORD_AFTER_AMOUNT = re.compile(
    r"[A-Za-z]{3,}|[kKmMbB]\b\s*[,;.–—~-]|[.,;](?:\s+\D|\Z)|\s+[A-Za-z]{2,}"
)
_NAME = re.compile(r"[A-Z][A-Z0-9]+(?:_[A-Z0-9]+)*|\{\w+\}.*", re.S)
_SENTENCE = re.compile(r"(?<!\w)[A-Za-z]{3,}|[A-Za-z]{2}\s+[A-Za-z]{2}")
# No formula ends so before a letter; a list of directories does.
_CONNECTORS = "/:;,.=-+*<>&|\"'@~ "
_OPEN_ENDS = "=+-*/<>,;:&("
_BARE_MARKS = re.compile(r"[\\^_{=<>+]|\|[^|]+\|")


def formula_end(text: str, start: int, stop: int | None = None) -> int | None:
    """Return where the formula ends whose dollar is at ``start``, or None if it begins none."""
    stop = len(text) if stop is None else stop
    pair = _PAIR.match(text, start, stop)
    if pair is None:
        return None
    inside, end = pair[1], pair.end()
    before, after = text[max(0, start - 3) : start], text[end : end + 1] if end < stop else ""
    if after.isdecimal() or (after and after in _CURRENCY) or _holds_cjk(inside):
        return None
    if any(sign in inside for sign in _CURRENCY):
        return None
    if _BEFORE_MONEY.search(before) and (inside[0].isdigit() or before[-1] in _CURRENCY):
        return None
    opened, closed = inside[0].isspace(), inside[-1].isspace()
    if opened != closed:
        return None
    if opened:
        return end if _is_bare_formula(inside.strip(), before) else None
    if _is_amount(inside) or not _may_precede(inside, after):
        return None
    return end


def is_slang(inside: str) -> bool:
    """True for what is between the double dollars of a sentence, as in "要$$的和$$的"."""
    return bool(_CJK.search(inside)) and not _BARE_MARKS.search(inside)


def _holds_cjk(inside: str) -> bool:
    r"""True if such letters stand where no ``\text{…}`` or other braces hold them."""
    if not _CJK.search(inside):
        return False
    if "\\" not in inside and "_{" not in inside and "^{" not in inside:
        return True
    depth, place = 0, 0
    while place < len(inside):
        char = inside[place]
        if char == "\\":
            # A brace behind it is a sign.
            place += 2
            continue
        depth += (char == "{") - (char == "}")
        if depth < 1 and _CJK.match(char):
            return True
        place += 1
    return False


def _is_amount(inside: str) -> bool:
    """True for "5 and 10" and "5k, 6": an amount with words behind it."""
    amount = _AMOUNT.match(inside)
    if amount is None:
        return False
    end = amount.end()
    # The last point or comma belongs to the sentence.
    while inside[end - 1] in ".," and end > 1:
        end -= 1
    rest = inside[end:]
    if _WORD_AFTER_AMOUNT.match(rest):
        return True
    if "=" in rest or _MARKS.search(rest):
        return False
    return bool(_WORD.search(rest))


def _may_precede(inside: str, after: str) -> bool:
    """True unless what follows the closing dollar makes it the sign of a variable or of money."""
    if after == "{":
        return False
    if after == "(":
        return inside[-1] not in _CONNECTORS
    if not (after.isalpha() or after == "_") or _CJK.match(after):
        return True
    return bool(
        _MARKS.search(inside) and inside[-1] not in _CONNECTORS and not _NAME.fullmatch(inside)
    )


def _is_bare_formula(inside: str, before: str) -> bool:
    """True if what has blanks on both sides, as the "and" of "5 $ and 6 $" has, is a formula."""
    if not inside or inside[-1] in _OPEN_ENDS:
        return False
    if (inside[0].isdigit() or before.rstrip()[-1:].isdigit()) and not _MARKS.search(inside):
        return False
    words = _BRACES.sub(" ", _COMMAND.sub("", inside))
    if _SENTENCE.search(words):
        return False
    return len(inside) == 1 or bool(_BARE_MARKS.search(inside))
