"""Cells and lines of our magics are shown as what they are, in JupyterLab and in Notebook."""

from __future__ import annotations

import json

import nbformat
import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

PROMPT = """%%sophchat -m DeepSeek-V3.2 --think -o answer
Don't stop: summarize {df.head[0]} in *three* points:
- not {{this}}, and not { that }

```python
def f(x): return "it's code"
```"""
LINES = """x = 1
%sophchat -t 0.2 What's up with {x}, if it isn't 'in'?
print("it's", x)  # {x}
text = '''
%sophchat quoted
'''
talk = %transcribe talk.mp3 -o talk"""
OTHER = "%%R\nDon't {touch} this"
# The words of a cell that have a color of their own, each with its color.
COLORED = """cell => {
    const plain = getComputedStyle(cell.querySelector(".cm-content")).color;
    const found = {};
    for (const span of cell.querySelectorAll(".cm-line span")) {
        const { color } = getComputedStyle(span);
        if (color !== plain && !span.children.length) found[span.textContent.trim()] = color;
    }
    return found;
}"""
SOURCE = "index => jupyterapp.shell.currentWidget.content.widgets[index].model.sharedModel.source"


@pytest.fixture
def notebook(lab, open_notebook, host):
    path = lab.settings / "@jupyterlab" / "codemirror-extension" / "plugin.jupyterlab-settings"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"defaultConfig": {"autoClosingBrackets": True}}))
    cells = [nbformat.v4.new_code_cell(text) for text in (PROMPT, LINES, OTHER, "", OTHER)]
    cells.append(nbformat.v4.new_markdown_cell(PROMPT))
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=kernel), lab.root / "p.ipynb")
    return open_notebook("p.ipynb", host)


def colored(notebook, index):
    return notebook.cell(index).evaluate(COLORED)


def source(notebook, index):
    return notebook.page.evaluate(SOURCE, index)


def test_prompts_are_prompts_and_all_else_stays_what_it_is(notebook, silent):
    page = notebook.page
    expect(notebook.cell(0).locator(".cm-line span", has_text="%%sophchat")).to_be_visible()
    prompt = colored(notebook, 0)
    assert {"%%sophchat", "-m", "DeepSeek-V3.2", "--think", "df", "head", "0", "def"} <= set(prompt)
    assert prompt["-m"] != prompt["DeepSeek-V3.2"] != prompt["%%sophchat"] != prompt["df"]
    assert not [words for words in prompt if "Don't" in words or "this" in words or "that" in words]

    lines = colored(notebook, 1)
    assert {"%sophchat", "%transcribe", "0.2", "{x}", "print", "# {x}"} <= set(lines)
    # Neither the apostrophe's rest nor a keyword among the words is code.
    assert not {"'s", "if", "in", "'in'", "isn't"} & set(lines)
    assert notebook.cell(1).locator(".jp-sophnet-magic").count() == 2

    assert notebook.cell(2).locator("[class^=jp-sophnet]").count() == 0
    assert "'t {touch} this" in colored(notebook, 2)

    # As one types it becomes a prompt, and what helps to write code is gone.
    notebook.cell(3).locator(".cm-content").click()
    page.keyboard.type("%%sophchat\nIn short:\nthe world's {df")
    assert source(notebook, 3) == "%%sophchat\nIn short:\nthe world's {df}"
    page.keyboard.press("Control+/")
    assert source(notebook, 3) == "%%sophchat\nIn short:\nthe world's {df}"
    assert "df" in colored(notebook, 3)
    # And Python again, with all of it.
    page.keyboard.press("Control+a")
    page.keyboard.type("def f():\nreturn 'a'")
    assert source(notebook, 3) == "def f():\n    return 'a'"
    assert "def" in colored(notebook, 3)
    notebook.screenshot("lab-prompt-light")
    notebook.set_theme("JupyterLab Dark")
    dark = colored(notebook, 0)
    assert dark["%%sophchat"] != prompt["%%sophchat"] or dark["-m"] != prompt["-m"]
    page.wait_for_timeout(1000)
    notebook.screenshot("lab-prompt-dark")
    assert silent()
