"""`client.chat.compare`, at the sandbox."""

from __future__ import annotations

import asyncio
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import sophnet_jupyter
from sophnet_jupyter import Client, Response, SettingsError
from sophnet_jupyter.errors import UnknownOption
from sophnet_jupyter.events import Finished
from sophnet_jupyter.runs.compare.comparison import Comparison

MODELS = ["DeepSeek-V3.2", "GLM-5"]


@pytest.fixture
def client(sandbox: SimpleNamespace) -> Client:
    return Client(api_key=sandbox.key, base_url=sandbox.url)


def settled(comparison: Comparison) -> Comparison:
    async def wait() -> Comparison:
        return await comparison

    return asyncio.run(wait())


def test_models_and_settings_are_asked_the_same(client: Client) -> None:
    asked = client.chat.compare(
        "What is the sea?", models=MODELS, grid={"temperature": [0, 1]}, repeat=2, max_tokens=5
    )
    assert isinstance(asked, Comparison)
    found = settled(asked)
    assert [one.model for one in found.columns] == MODELS * 2
    assert isinstance(found[3, 1], Response)
    assert {answer.ending for answer in found} == {"complete"}
    assert found.to_frame()["tokens_out"].tolist() == [5] * 8


def test_a_model_that_is_refused_does_not_take_the_others_along(client: Client) -> None:
    found = settled(
        client.chat.compare("Hello.", models=[MODELS[0], "no-such-model"], max_tokens=5)
    )
    assert [answer.ending for answer in found] == ["complete", "failed"]
    assert list(found.errors) == [(1, 0)]


def test_a_budget_that_is_enough_lets_all_of_it_be_asked(client: Client) -> None:
    asked = client.chat.compare("Hello.", models=MODELS, max_tokens=5, budget=100)
    assert len(settled(asked)) == 2


def test_an_answer_that_is_cut_is_told_apart_from_those_that_are_whole(client: Client) -> None:
    asked = client.chat.compare("Count to 90", grid={"max_tokens": [4, 900]})
    shown = settled(asked)._repr_mimebundle_()["text/plain"]
    assert "… cut at the token limit" in shown
    assert "✓ complete" in shown
    assert " tokens in · " in shown


def test_what_it_cost_is_told_by_the_prices_of_the_user(
    client: Client, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SOPHNET_DATA_DIR", str(tmp_path))
    (tmp_path / "prices.toml").write_text(
        '[[price]]\nservice = "SophNet"\nmodel = "GLM-5"\ninput = 0\noutput = 200\n'
        'currency = "CNY"\n'
    )
    found = settled(client.chat.compare("Hello.", models=MODELS, max_tokens=5))
    frame = found.to_frame()
    assert frame["cost"].tolist()[1] == pytest.approx(0.001)
    assert frame["currency"].tolist() == ["", "CNY"]
    assert "0.001 CNY" in found._repr_mimebundle_()["text/html"]
    assert found.best(by="cost").model == "GLM-5"


def test_prompts_by_name_are_compared(client: Client) -> None:
    found = settled(client.chat.compare({"v1": "Say one.", "v2": "Say two."}, max_tokens=8))
    assert [one.prompt for one in found.columns] == ["v1", "v2"]
    assert "Say one" in found[0].text
    assert found.asked == {"v1": "Say one.", "v2": "Say two."}


def test_events_of_all_columns_come_while_they_arrive(client: Client) -> None:
    async def watch() -> list[int]:
        comparison = client.chat.compare("Hello.", models=MODELS, max_tokens=5)
        return [column async for column, _, event in comparison if isinstance(event, Finished)]

    assert sorted(asyncio.run(watch())) == [0, 1]


@pytest.mark.parametrize(
    ("how", "error", "said"),
    [
        ({"models": [f"m{n}" for n in range(25)]}, SettingsError, "25 models are 25 answers"),
        ({"grid": {"temperature": [0, 9]}}, SettingsError, "temperature goes from 0 to 2"),
        ({"grid": {"temprature": [0]}}, UnknownOption, "Did you mean temperature"),
        ({"grid": {"temperature": [0]}, "temperature": 1}, SettingsError, "in the grid, and"),
        ({"grid": {"model": ["a"]}, "models": ["b"]}, SettingsError, "not in both"),
        ({"budget": 2_000, "models": MODELS, "repeat": 4}, SettingsError, "8 answers may cost 4,0"),
        ({"budget": "lots"}, SettingsError, "A budget is a number of tokens"),
        ({"temprature": 1}, UnknownOption, "Did you mean temperature"),
    ],
)
def test_what_cannot_be_sent_is_refused_at_once(
    client: Client, how: dict[str, Any], error: type[Exception], said: str
) -> None:
    with pytest.raises(error, match=said):
        client.chat.compare("Hello.", **how)


def test_a_comparison_and_a_difference_are_drawn_where_they_are_shown(client: Client) -> None:
    assert sophnet_jupyter.Client is Client
    found = settled(client.chat.compare("Hello.", models=MODELS, max_tokens=5))
    html = found._repr_mimebundle_()["text/html"]
    assert "[0] DeepSeek-V3.2" in html
    assert "equal to [0]" in html
    assert "GLM-5" in found.diff(0, 1)._repr_mimebundle_()["text/plain"]


def test_models_make_the_same_image_from_the_same_seed(client: Client) -> None:
    models = ["qwen-image", "Qwen-Image-Edit-2509", "no-such-model"]
    found = settled(client.images.compare("a red fox", models=models, seed=7))
    assert [answer.ending for answer in found] == ["complete", "complete", "failed"]
    assert [answer.images[0].seed for answer in found if answer.images] == [7, 7]
    html = found._repr_mimebundle_()["text/html"]
    assert html.count("<img ") == 2


def test_voices_say_the_same_and_are_columns(client: Client) -> None:
    found = settled(client.voice.compare("Hello.", voices=["longwan", "longcheng"]))
    assert [one.settings["voice"] for one in found.columns] == ["longwan", "longcheng"]
    assert all(answer.audio for answer in found)
    assert found.grid.across == [list(found.columns)]
    with pytest.raises(SettingsError, match="voice has longwan twice"):
        client.voice.compare("Hello.", voices=["longwan", "longwan"])


def test_what_two_models_read_otherwise_is_marked(client: Client) -> None:
    page = Path(__file__).parents[2] / "notebooks" / "files" / "letter.png"
    models = ["PaddleOCR-VL-0.9B", "DeepSeek-OCR"]
    found = settled(client.ocr.compare(str(page), models=models))
    assert found.diff(0, 1).equal
    assert "reads the same" in found._repr_mimebundle_()["text/html"]
    with pytest.raises(SettingsError, match="Only DeepSeek-OCR takes a prompt"):
        client.ocr.compare(str(page), models=models, prompt="Read.")
