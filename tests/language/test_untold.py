"""No sentence stands in the source by itself, where no translation is looked up for it."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "sophnet_jupyter"
UNTOLD = runpy.run_path(str(Path(__file__).with_name("untold.py")))
untold, untold_in_script = UNTOLD["untold"], UNTOLD["untold_in_script"]

# Of which all sentences are for readers, but for those below.
WHOLE = (
    "client",
    "errors.py",
    "events.py",
    "explore",
    "files",
    "kernel",
    "lab",
    "options",
    "prompt",
    "providers",
    "response",
    "time_limit.py",
    "values",
    "views",
    "widgets",
    "wire",
)
# What a model reads, which is English in any language; what is compared, or goes to a page that
# has words of its own; names.
STAY = {
    "errors.py": ("per minute", "per second", "rate limit"),
    "explore/export/svg.py": ("system-ui",),
    "explore/session/prompts.py": None,
    "files/names.py": None,
    "lab/looking.py": ("X made", "X characters", "X ago", "X of X is spent"),
    "prompt/fill.py": ("X\n… (X characters left out)",),
    "prompt/forms/complaint.py": ("at X: X",),
    "prompt/forms/shape.py": ("Answer in JSON.", "Answer with one JSON object"),
    "prompt/table.py": (
        "X of X rows",
        "X, X of X columns",
        "(a LazyFrame",
        " with",
        " of X",
        "(shown: ",
    ),
    "prompt/tools/call.py": None,
    "prompt/tools/docstring.py": ("other parameters", "keyword args", "see also"),
    "providers/bearer.py": ("Bearer X",),
    "providers/dify/access.py": ("X sandbox",),
    "providers/literal.py": None,
    "providers/sophnet/access.py": ("X sandbox",),
    "providers/sophnet/chat/question.py": ("Error: not run",),
    "providers/sophnet/chat/rounds.py": ("X, since the limit", "That answer does not fit"),
    "providers/sophnet/messages.py": ("unexpected end of data",),
    "providers/sophnet/voice/voice.py": ("X sandbox",),
    "providers/teleai/access.py": ("X sandbox",),
    # Beside each of them stands the service's own Chinese.
    "providers/teleai/codes.py": None,
    "values/markdown.py": ("column X",),
    "values/transcript.py": ("Speaker X",),
    "views/compare/marked.py": ("only first", "only second"),
    "views/evaluation/answers.py": ("only first", "only second"),
    "views/safe": ("noopener noreferrer", ' href="X" rel="noopener noreferrer"', "sophnet colors"),
    # Told to the model; names of choices; code.
    "widgets/chat/approval.py": ("the user did not allow",),
    "widgets/evaluation/listing.py": ("no verdict", "not labeled"),
    "widgets/explorer/page.py": (":root {",),
    "widgets/history/shown.py": ("%sophnet history rerun",),
    "widgets/panel/frame.py": ("``height``",),
    "widgets/panel/modules.py": None,
    "widgets/panel/twin.py": ("sophnet-twin",),
    "widgets/run/rows.py": ("not complete",),
    # Said aloud, in both languages; and a title, which is looked up as the panel's own.
    "widgets/voice_studio/panel.py": ("Hello, this is my voice.",),
    "widgets/voicechat/panel.py": ("Voice chat",),
    "wire/files/moving.py": ("AsyncGenerator",),
    "wire/http/engine": ("connect timeout", "no head"),
    "wire/http/happy_eyeballs.py": ("The name has no address",),
    "wire/http/probe.py": ("Proxy-Authorization",),
    "wire/http/unpack.py": ("gzip, deflate",),
    "wire/reasons.py": None,
    "wire/websocket.py": ("keepalive ping timeout",),
}


def stays(name: str, text: str) -> bool:
    for place, beginnings in STAY.items():
        if name == place or name.startswith(f"{place}/"):
            return beginnings is None or text.startswith(beginnings)
    return False


@pytest.mark.parametrize("part", WHOLE)
def test_each_sentence_is_looked_up_where_it_is_said(part: str) -> None:
    root = PACKAGE / part
    found = {
        f"{name}:{line}": text
        for path in (sorted(root.rglob("*.py")) if root.is_dir() else [root])
        for line, text in untold(path.read_text("utf-8"))
        if not stays(name := path.relative_to(PACKAGE).as_posix(), text)
    }
    # Through ``tr`` or ``mark``: CONTRIBUTING, "Recipe: a string that users read".
    assert found == {}


@pytest.mark.parametrize(
    "line",
    [
        'raise SettingsError(f"There is no {name}.")',
        'said = "a text, not a number"',
        'notes.append("without its " + part)',
        "html = f'<div style=\"{SMALL}\">and {left} more</div>'",
        'html = "<summary>Settings</summary>"',
        'note = f"page {place} of {count}"',
        'why = {"full": "the disk is full"}',
        'heads = tr("a {b}", b="no text")',
    ],
)
def test_a_sentence_by_itself_is_seen(line: str) -> None:
    assert [number for number, _ in untold(line)] == [1]


@pytest.mark.parametrize(
    "line",
    [
        'raise SettingsError(tr("There is no {name}.", name=name))',
        'WORDS = {"full": mark("the disk is full")}',
        'def f():\n    """What it does, in words."""',
        'raise AttributeError("there is no such attribute")',
        'log.warning("the file cannot be read: %s", error)',
        'rows.execute("SELECT a FROM b WHERE c = 1")',
        'look = "white-space:pre-wrap;margin:4px 0;color:red"',
        'NAMES = "one two three".split()',
        'found = re.search("one two", text)',
        'html = f\'<div style="{SMALL};margin:0 4px" class="a b">{said}</div>\'',
        'given = options["a b"]',
    ],
)
def test_what_is_for_programs_is_passed_over(line: str) -> None:
    assert list(untold(line)) == []


# Keys, kinds and choices by their names, selectors, and a title that is looked up where it stands.
NAMED = {
    *("Ctrl+Enter", "no verdict", "not labeled", "not complete", "uuid", "PNG", "Voice chat"),
    *("noopener noreferrer", "th button", "input, textarea, select, summary", "no image"),
    *("X revision-", "X system-ui, sans-serif"),
    "again animate ask continue go make name retry run sample say speak summarize",
}


def test_each_sentence_of_a_script_is_looked_up_where_it_is_said() -> None:
    found = {
        f"{path.relative_to(PACKAGE).as_posix()}:{line}": text
        for path in sorted((PACKAGE / "widgets").rglob("*.js"))
        for line, text in untold_in_script(path.read_text("utf-8"))
        if text not in NAMED
    }
    assert found == {}


@pytest.mark.parametrize(
    "line",
    [
        'button("Stop", stop)',
        'make("p", {}, "No files yet")',
        "panel.say(`${count} of them`)",
        'make("a", { title: "Save" })',
    ],
)
def test_a_sentence_by_itself_is_seen_in_a_script(line: str) -> None:
    assert [number for number, _ in untold_in_script(line)] == [1]


def test_what_is_looked_up_is_passed_over_in_a_script() -> None:
    told = (
        'button(tr("Stop"), stop);\nmake("p", { className: "sophnet-a b" }, tr("No {x}", { x }));\n'
    )
    assert list(untold_in_script(told)) == []
