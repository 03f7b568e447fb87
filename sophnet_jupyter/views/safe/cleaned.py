"""
HTML of other libraries, such as a table of pandas, with all that could run or fetch taken out.

Only what is listed stays: tags, attributes, styles without addresses, data of pictures and sound.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape
from html.parser import HTMLParser

from .links import web_link

TAGS = frozenset(
    """
    a abbr audio b bdi blockquote br caption cite code col colgroup dd del details dfn div dl dt em
    figcaption figure h1 h2 h3 h4 h5 h6 hr i img ins kbd li mark ol p pre q s samp section small
    span strong sub summary sup table tbody td tfoot th thead time tr u ul var video wbr
    """.split()
)
VOID = frozenset({"br", "col", "hr", "img", "wbr"})
# What stands between these is no text for a reader either.
SILENT = frozenset(
    "script style template noscript iframe object svg math title select textarea".split()
)
ATTRIBUTES = frozenset(
    """
    alt align class colspan controls dir lang open reversed rowspan scope start title value
    """.split()
)
_KINDS = r"image/(?:png|jpeg|gif|webp)|audio/[\w.+-]+|video/[\w.+-]+"
_DATA = re.compile(rf"data:(?:{_KINDS});base64,[\w+/=\s]*")
_STYLE = re.compile(r"[\w\s:;#%.,()/*+!'-]*")
_UNSAFE = re.compile(r"url|expression|import|var\s*\(|@|\\|position|behavior|javascript", re.I)

Embed = Callable[[str], str]
"""The ``data:`` address of a file beside the notebook; empty where there is none."""


def cleaned(html: str, embed: Embed = lambda address: "") -> str:
    """The HTML with the listed markup only. Linear in its length."""
    cleaner = _Cleaner(embed)
    cleaner.feed(html)
    cleaner.close()
    return "".join(cleaner.out) + "".join(f"</{tag}>" for tag in reversed(cleaner.opened))


class _Cleaner(HTMLParser):
    def __init__(self, embed: Embed) -> None:
        super().__init__(convert_charrefs=True)
        self.out: list[str] = []
        self.opened: list[str] = []
        self._embed = embed
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in SILENT:
            self._silent += 1
        if self._silent or tag not in TAGS:
            return
        kept = "".join(self._attribute(tag, name, value or "") for name, value in attrs)
        self.out.append(f"<{tag}{kept}>")
        if tag not in VOID:
            self.opened.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in SILENT:
            self.handle_starttag(tag, attrs)
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in SILENT:
            self._silent = max(0, self._silent - 1)
        elif not self._silent and tag in self.opened[-64:]:
            while self.opened:
                last = self.opened.pop()
                self.out.append(f"</{last}>")
                if last == tag:
                    break

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.out.append(escape(data, quote=False))

    def _attribute(self, tag: str, name: str, value: str) -> str:
        if name == "href" and tag == "a":
            link = web_link(value)
            value = link[0] if link else ""
            return f' href="{escape(value)}" rel="noopener noreferrer"' if value else ""
        if name == "src" and tag in ("img", "audio", "video"):
            found = value if _DATA.fullmatch(value) else self._embed(value)
            return f' src="{escape(found)}"' if _DATA.fullmatch(found) else ""
        if name == "style":
            safe = _STYLE.fullmatch(value) and not _UNSAFE.search(value)
            return f' style="{escape(value)}"' if safe else ""
        return f' {name}="{escape(value)}"' if name in ATTRIBUTES else ""
