"""The site in a browser that reaches nothing but the site."""

from __future__ import annotations

import runpy
from collections.abc import Iterator
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect, sync_playwright

ROOT = Path(__file__).parents[3]
SHOWN = (
    "index.html",
    "start/first-answer.html",
    "start/hosts.html",
    "zh/index.html",
    "do/index.html",
    "do/chat.html",
    "do/explore-embeddings.html",
    "look-up/magics/sophchat.html",
    "look-up/client/chat.html",
    "look-up/errors.html",
    "understand/design.html",
)
RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa"]}}
# A saved output does not know whether its page will be light or dark, and no color has the contrast
# of 4.5 on both: what is colored in ours has more than 4.
ENOUGH = 4


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    chromium = runpy.run_path(str(ROOT / "tests" / "browser" / "chromium.py"))["find"]()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium)
        yield browser
        browser.close()


@pytest.fixture
def elsewhere() -> list[str]:
    """What a page has asked of others."""
    return []


@pytest.fixture
def page(browser: Browser, address: str, elsewhere: list[str]) -> Iterator[Page]:
    context = browser.new_context(locale="en-US", reduced_motion="reduce")

    def look(route: Route) -> None:
        if route.request.url.startswith((address, "data:", "blob:", "file:")):
            route.continue_()
        else:
            elsewhere.append(route.request.url)
            route.abort()

    context.route("**/*", look)
    page = context.new_page()
    yield page
    context.close()


def test_no_page_asks_another_network(page: Page, address: str, elsewhere: list[str]) -> None:
    for name in SHOWN:
        page.goto(f"{address}/{name}")
        page.wait_for_load_state("networkidle")
    assert elsewhere == []


@pytest.mark.parametrize(
    ("words", "found"),
    [("密钥", "密钥"), ("逐字出现", "中文"), ("知识库", ""), ("temperature", "client.chat")],
)
def test_a_search_finds_chinese_by_two_letters(
    page: Page, address: str, words: str, found: str
) -> None:
    page.goto(f"{address}/search.html?q={words}")
    results = page.locator("#search-results li")
    expect(results.first).to_be_visible()
    if found:
        expect(results.filter(has_text=found).first).to_be_visible()


def test_a_search_does_not_find_what_is_nowhere(page: Page, address: str) -> None:
    page.goto(f"{address}/search.html?q=鼹鼠")
    expect(page.locator("#search-results")).to_contain_text("did not match")


def test_the_site_is_read_from_a_folder_too(page: Page, pages: Path, elsewhere: list[str]) -> None:
    page.goto((pages / "index.html").as_uri())
    page.get_by_role("link", name="Understand").first.click()
    expect(page.locator("h1")).to_have_text("Understand#")
    page.goto((pages / "search.html").as_uri() + "?q=密钥")
    expect(page.locator("#search-results li").first).to_be_visible()
    assert elsewhere == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", SHOWN)
def test_a_page_can_be_read_by_everybody(page: Page, address: str, name: str, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.goto(f"{address}/{name}")
    axe = distribution("axe-playwright-python").locate_file("axe_playwright_python/axe.min.js")
    page.evaluate(Path(str(axe)).read_text("utf-8"))
    result = page.evaluate("rules => axe.run(document, rules)", RULES)
    wrong = [
        (each["id"], node["target"], node["failureSummary"][:300])
        for each in result["violations"]
        for node in each["nodes"]
        if not enough(each["id"], node)
    ]
    assert wrong == []


def enough(rule: str, node: dict[str, Any]) -> bool:
    """Whether it is a color of an output of ours, that can be read nevertheless."""
    if rule != "color-contrast" or 'style="color:' not in node["html"]:
        return False
    return all(each["data"]["contrastRatio"] >= ENOUGH for each in node["any"])


def test_a_formula_that_a_cell_has_shown_is_drawn(page: Page, address: str) -> None:
    page.goto(f"{address}/do/chat.html")
    formulas = page.locator(".cell_output mjx-container")
    expect(formulas.first).to_be_visible()
    expect(page.locator("merror, mjx-merror")).to_have_count(0)


@pytest.mark.parametrize("width", [360, 1400])
def test_no_page_is_wider_than_its_window(page: Page, address: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    for name in SHOWN:
        page.goto(f"{address}/{name}")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name
