"""What each panel takes of its frame: height, layout, badge, and a word where none draws it."""

from __future__ import annotations

import inspect
from typing import Any

import ipywidgets
import pytest

import sophnet_jupyter
from sophnet_jupyter import Client, SettingsError
from sophnet_jupyter.widgets.chat.panel import ChatPanel
from sophnet_jupyter.widgets.panel.frame import height_of
from sophnet_jupyter.widgets.panel.panel import Panel
from sophnet_jupyter.widgets.panel.unseen import SENTENCE

PUBLIC = [getattr(sophnet_jupyter, name) for name in sophnet_jupyter.__all__]
PANELS = [each for each in PUBLIC if inspect.isclass(each) and issubclass(each, Panel)]


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Client:
    return Client("k", "http://127.0.0.1:1/api/open-apis")


@pytest.mark.parametrize("panel", PANELS, ids=lambda each: each.__name__)
def test_each_panel_takes_a_height_and_a_layout(panel: type[Panel]) -> None:
    parameters = inspect.signature(panel).parameters
    assert {"height", "layout"} <= set(parameters)


@pytest.mark.parametrize(
    ("height", "css"), [(300, "300px"), ("30em", "30em"), ("60vh", "60vh"), ("", "")]
)
def test_a_height_is_a_number_of_pixels_or_a_length(
    client: Client, sent: list[Any], height: Any, css: str
) -> None:
    panel = ChatPanel(client, height=height)
    assert panel.height == css
    panel.close()


@pytest.mark.parametrize("height", [True, -3, "tall", "1px;color:red", "calc(1px)", 3.5, None, [1]])
def test_what_is_no_height_is_refused_in_our_words(height: Any) -> None:
    with pytest.raises(SettingsError, match="The height of a panel is"):
        height_of(height)


@pytest.mark.parametrize(
    "layout", [ipywidgets.Layout(width="20em"), {"width": "20em"}], ids=["Layout", "dict"]
)
def test_a_layout_is_that_of_any_widget(client: Client, sent: list[Any], layout: Any) -> None:
    panel = ChatPanel(client, layout=layout)
    assert panel.layout.width == "20em"
    panel.close()


@pytest.mark.parametrize("layout", [5, "wide", {"width": 3}])
def test_what_is_no_layout_is_refused_in_our_words(client: Client, layout: Any) -> None:
    with pytest.raises(SettingsError, match="The layout of a panel is"):
        ChatPanel(client, layout=layout)


def test_the_badge_of_the_sandbox_is_there_before_the_first_answer(
    client: Client, sent: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SOPHNET_API_KEY", raising=False)
    real, trial = ChatPanel(client), ChatPanel(Client())
    assert (real.sandbox, trial.sandbox) == (False, True)
    real.close()
    trial.close()


def test_a_panel_that_nobody_draws_says_so_until_somebody_does(
    client: Client, sent: list[Any]
) -> None:
    panel = ChatPanel(client)
    panel._look_for_page()
    assert SENTENCE in panel._twin.bundle()["text/html"]
    assert SENTENCE in panel._twin.bundle()["text/plain"]
    panel._obey({"kind": "hello", "view": "v"}, [])
    assert SENTENCE not in str(panel._twin.bundle())
    panel._look_for_page()
    assert SENTENCE not in str(panel._twin.bundle())
    panel.close()
