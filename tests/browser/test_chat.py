"""The chat notebook in JupyterLab: pictures, cards, tables and grounds, in light and in dark."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from playwright.sync_api import Locator, expect

CHAT = Path(__file__).parents[2] / "notebooks" / "chat.ipynb"

pytestmark = pytest.mark.browser

# What the sandbox, which is always certain and never fails, does not show.
LOOKS = """
import math
from sophnet_jupyter import Response
from sophnet_jupyter.events import Reference, TokenLogprob, ToolResult
from sophnet_jupyter.response.rounds import ToolCall

def token(text, likely, **others):
    beside = tuple((name, math.log(one)) for name, one in others.items())
    return TokenLogprob(text, math.log(likely), beside)

Response(
    text=f"{'0123456789abcdef' * 20} `{'call_' * 60}`\\n\\n"
    + "上海今天多云，气温 **21 °C**，适合在 the Bund 散步 [1]。`PyTorch 2.9` 已支持。\\n\\n"
    + "第二段：中文与 English 混排时，行距要够，标点不要挤；数字 123 与单位 5 kg 也是。" * 4,
    tool_calls=(
        ToolCall(name="get_weather", arguments='{"city": "上海", "days": [1, 2, 3]}'),
        ToolCall(name="get_time", arguments="{}"),
        ToolCall(name="search", arguments='{"query": "外滩"'),
    ),
    tool_results=(
        ToolResult(index=0, text='{"celsius": 21, "sky": "多云", "notes": "' + "好" * 400 + '"}',
                   seconds=0.4),
        ToolResult(index=1, text="Error: get_time raised KeyError: 'zone'.", error=True),
    ),
    logprobs=tuple(
        token(text, likely, **others)
        for text, likely, others in [
            ("上海", 0.98, {}), ("今天", 0.9, {}), ("多云", 0.45, {"晴": 0.4, "有雨": 0.1}),
            ("，", 0.99, {}), ("气温", 0.7, {"温度": 0.25}), (" ", 0.99, {}),
            ("21", 0.2, {"20": 0.18, "22": 0.15, "19": 0.1}), (" °C", 0.95, {}), ("。", 0.6, {}),
        ]
    ),
    alternatives=("Another answer, *folded*.",),
    references=(Reference(index=1, title="The Bund", type="web", url="https://example.org/bund"),),
    ending="complete",
    sandbox=True,
)
"""
# Whether nothing in a paragraph stands out of it.
FITS = """paragraph => {
    const words = document.createRange();
    words.selectNodeContents(paragraph);
    return words.getBoundingClientRect().right <= paragraph.getBoundingClientRect().right + 1;
}"""


@pytest.fixture
def sandbox(start_sandbox: Callable[..., Any]) -> Iterator[str]:
    """The address of a sandbox that answers faster than one would like to read."""
    with start_sandbox("--tokens-per-second", "200") as sandbox:
        yield sandbox.root


def below(notebook: Any, words: str) -> Locator:
    """The output of the code cell with these words. Cells move when one is offered."""
    found = notebook.page.locator(".jp-CodeCell", has_text=words).first
    return found.locator(".jp-Cell-outputArea")


def test_the_chat_notebook_shows_all_of_it(
    lab: Any, open_notebook: Callable[[str], Any], console: Any, sandbox: str
) -> None:
    book = nbformat.read(CHAT, as_version=4)
    book.cells[1].source = f"%env SOPHNET_SANDBOX_URL={sandbox}\n{book.cells[1].source}"
    book.cells.append(nbformat.v4.new_code_cell(LOOKS, id="looks"))
    nbformat.write(book, lab.root / "chat.ipynb")
    chat = open_notebook("chat.ipynb")
    chat.run_all(within=60)
    expect(chat.page.locator("[data-mime-type$=stderr], [data-mime-type$=error]")).to_have_count(0)

    seen = below(chat, "What does {chart} show?")
    expect(seen.locator("img")).to_have_js_property("complete", True)
    expect(seen).to_contain_text("640 × 400 pixels")
    expect(below(chat, "weather in Paris")).to_contain_text("round 2")
    expect(below(chat, "--schema list[City]").locator("td").first).to_have_text("London")
    expect(below(chat, "-f table").locator("td").first).to_have_text("Python")
    code = chat.page.locator(".jp-CodeCell", has_text="def is_palindrome").last
    expect(code.locator(".jp-InputPrompt")).to_have_text("[ ]:")
    expect(below(chat, "--logprobs 3")).to_contain_text("how likely each token was")
    expect(below(chat, "我刚才问了什么")).to_contain_text("北京的天气怎么样")
    expect(below(chat, "--show-request")).to_contain_text('"seed": 7')
    # A word that is longer than its line is broken, not cut off.
    assert below(chat, "import math").locator("p").first.evaluate(FITS)

    for theme in ("Light", "Dark"):
        chat.set_theme(f"JupyterLab {theme}")
        places = ["What does {chart} show?", "weather in Paris", "--schema list[City]", "-f table"]
        places += ["-f code", "--logprobs 3", "北京的天气", "--show-request", "import math"]
        for number, words in enumerate(places):
            output = below(chat, words)
            output.scroll_into_view_if_needed()
            chat.screenshot(f"chat-{theme.lower()}-{number}", of=output)
    assert not [line for line in console.lines if line.startswith("uncaught")]
