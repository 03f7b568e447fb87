"""
Emphasis in Chinese, Japanese and Korean, whose words have no blanks between them.

CommonMark takes the stars of ``**标题：**正文`` for text, since it expects a blank behind a colon.
The amendment that markdown-cjk-friendly proposes: punctuation of these languages is as good as a
letter, and any of their characters is as good as a blank beside other punctuation.
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token
    from markdown_it.utils import EnvType


def add_emphasis(md: MarkdownIt) -> None:
    """Make a parser find the ends of emphasis beside such characters."""
    from markdown_it.common.utils import isMdAsciiPunct, isPunctChar, isWhiteSpace
    from markdown_it.rules_inline.state_inline import Scanned, StateInline

    class AmendedInline(StateInline):
        def scanDelims(self, start: int, canSplitWord: bool) -> Scanned:  # noqa: N802, N803
            marker, end = self.src[start], start
            while end < self.posMax and self.src[end] == marker:
                end += 1
            last = self.src[start - 1] if start else " "
            following = self.src[end] if end < self.posMax else " "
            after_mark = isMdAsciiPunct(ord(last)) or isPunctChar(last)
            before_mark = isMdAsciiPunct(ord(following)) or isPunctChar(following)
            after_blank, before_blank = isWhiteSpace(ord(last)), isWhiteSpace(ord(following))
            after_cjk, before_cjk = _is_cjk(last), _is_cjk(following)
            left = not before_blank and (
                not before_mark or before_cjk or after_blank or after_mark or after_cjk
            )
            right = not after_blank and (
                not after_mark or after_cjk or before_blank or before_mark or before_cjk
            )
            return Scanned(
                left and (canSplitWord or not right or after_mark),
                right and (canSplitWord or not left or before_mark),
                end - start,
            )

    def parse(source: str, md: MarkdownIt, env: EnvType, tokens: list[Token]) -> list[Token]:
        state = AmendedInline(source, md, env, tokens)
        md.inline.tokenize(state)
        for rule in md.inline.ruler2.getRules(""):
            rule(state)
        return state.tokens

    md.inline.parse = parse  # type: ignore[assignment, method-assign]


def _is_cjk(char: str) -> bool:
    """True for letters and punctuation of these languages; emoji are as wide as they."""
    code = ord(char)
    if code < 0x1100 or 0x2000 <= code < 0x2E80 or 0x1F000 <= code < 0x20000:
        return False
    return unicodedata.east_asian_width(char) in "WFH"
