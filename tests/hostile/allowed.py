"""What HTML may hold that shows text of a model: a strict list, and a reader that keeps to it."""

from __future__ import annotations

import re
from html import unescape
from html.parser import HTMLParser

TAGS = frozenset(
    "p h1 h2 h3 h4 h5 h6 strong em s code pre span a ul ol li blockquote hr br div "
    "table thead tbody tr th td sub sup kbd".split()
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
    "overflow-wrap": "break-word|normal",
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
_UNSEEN = re.compile(
    r'<(code|pre)\b.*?</\1>|<span class="mathjax_ignore">.*?</span>| (?:alt|title)="[^"]*"', re.S
)


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


# What else stands where pictures, sounds, videos and tables are shown.
VIEW_TAGS = FRAME_TAGS | {"figure", "figcaption", "img", "audio", "video", "i", "progress"}
# How a difference of two texts is marked: only in a `pre`, which no formula is looked for in.
VIEW_TAGS |= {"ins", "del"}
VIEW_ATTRIBUTES = {
    ("a", "href"): r"(?i:https?)://[^\s\"<>]+|mailto:[^\s\"<>]+|[\w.~%-][\w.~%/-]*",
    ("img", "src"): r"data:image/(?:png|jpeg|webp);base64,[A-Za-z0-9+/]*=*",
    ("audio", "src"): r"data:audio/[a-z0-9]+;base64,[A-Za-z0-9+/]*=*",
    ("audio", "controls"): "",
    ("audio", "preload"): "metadata|none",
    ("video", "src"): r"data:video/[a-z0-9]+;base64,[A-Za-z0-9+/]*=*",
    ("video", "poster"): r"data:image/webp;base64,[A-Za-z0-9+/]*=*",
    ("video", "controls"): "",
    ("video", "preload"): "metadata|none",
    ("th", "scope"): "col|row",
    ("progress", "value"): r"[\d.]+",
    ("progress", "max"): r"\d+",
}
# Words that are read out or shown by the mouse.
SPOKEN = {"alt", "title"}
# Nothing that covers, moves or fetches. What is in its place is checked word by word above where
# the words are a model's Markdown.
VIEW_STYLE = re.compile(
    r"(?!position|z-index|inset|content|behaviou?r|animation|transform|filter|cursor|pointer)"
    r"[a-z-]+:(?:(?!url|image|var|attr|expression|env)[\w#%.,() /+-])+"
)


class Viewed(HTMLParser):
    """Reads what a view draws, and raises for all that could fetch, run or cover something."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.text = ""
        # Its elements without the words in them: a model's words must not change these.
        self.shape: list[tuple[str, tuple[tuple[str, str], ...]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in TAGS | VIEW_TAGS, tag
        if tag not in ("br", "hr", "img"):
            self.open.append(tag)
        kept = []
        for name, value in attrs:
            if name in SPOKEN:
                self.text += value or ""
            elif name == "style":
                for declaration in filter(None, (value or "").split(";")):
                    assert VIEW_STYLE.fullmatch(declaration), declaration
                kept.append((name, value or ""))
            else:
                known = (ATTRIBUTES | FRAME_ATTRIBUTES | VIEW_ATTRIBUTES)[tag, name]
                assert re.fullmatch(known, value or ""), (tag, name, value)
                kept.append((name, value or "" if name != "href" else ""))
        if ("class", "mathjax_ignore") not in kept:
            self.shape.append((tag, tuple(kept)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, tag

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_comment(self, data: str) -> None:
        raise AssertionError(data)

    handle_decl = handle_pi = unknown_decl = handle_comment


def viewed(html: str) -> Viewed:
    """Read HTML of a view, which may hold pictures, sound and tables too."""
    parser = Viewed()
    parser.feed(html)
    parser.close()
    assert parser.open == []
    return parser
