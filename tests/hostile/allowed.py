"""What HTML may hold that shows text of a model: a strict list, and a reader that keeps to it."""

from __future__ import annotations

import re
from html import unescape
from html.parser import HTMLParser

TAGS = frozenset(
    "p h1 h2 h3 h4 h5 h6 strong em s code pre span a ul ol li blockquote hr br div "
    "table thead tbody tr th td".split()
)
_LENGTHS = r"(?: ?(?:0|\d*\.?\d+(?:em|px)))+"
_LINE = r"1px solid rgba\(128,128,128,\.35\)"
STYLES = {
    "margin": _LENGTHS,
    "padding": _LENGTHS,
    "border": _LINE,
    "border-radius": _LENGTHS,
    "border-collapse": "collapse",
    "overflow-x": "auto",
    "white-space": "pre",
    "text-align": "left|right|center",
    "color": "#[0-9a-f]{6}",
}
ATTRIBUTES = {
    ("a", "href"): r"(?i:https?)://[^\s\"<>]+|mailto:[^\s\"<>]+",
    ("a", "rel"): "noopener noreferrer",
    ("a", "target"): "_blank",
    ("span", "class"): "mathjax_ignore",
    ("ol", "start"): r"\d+",
}
# What only the frame around a model's words has: by it a reader can tell the two apart.
FRAME_TAGS = frozenset({"details", "summary", "b"})
FRAME_STYLES = {
    "font-size": r"\d+%",
    "font-weight": "600",
    "opacity": r"\.\d+",
    "background": "#8f5f00",
    "color": "#fff|#[0-9a-f]{6}",
    "border-left": r"3px solid (?:#8f5f00|rgba\(128,128,128,\.35\))",
    "border-top": _LINE,
    "margin-top": _LENGTHS,
    "padding-top": _LENGTHS,
}
FRAME_ATTRIBUTES = {("li", "value"): r"-?\d+"}

# What Lab tells MathJax to look for, in text that no tag and no ignored element interrupts.
_MATHJAX = re.compile(
    r"\$\$.+?\$\$|\$.+?\$|\\\(.+?\\\)|\\\[.+?\\\]|\\begin\{(\w+\*?)\}.*?\\end\{\1\}|\\(?:eq)?ref\{",
    re.S,
)
_UNSEEN = re.compile(r'<code.*?</code>|<span class="mathjax_ignore">.*?</span>', re.S)


class Strict(HTMLParser):
    """Raises for anything that is not on the lists above, and for tags that do not match."""

    def __init__(self, *, framed: bool = False) -> None:
        super().__init__(convert_charrefs=True)
        self._tags = TAGS | FRAME_TAGS if framed else TAGS
        self._styles = STYLES | FRAME_STYLES if framed else STYLES
        self._attributes = ATTRIBUTES | FRAME_ATTRIBUTES if framed else ATTRIBUTES
        self.open: list[str] = []
        self.text = ""
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in self._tags
        if tag not in ("br", "hr"):
            self.open.append(tag)
        for name, value in attrs:
            assert value is not None
            if name == "style":
                for declaration in value.split(";"):
                    key, _, setting = declaration.partition(":")
                    assert re.fullmatch(self._styles[key], setting), declaration
            else:
                assert re.fullmatch(self._attributes[tag, name], value), (tag, name, value)
        if tag == "a":
            assert self.open.count("a") == 1
            assert [name for name, _ in attrs] == ["href", "rel", "target"]
            self.links.append(str(dict(attrs)["href"]))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_comment(self, data: str) -> None:
        raise AssertionError(data)

    handle_decl = handle_pi = unknown_decl = handle_comment


def strict(html: str, *, framed: bool = False) -> Strict:
    """Read HTML that shows a model's words; ``framed`` with what the views put around them."""
    parser = Strict(framed=framed)
    parser.feed(html)
    parser.close()
    assert parser.open == []
    assert "<" not in re.sub(r"</?[a-z][^<>]*>", "", html)
    return parser


def typeset(html: str) -> list[str]:
    """The formulas that MathJax would find in the HTML."""
    runs = (unescape(run) for run in re.split(r"<[^>]*>", _UNSEEN.sub("<x>", html)))
    return [found[0] for run in runs for found in _MATHJAX.finditer(run)]
