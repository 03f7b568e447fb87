r"""Which formulas MathJax may have: those that stay in their place and look like nothing of ours.

Two MathJax read what we hand on, the 3 of JupyterLab and the 2 of a page by nbconvert, and neither
reads as TeX does: to TeX the rest of a line behind ``%`` is a comment, to MathJax it is none where
an argument is looked for. So a command counts wherever it stands, and of what one reader sees
and another does not, the worse is taken.
"""

from __future__ import annotations

import re

# Commands that do more than set a formula. A definition holds for every formula of the page, also
# the reader's own; a link leads where no label says; a colored ground is how we mark what is not
# the model's; a character by its number may be one that was taken out of the text; a proof of sixty
# steps crashes the browser's tab; what stands in \verb would escape the count below.
_REACHING = frozenset(
    "href url includegraphics style class cssId data htmlClass htmlId htmlStyle htmlData mmlToken "
    "toggle mathtip texttip require setOptions unicode char U ref eqref refeq noeqref "
    "def edef gdef xdef let futurelet global newcommand renewcommand providecommand "
    "newenvironment renewenvironment newcolumntype DeclareMathOperator DeclarePairedDelimiter "
    "DeclarePairedDelimiterX DeclarePairedDelimiterXPP DeclarePairedDelimiters "
    "DeclarePairedDelimitersX DeclarePairedDelimitersXPP Newextarrow mathtoolsset "
    "newtagform renewtagform usetagform begingroup endgroup begingroupReset begingroupSandbox "
    "AxiomC UnaryInfC BinaryInfC TrinaryInfC QuaternaryInfC QuinaryInfC AXC UIC BIC TIC verb "
    "bbox colorbox fcolorbox definecolor rowcolor columncolor cellcolor arrayrulecolor".split()
)
# These take a ground as an option, by a name from which MathJax 2 leaves out blanks.
_STRUCK = frozenset("cancel bcancel xcancel cancelto enclose".split())
_GROUND = "background"
# A frame or a block in a color of the model's choice would pass for our badge.
_FRAMES = frozenset("fbox boxed framebox enclose rule Rule hline hdashline hhline".split())
_COLORS = frozenset("color textcolor".split())
_COLUMN_RULE = re.compile(r"\\begin\s*\{[^{}]*\}\s*(?:\[[^\]]*\]\s*)?\{[^}]*[|:]")

# Three hundred fractions within each other crash the browser's tab, and so each time the notebook
# is opened. Some commands nest what follows without any brace.
_DEEPEST, _MOST_SWITCHES, _LONGEST = 25, 60, 3_000
_OPENERS = frozenset({"{", "\\left", "\\begin"})
_CLOSERS = frozenset({"}", "\\right", "\\end"})
_SWITCHES = frozenset(
    "displaystyle textstyle scriptstyle scriptscriptstyle Tiny tiny scriptsize small normalsize "
    "large Large LARGE huge Huge color".split()
)
_TOKEN = re.compile(r"\\([A-Za-z]+|.)|[{}%\n]", re.S)


def is_tame(source: str) -> bool:
    """True if MathJax may have the formula: it stays in its place, and is neither huge nor deep."""
    return (
        len(source) <= _LONGEST
        and _is_flat(source)
        and not _imitates(source, {token[1] for token in _TOKEN.finditer(source) if token[1]})
    )


def _is_flat(source: str) -> bool:
    """True if nothing nests deep, whether or not what stands behind a percent sign is read."""
    depth = switches = 0
    in_comment = False
    for token in _TOKEN.finditer(source):
        in_comment = (in_comment or token[0] == "%") and not token[0].endswith("\n")
        depth += token[0] in _OPENERS
        depth -= token[0] in _CLOSERS and not in_comment
        switches += token[1] in _SWITCHES
        if depth > _DEEPEST or switches > _MOST_SWITCHES:
            return False
    return True


def _imitates(source: str, commands: set[str]) -> bool:
    """True if a formula with these commands reaches beyond itself or looks like a mark of ours."""
    if commands & _REACHING:
        return True
    if commands & _STRUCK and _GROUND in "".join(source.replace("\ufeff", "").split()):
        return True
    framed = commands & _FRAMES or _COLUMN_RULE.search(source)
    return bool(framed and commands & _COLORS)
