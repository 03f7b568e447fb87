"""That documents and code find each other: links, pointers, and the tests that hold a fact."""

from __future__ import annotations

import ast
import re
import runpy
import tomllib
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent
SERVICES = {"sophnet": "S", "dify": "D", "teleai": "T"}
SUFFIXES = {".py", ".js", ".css", ".md", ".toml", ".ipynb", ".yml", ""}
FOLDERS = ("sophnet_jupyter", "tests", "benchmarks", "notebooks", "docs", ".github")
DOCUMENTS = [
    *sorted(ROOT.glob("*.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
]

# `docs/services/sophnet.md#voice, rows S25 and S26`, also over the end of a commented line.
BREAK = r"\s(?:\s*# )?"
ROWS = rf",{BREAK}rows?{BREAK}([SDT]\d+(?:(?:,{BREAK}|{BREAK}and{BREAK})[SDT]\d+)*)"
# A file whose name is one letter is the sample of a test.
POINTER = re.compile(rf"\b(docs/(?:[\w-]+/)*[\w-]{{2,}}\.md)(?:#([\w-]+))?(?:{ROWS})?")
LINK = re.compile(r"\]\(([^()\s]+)\)")
CODE = re.compile(r"^```.*?^```|`[^`\n]+`", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^#{1,6} +(.*?)[ #]*$", re.MULTILINE)
ROW = re.compile(r"^- \*\*([SDT])(\d+)\.\*\* (.*)$", re.MULTILINE)
TEST = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
NO_WIRE = "Nothing of that reaches the wire."


def texts() -> Iterator[tuple[Path, str]]:
    """Every file of ours that may point to a document; not this one, whose examples are wrong."""
    found = [path for path in ROOT.iterdir() if path.is_file()]
    found += [path for name in FOLDERS for path in (ROOT / name).rglob("*")]
    others = {"node_modules", "__pycache__", ".ipynb_checkpoints"}
    for path in sorted(path for path in found if others.isdisjoint(path.parts)):
        if path.is_file() and path.suffix in SUFFIXES and path != Path(__file__):
            yield path, path.read_text("utf-8", "replace")


def slugs(text: str) -> dict[str, int]:
    """The anchors that GitHub gives the headings of a document, and where each begins."""
    found: dict[str, int] = {}
    fenced = [found.span() for found in re.finditer(r"^```.*?^```", text, re.M | re.S)]
    for heading in HEADING.finditer(text):
        if any(begin <= heading.start() < end for begin, end in fenced):
            continue
        words = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", heading[1]).strip().lower()
        slug = re.sub(r"[^\w\- ]", "", words).replace(" ", "-")
        count = sum(
            re.fullmatch(rf"{re.escape(slug)}(-\d+)?", known) is not None for known in found
        )
        found[f"{slug}-{count}" if slug in found else slug] = heading.start()
    return found


def section(text: str, slug: str) -> str:
    """A heading with all up to the next."""
    begin = slugs(text)[slug]
    after = [place for place in slugs(text).values() if place > begin]
    return text[begin : min(after, default=len(text))]


def dangling(text: str) -> list[str]:
    """The pointers of a text that lead nowhere, and the rows that are not where they lead."""
    found = []
    for pointer in POINTER.finditer(text):
        name, anchor, rows = pointer.groups()
        target = _read(ROOT / name)
        if not target or (anchor and anchor not in slugs(target)):
            found.append(pointer[0])
            continue
        there = section(target, anchor) if anchor else target
        known = {letter + number for letter, number, _ in ROW.findall(there)}
        found += [row for row in re.findall(r"[SDT]\d+", rows or "") if row not in known]
    return found


def broken_links(path: Path, text: str) -> list[str]:
    """The relative links of a document that lead to no file or to no heading of it."""
    found = []
    for link in LINK.findall(CODE.sub("", text)):
        name, _, anchor = link.partition("#")
        if re.match(r"[a-z]+:", name):
            continue
        target = (path.parent / name).resolve() if name else path
        own = text if not name else _read(target)
        if not target.exists() or (anchor and anchor not in slugs(own)):
            found.append(link)
    return found


def _prose(path: Path) -> str:
    return CODE.sub("", path.read_text("utf-8"))


def missing_tests(text: str) -> list[str]:
    """The tests that a document names and that do not exist."""
    return [f"{path}::{name}" for path, name in TEST.findall(text) if name not in _tests(path)]


def unheld(text: str) -> list[str]:
    """The numbered rows of a document that neither name a test nor say why there is none."""
    return [
        letter + number
        for letter, number, said in ROW.findall(text)
        if not (said.endswith(NO_WIRE) or ("*Client:*" in said and TEST.search(said)))
    ]


@cache
def _read(path: Path) -> str:
    return path.read_text("utf-8") if path.is_file() and path.suffix == ".md" else ""


@cache
def _tests(path: str) -> set[str]:
    if not (ROOT / path).is_file():
        return set()
    body = ast.parse((ROOT / path).read_text("utf-8")).body
    functions = (each for each in body if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef))
    return {each.name for each in functions if each.name.startswith("test_")}


def test_every_pointer_from_the_code_leads_to_a_heading() -> None:
    found = {path.relative_to(ROOT).as_posix(): dangling(text) for path, text in texts()}
    assert {name: pointers for name, pointers in found.items() if pointers} == {}


def test_no_pointer_has_the_form_of_before() -> None:
    before = re.compile(r"\bWIRE (?:\d|[SDT]\d)")
    assert [path for path, text in texts() if before.search(text)] == []


def test_the_code_does_point_to_the_documents() -> None:
    pointing = {path for path, text in texts() if path.suffix == ".py" and POINTER.search(text)}
    for package in ("providers", "sandbox"):
        for service in SERVICES:
            folder = ROOT / "sophnet_jupyter" / package / service
            assert any(path.is_relative_to(folder) for path in pointing), folder


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_relative_link_leads_somewhere(path: Path) -> None:
    assert broken_links(path, path.read_text("utf-8")) == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_test_that_a_document_names_exists(path: Path) -> None:
    assert missing_tests(path.read_text("utf-8")) == []


@pytest.mark.parametrize("service", SERVICES)
def test_every_contradiction_is_there_once_and_is_held_by_tests(service: str) -> None:
    text = (ROOT / "docs" / "services" / f"{service}.md").read_text("utf-8")
    rows = Counter(f"{letter}{number}" for letter, number, _ in ROW.findall(text))
    letter = SERVICES[service]
    # No number is used twice, and none is left out: a row that goes would take its tests along.
    last = {"S": 65, "D": 32, "T": 18}[letter]
    assert max(int(row[1:]) for row in rows) >= last
    assert rows == Counter(f"{letter}{number}" for number in range(1, len(rows) + 1))
    assert unheld(text) == []


def test_the_source_archive_holds_what_the_documents_link_to() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    included = project["tool"]["hatch"]["build"]["targets"]["sdist"]["include"]
    for path in DOCUMENTS:
        targets = (link.partition("#")[0] for link in LINK.findall(_prose(path)))
        for target in filter(None, targets):
            if not re.match(r"[a-z]+:", target):
                top = (path.parent / target).resolve().relative_to(ROOT).parts[0]
                assert f"/{top}" in included, f"{path.name} links to {target}"


def test_the_table_of_layers_is_the_one_that_is_held() -> None:
    # Read and not imported, since tests are no package.
    held: dict[str, Any] = runpy.run_path(str(ROOT / "tests" / "test_layers.py"))["MAY_IMPORT"]
    text = (ROOT / "docs" / "design.md").read_text("utf-8")
    rows = re.findall(r"^\| `(\w+)` \| .+ \| ?(.*?) ?\|$", section(text, "one-direction"), re.M)
    assert {name: set(filter(None, said.split(", "))) for name, said in rows} == held


@pytest.mark.parametrize(
    ("heading", "slug"),
    [
        ("Voice chat", "voice-chat"),
        ("`POST /v1/x`: what, and why?", "post-v1x-what-and-why"),
        ("Keys & [settings](a.md)", "keys--settings"),
        ("设置", "设置"),
    ],
)
def test_an_anchor_is_the_one_of_github(heading: str, slug: str) -> None:
    assert list(slugs(f"# {heading}\n")) == [slug]


def test_headings_of_one_name_have_anchors_of_their_own() -> None:
    text = "# A\n## B\n```\n# no heading\n```\n## B\n## B\n"
    assert list(slugs(text)) == ["a", "b", "b-1", "b-2"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("see docs/services/sophnet.md#voice.", []),
        ("see docs/services/nowhere.md", ["docs/services/nowhere.md"]),
        ("see docs/services/sophnet.md#nothing", ["docs/services/sophnet.md#nothing"]),
        ("see docs/services/sophnet.md#voice, rows S25 and S27.", []),
        ("# docs/services/sophnet.md#voice, rows\n# S25 and S29.", ["S29"]),
    ],
)
def test_a_pointer_that_leads_nowhere_is_seen(text: str, found: list[str]) -> None:
    assert dangling(text) == found


@pytest.mark.parametrize(
    "link", ["docs/nowhere.md", "#nowhere", "docs/services.md#nowhere", "nowhere.png"]
)
def test_a_link_that_leads_nowhere_is_seen(link: str) -> None:
    text = f"# Here\n[a]({link}) [b](#here) [c](https://example.com) `[d](e)`\n"
    assert broken_links(ROOT / "README.md", text) == [link]


def test_a_row_without_a_test_and_a_test_that_is_gone_are_seen() -> None:
    rows = [
        "- **S1.** Odd. *Client:* both.",
        "- **S2.** Odd. *Client:* both. *Tests:* `tests/test_documents.py::test_nothing`.",
        f"- **S3.** Odd. {NO_WIRE}",
    ]
    assert unheld("\n".join(rows)) == ["S1"]
    assert missing_tests("\n".join(rows)) == ["tests/test_documents.py::test_nothing"]
