"""A notebook as a page for people without Python."""

from __future__ import annotations

import base64
import json
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sophnet_jupyter import cli
from sophnet_jupyter.views.report.notebook import notebook_page
from sophnet_jupyter.views.safe.cleaned import cleaned

OUT = "http://x.test"
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


def book(*outputs: dict[str, Any], markdown: str = "# Sales <b>2026</b>") -> dict[str, Any]:
    shown = [{"output_type": "display_data", "data": data, "metadata": {}} for data in outputs]
    code = {"cell_type": "code", "source": "secret()", "outputs": shown, "metadata": {}}
    said = {"cell_type": "markdown", "source": [markdown], "metadata": {}}
    return {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [said, code]}


def test_outputs_are_shown_and_code_is_folded(tmp_path: Path) -> None:
    page = notebook_page(
        book(
            {"text/html": "<table class='dataframe'><tr><td>41.5</td></tr></table>"},
            {"image/png": base64.b64encode(PNG).decode()},
            {"application/vnd.jupyter.widget-view+json": {}, "text/plain": "Widget()"},
            {"text/plain": "a < b"},
        ),
        "n",
        tmp_path,
    )
    assert "<td>41.5</td>" in page
    assert 'src="data:image/png;base64,iVBOR' in page
    assert "Widget()" not in page
    assert "a &lt; b" in page
    assert page.index("<details") < page.index("secret()") < page.index("</details>")


HOSTILE = [
    {"text/html": f"<img src={OUT}/a.png onerror=alert(1)><script>alert(2)</script>"},
    {"text/html": f"<style>@import url({OUT})</style><p style='background:url({OUT})'>p"},
    {"text/html": f"<a href='javascript:alert(3)'>j</a><iframe src={OUT}></iframe>"},
    {"image/svg+xml": "<svg onload='alert(4)'/>"},
    {"text/markdown": f"![i]({OUT}/i.png) <script>alert(5)</script>"},
]


def test_nothing_runs_and_nothing_is_fetched(tmp_path: Path) -> None:
    page = notebook_page(book(*HOSTILE), "n", tmp_path)
    found = Addresses()
    found.feed(page)
    assert found.fetched == []
    assert found.tags.isdisjoint({"script", "iframe", "link", "object"})


def test_files_beside_the_notebook_are_put_in_and_no_others(tmp_path: Path) -> None:
    folder = tmp_path / "work"
    (folder / "sophnet-media").mkdir(parents=True)
    (folder / "sophnet-media" / "a b.png").write_bytes(PNG)
    (folder / "notes.txt").write_text("words")
    (tmp_path / "outside.png").write_bytes(PNG)
    names = ("sophnet-media/a%20b.png", "../outside.png", "notes.txt", "/etc/passwd", "none.png")
    html = "".join(f'<img src="{name}">' for name in names)
    page = notebook_page(book({"text/html": html}), "n", folder)
    assert page.count("data:image/png;base64") == 1


def test_a_page_says_first_that_answers_are_the_sandboxes(tmp_path: Path) -> None:
    page = notebook_page(book({"text/html": "<span>sandbox</span> ✓"}), "n", tmp_path)
    assert page.index("sandbox's: scripted") < page.rindex("Sales")
    assert "scripted" not in notebook_page(book({"text/plain": "x"}), "n", tmp_path)


def test_the_command_writes_the_page_beside_the_notebook(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "sales.ipynb"
    path.write_text(json.dumps(book({"text/plain": "41.5"})), encoding="utf-8")
    assert cli.main(["report", str(path)]) == 0
    assert capsys.readouterr().out.strip() == str(path.with_suffix(".html"))
    assert "41.5" in path.with_suffix(".html").read_text(encoding="utf-8")
    assert "<title>Sales" in path.with_suffix(".html").read_text(encoding="utf-8")


@pytest.mark.parametrize("content", [None, "no json", "[]", "{}", '{"nbformat": 3, "cells": []}'])
def test_what_is_no_notebook_is_refused_in_one_line(
    content: str | None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "x.ipynb"
    if content is not None:
        path.write_text(content)
    assert cli.main(["report", str(path)]) == 1
    assert capsys.readouterr().err.count("\n") == 1


MARKUP = st.lists(
    st.sampled_from(
        """<script> </script> <b> </b> </div> <div <svg> <style> " ' > < /> onload=x src=x
        src="data:image/png;base64,AA" style="color:red" href=//x <img <a <!-- --> <![CDATA[ ]]>
        &lt; <table> <td> <textarea> <math> text &#x3c;script&#x3e; \x00""".split()
    ),
    max_size=14,
).map(" ".join)


@given(MARKUP)
def test_whatever_is_cleaned_holds_the_listed_markup_alone(markup: str) -> None:
    found = Addresses()
    found.feed(cleaned(markup))
    found.close()
    assert found.fetched == []
    assert found.tags <= {"b", "div", "img", "a", "table", "td"}
    assert not found.handlers
    assert cleaned(cleaned(markup)) == cleaned(markup)


class Addresses(HTMLParser):
    """The tags of a page, and what a browser would fetch or run for it."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.fetched: list[str] = []
        self.handlers: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        for name, value in attrs:
            value = value or ""
            if (name == "src" and not value.startswith("data:")) or "url(" in value:
                self.fetched.append(value)
            if name == "href" and not value.startswith(("http", "mailto")):
                self.fetched.append(value)
            if name.startswith("on"):
                self.handlers.append(name)
