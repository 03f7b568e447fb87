"""Links and images in a model's Markdown: a link shows where it leads, an image loads nothing.

A remote image tells its server that the answer was read, and what the model wrote into the
address; a link named after one site may lead to another.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from ...language import tr

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markdown_it import MarkdownIt
    from markdown_it.rules_block import StateBlock
    from markdown_it.rules_core import StateCore
    from markdown_it.token import Token

_LONGEST_ADDRESS = 2000
_LONGEST_LABEL = 500
_LONGEST_SHOWN = 80
# One definition with a long address and a thousand references to it would make megabytes.
_ADDRESSES_IN_TOTAL = 100_000

_HOST = re.compile(r"[a-z0-9_][a-z0-9_.-]*|[0-9a-f:.]+")
_ADDRESSEE = re.compile(r"[^\s@,;:/%]+@[a-z0-9.-]+", re.I)
_LOOKS_LIKE_HOST = re.compile(r"(?:[^\W_][\w-]*\.)+[^\W\d_][\w-]+|\d+(?:\.\d+){3}")
# A host of one word, by what stands before it: "https://intranet".
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*://+([^\s/?#]*)")

# What a reader takes for a dot, a slash or a colon and NFKC leaves alone. Browsers take the
# ideographic full stop for a dot.
_SIGNS = str.maketrans(
    {
        **dict.fromkeys("。·•․‧∙⋅ꞏ・܁܂۔٠۰ꓸ⸱⸳᛫᠃꘎\U00010a50\U0001d16d", "."),
        **dict.fromkeys("⁄∕⧸╱〳", "/"),
        **dict.fromkeys("ː∶꞉׃։", ":"),
        **dict.fromkeys("‐‑‒–—−﹣", "-"),
    }
)
# Drawn as nothing although they are letters or marks by their category (Unicode's
# Default_Ignorable_Code_Point, and the empty pattern of Braille).
_UNSEEN = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2065\u2800\u3164\ufe00-\ufe0f\uffa0\ufff0-\ufff8"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)


def add_links(md: MarkdownIt) -> None:
    """Make a parser's links honest and its images inert."""
    # Every address passes the parser, so that the rule below, which judges it, sees it.
    md.validateLink = lambda url: True  # type: ignore[method-assign]
    md.core.ruler.push("honest_links", _rewrite)
    md.block.ruler.at("reference", _definition)


def destination(address: str) -> str | None:
    """Return the host, or the mailbox, that a link reaches; None if it may not be followed."""
    if len(address) > _LONGEST_ADDRESS:
        return None
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:
        return None
    # A browser decodes an escaped host, so what we would show of it is not where it leads.
    if parts.scheme in ("http", "https") and _HOST.fullmatch(host):
        return host
    if parts.scheme == "mailto" and _ADDRESSEE.fullmatch(parts.path):
        return parts.path
    return None


def web_link(address: str) -> tuple[str, str] | None:
    """Return an address as a browser takes it, and its host; None if it may not be followed."""
    from markdown_it.common.normalize_url import normalizeLink

    if len(address) > _LONGEST_ADDRESS:
        return None
    href = normalizeLink(address)
    host = destination(href)
    return (href, host) if host and urlsplit(href).scheme != "mailto" else None


def _definition(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """A definition of a link; one that leads nowhere, as a footnote does, is a paragraph."""
    from markdown_it.rules_block.reference import reference

    # What was defined before is put aside, so that this one shows alone.
    known = state.env.pop("references", {})
    defined = reference(state, start, end, silent)
    found = state.env.pop("references", {})
    state.env["references"] = known
    if not defined or silent:
        return defined
    if all(destination(one["href"]) is not None for one in found.values()):
        for label, one in found.items():
            known.setdefault(label, one)
        return True
    state.push("paragraph_open", "p", 1).map = [start, state.line]
    words = state.push("inline", "", 0)
    words.content = state.getLines(start, state.line, state.blkIndent, False).strip()
    words.map, words.children = [start, state.line], []
    state.push("paragraph_close", "p", -1)
    return True


def _rewrite(state: StateCore) -> None:
    links = _Links(_ADDRESSES_IN_TOTAL + len(state.src))
    for token in state.tokens:
        if token.children and any(t.type in ("link_open", "image") for t in token.children):
            token.children = links.rewritten(token.children)


class _Links:
    """Rewrites the links of one text; ``room`` is how many characters of address it may have."""

    def __init__(self, room: int) -> None:
        self.room = room

    def rewritten(self, tokens: Sequence[Token]) -> list[Token]:
        done: list[Token] = []
        # Where the open links began. An autolink within a link is its text only.
        open_links: list[tuple[int, str]] = []
        for token in tokens:
            if token.type == "link_open":
                open_links.append((len(done), str(token.attrs["href"])))
            elif token.type == "link_close":
                start, address = open_links.pop()
                if not open_links:
                    done[start:] = self._link(done[start:], address)
            elif token.type == "image":
                done += self._image(token, linked=not open_links)
            else:
                done.append(token)
        return done

    def _link(self, label: list[Token], address: str) -> list[Token]:
        reached = destination(address)
        seen = _visible(label)
        if reached is None or len(address) > self.room:
            shown = _readable(address)
            same = seen in (address, shown)
            return label if same else [*label, _text(f" ({_clipped(shown)})")]
        if seen == address:
            label = [_text(_readable(address))]
        if not seen.strip():
            label = [_text(reached)]
        # What a formula looks like is known to MathJax alone.
        told = any(token.type == "maths" for token in label) or _misleads(seen, reached)
        note = [_text(f" ({reached})")] if told else []
        return [*self._anchor(label, address), *note]

    def _image(self, image: Token, *, linked: bool) -> list[Token]:
        address = str(image.attrs["src"])
        reached = destination(address)
        alt = " ".join(_visible(image.children or []).split())
        named = " — ".join(part for part in (alt, reached) if part)
        label = [_text(tr("[image: {name}]", name=named) if named else tr("[image]"))]
        if linked and reached and len(address) <= self.room:
            return self._anchor(label, address)
        return label

    def _anchor(self, label: list[Token], address: str) -> list[Token]:
        from markdown_it.token import Token

        self.room -= len(address)
        attributes = {"href": address, "rel": "noopener noreferrer", "target": "_blank"}
        opening = Token("link_open", "a", 1, attrs=dict(attributes))
        return [opening, *label, Token("link_close", "a", -1)]


def _text(content: str) -> Token:
    from markdown_it.token import Token

    return Token("text", "", 0, content=content)


def _readable(address: str) -> str:
    """An address with the letters that were escaped in it."""
    from markdown_it.common.normalize_url import normalizeLinkText

    return normalizeLinkText(address)


def _clipped(address: str) -> str:
    return address if len(address) <= _LONGEST_SHOWN else address[: _LONGEST_SHOWN - 1] + "…"


def _visible(tokens: Sequence[Token]) -> str:
    """What a reader takes the tokens for, whatever letters it is written in."""
    written = "".join(" " if t.type.endswith("break") else t.content for t in tokens)
    folded = unicodedata.normalize("NFKC", written)
    return "".join(char for char in _UNSEEN.sub("", folded) if unicodedata.category(char) != "Cf")


def _misleads(label: str, reached: str) -> bool:
    if len(label) > _LONGEST_LABEL:
        return True
    real = reached.rpartition("@")[2].casefold().removeprefix("www.")
    label = label.translate(_SIGNS).casefold()
    # Marks above and below letters: what is behind one would not be found.
    marked = unicodedata.normalize("NFKD", label)
    # Marks that enclose a letter are of no combining class.
    bare = "".join(char for char in marked if unicodedata.category(char) not in ("Mn", "Me"))
    named = {
        host.removeprefix("www.")
        for words in (label, bare)
        for host in [*_LOOKS_LIKE_HOST.findall(words), *map(_host, _SCHEME.findall(words))]
        if host
    }
    return bool(named - {real})


def _host(place: str) -> str:
    """The host of what stands behind a scheme, as a reader takes it."""
    return place.rpartition("@")[2].partition(":")[0].strip(".,;)]}\"'")
