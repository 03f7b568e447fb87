"""What a chat panel keeps and offers: conversations, prompt files, tools, branches and cells."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

PROMPT = """%%sophprompt reviews
+++
model = "GLM-5"
description = "What a review is about"
[defaults]
tone = "kind"
+++
## system
Be {tone}.
## user
What is this review about? {review}"""
SHOW = '''from sophnet_jupyter import ChatPanel, Client
def weather(city: str) -> str:
    """How the weather is."""
    return f"sunny in {city}"
wares = "蓝牙耳机"
panel = ChatPanel(model="DeepSeek-V3.2", prompt="reviews", tools=[weather], run_tools=True)
panel'''


@pytest.fixture(scope="module")
def slow(start_sandbox: Any) -> Iterator[str]:
    """The address of a sandbox whose answers can be watched."""
    with start_sandbox("--tokens-per-second", "60") as sandbox:
        yield sandbox.root


@pytest.fixture
def talking(lab: Any, slow: str, open_notebook: Callable[[str], Any]) -> Any:
    begin = f"%env SOPHNET_SANDBOX_URL={slow}\n%load_ext sophnet_jupyter"
    lab.write("talking.ipynb", begin, PROMPT, SHOW, "%sophchat -c trip What is my name?")
    notebook = open_notebook("talking.ipynb")
    for cell in range(3):
        notebook.run_cell(cell)
    return notebook


def test_a_chat_panel_keeps_its_talk_fills_prompts_asks_before_tools_and_branches(
    talking: Any, page: Page, console: Any
) -> None:
    panel = talking.output_of(2).locator(".sophnet-chat")
    phase, text = panel.locator(".sophnet-phase"), panel.get_by_label("Your question")
    questions = panel.locator(".sophnet-question")

    panel.get_by_label("review", exact=True).fill("{wares} broke on day two")
    talking.screenshot("talk-form-light", of=panel)
    panel.get_by_role("button", name="Ask reviews").click()
    expect(questions.first).to_contain_text("review: {wares} broke")
    expect(panel.locator(".sophnet-answer").first).to_contain_text("GLM-5")
    expect(phase).to_have_text("Ready")
    expect(panel.locator(".sophnet-spent")).to_contain_text("tokens")

    panel.get_by_label("Prompt file").select_option("")
    expect(panel.locator(".sophnet-form")).to_be_hidden()
    panel.get_by_label("Kept as").select_option("Keep as…")
    panel.get_by_label("Name of the conversation").fill("trip")
    panel.get_by_label("Name of the conversation").press("Enter")
    expect(panel.get_by_label("Kept as")).to_have_value("trip")
    text.fill("My name is Mei.")
    text.press("Enter")
    text.fill("What is the weather in Paris?")
    text.press("Enter")
    expect(panel.locator(".sophnet-approve")).to_contain_text("weather(city='Paris')")
    talking.screenshot("talk-approve-light", of=panel)
    panel.get_by_role("button", name="Run", exact=True).click()
    expect(panel.locator(".sophnet-approve")).to_have_count(0)
    expect(phase).to_have_text("Ready")
    expect(panel).to_contain_text("sunny in Paris")

    talking.run_cell(3)
    expect(talking.output_of(3)).to_contain_text("Mei")
    # What a cell adds to the conversation stands in the panel.
    expect(questions).to_have_count(4)
    panel.get_by_role("button", name="Edit").last.click()
    panel.get_by_label("Edited question").fill("Write a Python function that adds")
    panel.get_by_role("button", name="Ask", exact=True).click()
    expect(panel.locator(".sophnet-of-question").last).to_contain_text("2/2")
    expect(phase).to_have_text("Ready")
    panel.get_by_role("button", name="Settings").click()
    panel.get_by_label("System").fill("Answer in one sentence.")
    panel.get_by_label("Temperature").fill("0.2")
    talking.set_theme("JupyterLab Dark")
    talking.screenshot("talk-branch-dark", of=panel)
    page.set_viewport_size({"width": 600, "height": 900})
    talking.screenshot("talk-branch-dark-narrow", of=panel)
    page.set_viewport_size({"width": 1280, "height": 900})
    panel.get_by_role("button", name="Settings").click()
    panel.get_by_role("button", name="Branch before").click()
    expect(questions.last).to_contain_text("What is my name?")
    panel.get_by_role("button", name="Search", exact=True).click()
    panel.get_by_role("searchbox").fill("Mei")
    expect(panel.locator(".sophnet-search")).to_contain_text("found")
    panel.get_by_role("button", name="As cells").click()
    asked = page.locator(".jp-Notebook .jp-Cell").nth(4)
    expect(asked).to_contain_text("%%sophchat -m DeepSeek-V3.2 -c trip")
    expect(asked).to_contain_text("My name is Mei.")
    panel.get_by_role("button", name="Undo").click()
    expect(questions).to_have_count(3)
    expect(text).to_have_value("What is my name?")
    text.fill("")
    text.press("ArrowUp")
    expect(text).to_have_value("What is the weather in Paris?")
    talking.set_theme("JupyterLab Light")
    bad = ("uncaught", "error", "warning")
    assert not [line for line in console.lines if line.startswith(bad)], console.lines
