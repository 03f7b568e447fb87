"""Read a text in whatever letters it is written: nothing in it says which."""

from __future__ import annotations

import codecs
import unicodedata

# By these a file says it after all.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Tried in this order where two fit equally well: where GB18030 is right, Big5 seldom fails.
_ENCODINGS = ("gb18030", "big5", "utf-16-le", "utf-16-be")
# A third of all that is written in Chinese, in both scripts.
_COMMON = frozenset(
    "的一是不了人我在有他这這为為之大来來以个個中上们們到说說国國和地也子时時道出而要于於就下得可你"
    "年生自会會那后後能对對着著事其里裡所去行过過家十用发發天如然作方成者多日都三小军軍二无無同么麼"
    "经經法当當起与與好看学學进進种種将將还還分此心前面又定见見只主没沒公从從，。、：；！？「」《》（）"
)
# Letters of the neighbors, by their blocks, and how many of a text's own there are at least.
# Chinese that is read as Korean has up to two thirds of them.
_HANGUL, _KANA = ("\uac00", "\ud7a3"), ("\u3041", "\u30ff")
_NEIGHBORS = {"euc_kr": (_HANGUL, 0.9), "shift_jis": (_KANA, 0.25), "euc_jp": (_KANA, 0.25)}
# Fewer are chance, and so are these where Chinese has words that everybody writes.
_FEWEST = {"euc_kr": 10, "shift_jis": 4, "euc_jp": 4}
# Bytes that are looked at to tell.
_LOOKED_AT = 20_000


def text(data: bytes) -> str:
    """The words of a text file. Raises `ValueError` where they are in no letters we know."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data.decode(encoding)
    try:
        if "\0" not in (found := data.decode()):
            return found
    except UnicodeDecodeError:
        pass
    start = data[:_LOOKED_AT]
    for name, (block, least) in _NEIGHBORS.items():
        if _is_of(start, name, block, least) and not _is_chinese(start):
            return data.decode(name)
    scores = {name: _score(start, name) for name in _ENCODINGS}
    best = max(scores, key=lambda name: scores[name])
    if scores[best] < 0:
        raise ValueError("the text is in no letters that are known here")
    return data.decode(best)


def _is_of(data: bytes, encoding: str, block: tuple[str, str], least: float) -> bool:
    """Whether so many of the letters that are no plain ones are of a block."""
    try:
        found = codecs.getincrementaldecoder(encoding)().decode(data)
    except UnicodeDecodeError:
        return False
    # Punctuation is the same in all of East Asia; half-wide letters are what Chinese looks like.
    others = [letter for letter in found if not letter.isascii() and letter.isalpha()]
    own = sum(block[0] <= letter <= block[1] for letter in others)
    return own >= _FEWEST[encoding] and own >= least * len(others)


def _is_chinese(data: bytes) -> bool:
    """Whether some of the letters, read as Chinese, are among the most common ones."""
    try:
        found = codecs.getincrementaldecoder("gb18030")().decode(data)
    except UnicodeDecodeError:
        return False
    others = [letter for letter in found if letter.isalpha() and not letter.isascii()]
    return sum(letter in _COMMON for letter in others) > 0.1 * len(others)


def _score(data: bytes, encoding: str) -> float:
    """How many of the letters are likely ones, from 0 to 1; below 0 where it cannot be."""
    try:
        # What is cut off here may be half a letter.
        found = codecs.getincrementaldecoder(encoding)().decode(data)
    except UnicodeDecodeError:
        return -1
    # What nobody writes: commands, private letters, and those that are none.
    kinds = {unicodedata.category(letter) for letter in set(found) - set("\t\n\r\f")}
    if not found or kinds & {"Cc", "Cn", "Co", "Cs"}:
        return -1
    likely = sum(letter.isascii() or letter in _COMMON for letter in found)
    return likely / len(found)
