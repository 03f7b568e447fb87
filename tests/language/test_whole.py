"""In folders that are whole in Chinese no sentence is written past ``tr`` and ``mark``."""

from __future__ import annotations

import ast
import re
import runpy
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "sophnet_jupyter"
WHOLE = (
    *("batch.py", "cli.py", "commands", "doctor", "errors.py", "history", "kernel", "lab"),
    *("magics", "masking", "providers", "runs", "settings", "wire"),
)
# Two words, or a word beside what is put in: names, options and columns of files are one.
PROSE = re.compile(r"(?:[A-Za-z]{2,}[,.;:]?|\{\}[,.;:]?) [a-z]{2,}\b|\b[a-z]{2,} \{\}")
# What is told to programs, not to readers.
CODE = re.compile(
    r"\b(?:SELECT|INSERT|UPDATE|DELETE|CREATE|PRAGMA|WHERE|FROM|JOIN|ORDER BY|ATTACH|DETACH|DROP"
    r"|SAVEPOINT|RELEASE|ROLLBACK|VALUES|ALTER|OR)\b|style="
    # A line of a magic or of a shell; a line of alternatives is all code, too.
    r"|^%[\w %{}.:|-]+$|^%.* \| |^python -c|^pip install [^,]+$"
)
LOGS = {"debug", "info", "warning", "error", "exception", "log"}
# Words that stand for nothing, as in ``", ".join(names) or "none"``.
ALONE = {"none", "nothing", "not installed", "installed", "that", "waiting"}
# How texts begin that stay as they are.
KEPT: dict[str, tuple[str, ...]] = {
    # What argparse says, to be recognized; its own words are translated behind them.
    "cli.py": ("unrecognized arguments",),
    "commands/parser.py": (
        *("the following arguments", "unrecognized arguments", "expected ", "invalid choice: (?P"),
        *("ambiguous option: (?P", "ignored explicit"),
    ),
    # Code.
    "commands/rehearse.py": ("from ",),
    "history/search.py": ("\nid at", "weight(", "held(", "model lane", "calls.at"),
    "history/turns.py": ("id, at, model",),
    "masking/masker.py": ("url image_url",),
    "settings/environment.py": ("\n    nfs",),
    "settings/logs.py": ("\nhttpx2",),
    # Names for programs.
    "doctor/engines.py": ("engine {}",),
    "doctor/other_services.py": ("dify {}",),
    "history/limits.py": ("{} {} per {}",),
    "runs/compare/difference.py": ("only first", "only second"),
    "runs/evaluation/asked.py": ("prompt {}",),
    # What a model is asked.
    "doctor/service.py": ("Count from 1 to 40",),
    "runs/judging.py": ("Judge one", "Compare two", "{}\n… (cut", "The answer:", "What was "),
    "runs/template.py": ("[image {}]",),
    # LaTeX, and what stands in both languages beside each other.
    "runs/evaluation/written.py": ("{} & {} & {} to {}", "sophnet-jupyter {}"),
    "runs/evaluation/review.py": ("Read each answer and write", "{}, kappa {}"),
    # For the documents, which are made of them.
    "settings/policy_values.py": (
        *("root of", "chat model", "models that", "services that", "whether ", "a file of"),
        *("what may be", "the most", "where ", "embed media"),
    ),
    "settings/variables.py": ("",),
    # A unit.
    "doctor/network_path.py": ("{} ms",),
    # What others say, to be recognized.
    "errors.py": ("per ", "rate limit"),
    "providers/sophnet/messages.py": ("unexpected end",),
    "providers/sophnet/task_reply.py": ("waiting", "none"),
    "providers/sophnet/speech/result.py": ("waiting",),
    "providers/reply.py": ("none",),
    "providers/endings.py": ("none",),
    "wire/reasons.py": ("Name or service", "No address", "rr(or|no)", "All connection"),
    "wire/websocket.py": ("keepalive",),
    # Names of kinds and states, for programs.
    "providers/sophnet/speech/speech.py": ("waiting",),
    "providers/sophnet/chat/rounds.py": ("none", "{}, since the limit", "That answer does not"),
    "providers/dify/access.py": ("{} sandbox",),
    "providers/sophnet/access.py": ("{} sandbox",),
    "providers/sophnet/voice/voice.py": ("{} sandbox",),
    "providers/teleai/access.py": ("{} sandbox",),
    "providers/dify/form.py": ("png ", "txt ", "mp3 ", "mp4 "),
    "wire/files/receive.py": ("none",),
    "wire/files/multipart.py": ("multipart/", "--{}"),
    "wire/http/engine/opening.py": ("connect timeout",),
    "wire/http/engine/transport.py": ("connect timeout", "no head"),
    "wire/http/engine/parser.py": ("no head",),
    "wire/http/unpack.py": ("gzip, deflate",),
    "magics/line/attachments.py": ("[image {}]",),
    "magics/background/job_views.py": ("background:",),
    "magics/dify/about.py": ("none",),
    "magics/dify/dify.py": ("--app {}",),
    "magics/dify/words.py": ("none",),
    "magics/completion/describe.py": ("%sophnet {}",),
    "magics/knowledge/upload.py": ("waiting",),
    "magics/sheet.py": ("th scope",),
    "magics/sophnet/stage.py": ("<div",),
    # Options, which are looked up with what is put in.
    "magics/each/options.py": ("With --each: how many",),
    "magics/ocr.py": ("{} if not said",),
    "magics/options/asks.py": ("Let the cell wait",),
    # What a model is told.
    "magics/chat/request.py": ("Not run: ",),
    "magics/chat/see.py": ("Its error:",),
    "magics/sophnet/explain.py": ("Explain this",),
    "providers/sophnet/chat/question.py": ("Error: not run",),
    # In both languages beside each other; for who reads the source; never shown.
    "providers/teleai/codes.py": ("the ", "a ", "no file"),
    "magics/session/defaults.py": ("Chat model", "True lets", "System message"),
    "providers/literal.py": ("",),
    "providers/sophnet/knowledge/files.py": ("an upload ends",),
    "wire/files/download.py": ("the last attempt",),
}


def texts(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """All texts of a module but docstrings, types, logs, and what is translated."""
    past: set[int] = set()
    for node in ast.walk(tree):
        match node:
            case ast.Expr(value=ast.Constant()):
                past.add(id(node.value))
            case ast.Call(func=ast.Name(id="tr" | "mark"), args=[first, *_]):
                past.add(id(first))
            case (
                ast.Call(func=ast.Name(id="Literal")) | ast.Subscript(value=ast.Name(id="Literal"))
            ):
                past |= {id(each) for each in ast.walk(node)}
            case ast.Call(func=ast.Attribute(value=ast.Name(id="log"), attr=attr)) if attr in LOGS:
                past |= {id(each) for each in ast.walk(node)}
        for kind in ("annotation", "returns"):
            if (found := getattr(node, kind, None)) is not None:
                past |= {id(each) for each in ast.walk(found)}
        if isinstance(node, ast.JoinedStr):
            past |= {id(each) for each in node.values}
    for node in ast.walk(tree):
        if id(node) in past:
            continue
        if isinstance(node, ast.JoinedStr):
            parts = [each.value if isinstance(each, ast.Constant) else "{}" for each in node.values]
            yield node.lineno, "".join(map(str, parts))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.lineno, node.value


def past_translation(source: str) -> list[tuple[int, str]]:
    return [
        (line, text)
        for line, text in texts(ast.parse(source))
        if text in ALONE or (PROSE.search(text) and not CODE.search(text))
    ]


# Options of magics are translated when their help is shown.
HELP = {
    text for text, _ in runpy.run_path(str(Path(__file__).with_name("sayings.py")))["in_help"]()
}


@pytest.mark.parametrize("package", WHOLE)
def test_no_sentence_is_written_past_the_translation(package: str) -> None:
    root = PACKAGE / package
    found: dict[str, str] = {}
    for path in sorted(root.rglob("*.py")) if root.is_dir() else [root]:
        name = path.relative_to(PACKAGE).as_posix()
        for line, text in past_translation(path.read_text("utf-8")):
            if text not in HELP and not text.startswith(KEPT.get(name, ())):
                found[f"{name}:{line}"] = text
    # How a string is translated: CONTRIBUTING, "Recipe: a string that users read".
    assert found == {}


def test_nothing_is_kept_that_nobody_writes_any_more() -> None:
    for name, begins in KEPT.items():
        written = [text for _, text in past_translation((PACKAGE / name).read_text("utf-8"))]
        unused = [each for each in begins if not any(text.startswith(each) for text in written)]
        assert unused == [], name


@pytest.mark.parametrize(
    "source",
    [
        'raise ValueError("It is so.")',
        'said = "pip install this, and %sophnet login asks for a key"',
        'f"{count} rows"',
        'said = f"no {name}"',
        'print("a" "b is there")',
        'rows = ", ".join(found) or "none"',
        'HELP = {"a": "so many rows"}',
    ],
)
def test_a_sentence_past_the_translation_is_seen(source: str) -> None:
    assert [line for line, _ in past_translation(source)] == [1]


@pytest.mark.parametrize(
    "source",
    [
        'tr("It is so.")',
        'mark("so many rows")',
        '"""It is so."""',
        'log.warning("it is %s", so)',
        'f"SELECT id FROM {table}"',
        'kind: Literal["only first"]',
        'f"{name}={value}"',
    ],
)
def test_what_is_no_sentence_past_the_translation_is_let_be(source: str) -> None:
    assert past_translation(source) == []
