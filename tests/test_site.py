"""The site: what the code says of itself is all there, and what documents show can be done."""

from __future__ import annotations

import contextlib
import io
import json
import re
import sys
import tomllib
from argparse import SUPPRESS
from functools import cache
from pathlib import Path

import pytest
from IPython.core.inputtransformer2 import TransformerManager

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

import sophnet_jupyter  # noqa: E402
from docs.site import blocks, lookup, staging  # noqa: E402
from docs.site.lookup import client, errors, events, magics, names, panels, settings  # noqa: E402
from docs.site.lookup.writing import plain, prose  # noqa: E402
from sophnet_jupyter.magics.sophnet.subjects import SUBJECTS  # noqa: E402
from sophnet_jupyter.sandbox.switches.faults import FAULTS  # noqa: E402
from sophnet_jupyter.sandbox.switches.quirks import QUIRKS  # noqa: E402
from sophnet_jupyter.settings.variables import VARIABLES  # noqa: E402

# Nothing is to be done about what somebody has demanded.
OWN_DOING = ("EvaluationFailed", "Stopped", "Cancelled")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


@cache
def pages() -> dict[str, str]:
    return lookup.pages()


@pytest.mark.parametrize("name", magics.magics())
def test_each_option_of_a_magic_is_looked_up(name: str) -> None:
    page = pages()[f"magics/{name}.md"]
    parser = magics.magics()[name].parser
    for action in parser._actions if parser else ():
        if action.help is not SUPPRESS and action.option_strings:
            assert f"`{', '.join(action.option_strings)}" in page, action.option_strings
            assert plain((action.help or "") % vars(action)) in page


@pytest.mark.parametrize(
    ("page", "found"),
    [
        ("magics/sophnet.md", [f"`%sophnet {name}`" for name in SUBJECTS]),
        ("variables.md", [f"| `{name}` |" for name in VARIABLES]),
        ("sandbox.md", [f"| `{name}` |" for name in (*QUIRKS, *FAULTS)]),
        ("events.md", [f"## `{name}`" for name in events.kinds()]),
        ("errors.md", [f"## `{name}`" for name in errors.kinds()]),
        ("commands.md", [f"## `sophnet-jupyter {name}`" for name in settings.commands()]),
        ("client.md", [f"client/{name}.md" for name in client.resources()]),
        ("panels.md", [f"panels/{name}.md" for name in panels.names()]),
        ("names.md", [f"[`{name}`]" for name in sophnet_jupyter.__all__]),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_page_of_the_lookup_has_each_name(page: str, found: list[str]) -> None:
    assert [name for name in found if name not in pages()[page]] == []


def test_each_public_name_leads_to_its_page_and_heading() -> None:
    for name, place in lookup.places().items():
        page, _, anchor = place.partition("#")
        assert page in pages(), name
        assert not anchor or f"## `{name}`" in pages()[page], name
    assert set(names.places()) == set(sophnet_jupyter.__all__)


@pytest.mark.parametrize("name", errors.kinds())
def test_an_error_is_told_with_its_cause_and_what_it_says_to_do(name: str) -> None:
    kind = errors.kinds()[name]
    assert kind.__doc__, "its cause"
    said = errors.sample(name, kind)
    if said:
        assert said in pages()["errors.md"]
        # What happened, then what to do.
        assert len(re.findall(r"[.?](?: |$)", said)) >= 2 or name in OWN_DOING, said


@pytest.mark.parametrize("name", panels.names())
def test_each_trait_of_a_panel_is_looked_up(name: str) -> None:
    page = pages()[f"panels/{name}.md"]
    for trait in panels.traits(getattr(sophnet_jupyter, name)):
        assert f"| `{trait}` |" in page


def test_each_link_of_the_lookup_leads_to_one_of_its_pages() -> None:
    for place, text in pages().items():
        for link in re.findall(
            r"\]\(([^)#\s]+\.md)", re.sub(r"^```.*?^```", "", text, flags=re.S | re.M)
        ):
            parts = [part for part in (Path(place).parent / link).parts if part != "."]
            while ".." in parts:
                at = parts.index("..")
                del parts[at - 1 : at + 1]
            assert "/".join(parts) in pages(), (place, link)


def test_every_page_of_the_repository_that_is_told_is_there() -> None:
    assert [name for name in staging.places() if not (ROOT / name).is_file()] == []
    told = (staging.PAGES / "do" / "index.md").read_text("utf-8")
    for place in staging.places().values():
        if place.startswith("do/") and place != "do/index.md":
            assert f"\n{Path(place).stem}\n" in told, f"{place} is not in the table of contents"


def test_each_moving_picture_is_filmed_by_a_story_shown_and_small() -> None:
    stories = (ROOT / "tests" / "browser" / "pictures.py").read_text("utf-8")
    filmed = set(re.findall(r"film\.end\(\"([\w-]+)\"\)", stories))
    gallery = (staging.PAGES / "do" / "gallery.md").read_text("utf-8")
    kept = {path.stem: path.stat().st_size for path in (ROOT / "docs" / "pictures").iterdir()}
    assert filmed == set(kept) == set(re.findall(r"pictures/([\w-]+)\.webp", gallery))
    assert max(kept.values()) <= 400_000


@pytest.mark.parametrize("text", ["a<b> *c* `d` _e_ | f", "50 % of [x] ~ $y$"])
def test_words_that_are_no_markdown_are_shown_as_they_are(text: str) -> None:
    from markdown_it import MarkdownIt

    shown = MarkdownIt().enable("table").render(f"| {plain(text)} |\n| --- |\n")
    assert f"<th>{text}</th>".replace("<b>", "&lt;b&gt;") in shown


def test_a_docstring_keeps_its_code_and_its_lists() -> None:
    text = "Takes ``**options`` and <NAME>:\n\n* ``a_b``: one_two *\n\n    indented <b>"
    assert prose(text) == (
        "Takes ``**options`` and \\<NAME>:\n\n* ``a_b``: one\\_two \\*\n\n    indented <b>"
    )


@pytest.mark.parametrize("block", blocks.blocks("python"), ids=lambda block: block.document)
def test_code_of_a_document_can_be_read(block: blocks.Block) -> None:
    for cell in re.split(r"^# another cell\n", block.text, flags=re.MULTILINE):
        code = TransformerManager().transform_cell(cell)
        compile(code, block.document, "exec", flags=0x2000)  # a cell may await


@pytest.mark.parametrize("block", blocks.blocks("json", "toml"), ids=lambda block: block.document)
def test_settings_of_a_document_can_be_read(block: blocks.Block) -> None:
    assert json.loads(block.text) if block.language == "json" else tomllib.loads(block.text)


@pytest.mark.parametrize(("document", "line"), blocks.commands())
def test_a_command_of_a_document_is_one(document: str, line: str) -> None:
    command, *words = line.partition("  #")[0].replace('"', "").split()
    if command.endswith("make"):
        assert re.search(rf"^{words[0]}:", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    elif command.endswith("pip"):
        extras = re.findall(r"\[([\w,]+)\]", line)
        assert set(",".join(extras).split(",")) - {""} <= set(PROJECT["optional-dependencies"])
    else:
        parser = settings.commands()[words[0]]
        with contextlib.redirect_stderr(io.StringIO()) as said:
            try:
                parser.parse_args(words[1:])
            except SystemExit:
                pytest.fail(said.getvalue())


def test_each_extra_is_told_where_it_is_installed() -> None:
    text = (staging.PAGES / "start" / "install.md").read_text("utf-8")
    told = set(re.findall(r"^\| `\[(\w+)\]` \|", text, re.MULTILINE))
    assert told == set(PROJECT["optional-dependencies"]) - {"dev", "docs", "bench"}
