"""What answers to many rows are worth is whole in Chinese, as text and as a page."""

from __future__ import annotations

import html
import re
from collections.abc import AsyncGenerator

import pytest

from sophnet_jupyter import settings
from sophnet_jupyter.errors import EvaluationFailed, SophNetError
from sophnet_jupyter.events import Event, Finished, Started, TextDelta
from sophnet_jupyter.language import mark
from sophnet_jupyter.runs.evaluation import asked, turned
from sophnet_jupyter.runs.evaluation.evaluation import Evaluation
from sophnet_jupyter.runs.rows import Item
from sophnet_jupyter.runs.run import Run
from sophnet_jupyter.scores import exact, judge, regex
from sophnet_jupyter.views.evaluation import whole
from sophnet_jupyter.views.report.page import page

pytestmark = pytest.mark.anyio

PROSE = re.compile(r"[A-Za-z]{3,}[,.;:]? [a-z]{2,}\b")
# The settings of a score, as they were given.
NAMES = re.compile(r"评分 \w+：\w+（.*?）。")


@pytest.fixture(autouse=True)
def chinese(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOPHNET_LANGUAGE", "zh")


def english(said: str) -> list[str]:
    text = html.unescape(re.sub(r"<style.*?</style>|<[^>]+>", " ", said, flags=re.S))
    return PROSE.findall(NAMES.sub(" ", text))


async def ask(item: Item) -> AsyncGenerator[Event, None]:
    """Right by v1 mostly, by v2 never; some fail, and what is judged gets no verdict."""
    yield Started(service="服务", model="M", sandbox=True)
    if item.prompt.endswith("7"):
        raise SophNetError("坏了")
    right = item.prompt.startswith("v1") and not item.prompt.endswith("8")
    yield TextDelta(text="是" if right else "否")
    yield Finished(reason="stop")


def crash(row: object, answer: object) -> bool:
    raise ValueError("坏了")


def shown(value: Evaluation | Run) -> str:
    """The page of a report without the settings, which have names of options."""
    whole_page = page(value.report())
    return whole_page.partition("<summary>设置")[0]


def evaluation(names: tuple[str, ...] = ("v1", "v2"), rows: int = 30) -> Evaluation:
    table = [{"n": number, "label": "是" if number else None} for number in range(rows)]
    columns = asked.columns({name: f"{name} {{n}}" for name in names}, [])
    scores = [exact(), regex("a+b"), judge("对吗？")]
    return Evaluation(asked.EvaluatedRows(table, columns, expect="label"), scores, ask)


async def test_the_verdicts_of_an_evaluation_are_chinese() -> None:
    for found in (evaluation(), evaluation(("v1",)), evaluation(("v1", "v2", "v3"), rows=9)):
        assert english(repr(found)) == []
        await found
        for said in (repr(found), found.methods(), shown(found), *found.verdicts):
            assert english(said) == []
        for one in found.answers:
            for grade in one.grades.values():
                assert english(f"{grade.why} {grade.lost_in_words}") == [], grade
        assert english(repr(turned.turned(found, found))) == []
        with pytest.raises(EvaluationFailed) as caught:
            found.check(at_least=1)
        assert english(str(caught.value)) == []


async def test_verdicts_follow_the_language_of_the_moment() -> None:
    found = await evaluation()
    chinese = found.verdicts
    settings.session["language"] = "en"
    said = found.verdicts
    assert any(sentence.startswith("exact: v1 is better in ") for sentence in said)
    # What a judge has lost is told where it judges, as the errors of its answers are.
    assert [one for one in said if re.search("[\u4e00-\u9fff]", one)] == found.notes
    settings.session["language"] = "zh"
    assert found.verdicts == chinese


@pytest.mark.parametrize("language", ["en", "zh"])
async def test_what_compares_two_prompts_stands_out_in_any_language(language: str) -> None:
    settings.session["language"] = language
    found = await evaluation()
    strong = re.findall(r'font-weight:600">([^<]*)</div>', whole.head(found))
    compared = [f"exact: {found.compared[0].sentence}", f"exact：{found.compared[0].sentence}"]
    assert strong[0] in map(html.escape, compared)
    assert len(strong) == len(found.compared) == 3


async def test_a_run_that_fails_in_parts_is_told_in_chinese() -> None:
    items = [Item(number=n, prompt=f"v1 {n}") for n in range(20)]
    run = Run(items, ask)
    assert english(repr(run)) == []
    await run
    for said in (repr(run), repr(run.rows[7]), repr(run.rows[1]), shown(run)):
        assert english(said) == []
    assert run.report().verdict[0] == "20 行，18 个完整，2 个失败。"
    # A program reads the same words in each language.
    assert {row.ending for row in run.rows} == {"complete", "failed"}


async def test_the_sandbox_is_told_of_once_in_any_language() -> None:
    for language in ("en", "zh"):
        settings.session["language"] = language
        sentences = (await evaluation(rows=3)).report().sentences
        assert [one[:2] for one in sentences].count(sentences[0][:2]) == 1
    assert mark(sentences[0]).startswith("沙盒")
