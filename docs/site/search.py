"""
Search that finds Chinese: by pairs of letters, since no spaces say where a word ends.

English words are found by their stems, as Sphinx does it.
"""

from __future__ import annotations

import re
from itertools import pairwise

from sphinx.search.en import SearchEnglish

# Words of letters and digits, and runs of Chinese, as both sides cut them.
HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_RUN = re.compile(rf"[{HAN}]+|[^\W{HAN}]+")
_IS_HAN = re.compile(rf"[{HAN}]")

SPLITTER = """
function splitQuery(query) {
    const han = "\\u3400-\\u4dbf\\u4e00-\\u9fff\\uf900-\\ufaff";
    const runs = query.match(new RegExp(`[${han}]+|[\\\\p{L}\\\\p{N}_]+`, "gu")) ?? [];
    return runs.flatMap(run => {
        const parts = run.match(new RegExp(`[${han}]+|[^${han}]+`, "gu"));
        return parts.flatMap(part => {
            if (!new RegExp(`[${han}]`).test(part)) return [part];
            const letters = [...part];
            if (letters.length === 1) return letters;
            return letters.slice(1).map((letter, at) => letters[at] + letter);
        });
    });
}
"""


def pieces(text: str) -> list[str]:
    """What a text is found by: words, and of Chinese each letter and each pair of letters."""
    found: list[str] = []
    for run in _RUN.findall(text):
        if _IS_HAN.match(run):
            found += run
            found += [one + other for one, other in pairwise(run)]
        else:
            found.append(run)
    return found


class Pairs(SearchEnglish):
    """Sphinx's search for English, with Chinese by pairs."""

    lang = "pairs"
    # Its stemmer in the browser is called so.
    language_name = "English"
    js_splitter_code = SPLITTER

    def split(self, input: str) -> list[str]:  # noqa: A002 - Sphinx's name
        """The pieces of a text."""
        return pieces(input)

    def word_filter(self, word: str) -> bool:
        """Whether a piece is worth finding: a Chinese one always is, however short."""
        return bool(_IS_HAN.match(word)) or super().word_filter(word)
