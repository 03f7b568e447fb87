"""What a notebook shows of each panel, and what a panel refuses when it is made."""

from __future__ import annotations

import inspect
import re
import traceback
from types import SimpleNamespace
from typing import Any

import pytest

import sophnet_jupyter
from sophnet_jupyter import Client, SettingsError
from sophnet_jupyter.widgets.panel.panel import Panel

SECRET = "sk-canary-7f3a"
PUBLIC = [getattr(sophnet_jupyter, name) for name in sophnet_jupyter.__all__]
PANELS = [each for each in PUBLIC if inspect.isclass(each) and issubclass(each, Panel)]
WITH_A_CLIENT = [each for each in PANELS if "client" in inspect.signature(each).parameters]
# Those that hand options on, with the call that gets them.
CALLS = {
    "ChatPanel": "chat.stream",
    "ExcelAnalyst": "excel.stream",
    "ImageStudio": "images.stream",
    "Microphone": "speech.live",
    "VideoStudio": "videos.stream",
    "VoiceChat": "voicechat.connect",
}
named = pytest.mark.parametrize("panel", PANELS, ids=lambda each: each.__name__)


def test_the_public_panels_are_found() -> None:
    assert len(PANELS) >= 12
    assert len(WITH_A_CLIENT) >= 10
    assert set(CALLS) < {each.__name__ for each in WITH_A_CLIENT}


@named
def test_a_panel_shows_each_of_its_parameters(panel: type[Panel]) -> None:
    parameters = inspect.signature(panel).parameters
    assert not [each for each in parameters.values() if each.kind is each.VAR_KEYWORD]
    about = f"{panel.__doc__} {panel.__init__.__doc__}"
    assert not [name for name in parameters if f"``{name}" not in about]


@named
def test_a_panel_refuses_a_misspelt_word_and_does_not_repeat_its_value(panel: type[Panel]) -> None:
    names = list(inspect.signature(panel).parameters)
    for name in names:
        with pytest.raises(SettingsError) as caught:
            panel(**{f"{name[:-1]}q{name[-1]}": SECRET})
        said = re.fullmatch(r"(\w+) has no \w+\. Did you mean (\w+)\?", str(caught.value))
        assert said, caught.value
        assert said[1] == panel.__name__
        assert said[2] in names
        frames = [each for each, _ in traceback.walk_tb(caught.value.__traceback__)]
        ours = [each for each in frames if "/sophnet_jupyter/" in each.f_code.co_filename]
        assert SECRET not in "".join(repr(list(each.f_locals.values())) for each in ours)


def test_the_methods_of_a_panel_refuse_it_too() -> None:
    panel = sophnet_jupyter.ImageStudio(SimpleNamespace(images=None, videos=None))
    with pytest.raises(SettingsError, match=r"ImageStudio\.make has no negativ\. Did you mean"):
        panel.make("a fox", negativ="blurred")  # type: ignore[call-arg]
    panel.close()


@pytest.mark.parametrize("name", CALLS)
def test_the_options_of_a_panel_are_those_of_the_call_that_gets_them(name: str) -> None:
    resource, _, call = CALLS[name].partition(".")
    client = Client("k", "http://127.0.0.1:1/api/open-apis")
    taken = inspect.signature(getattr(getattr(client, resource), call)).parameters
    panel = getattr(sophnet_jupyter, name)
    written = panel.__init__.__wrapped__.__code__
    own = written.co_varnames[: written.co_argcount + written.co_kwonlyargcount]
    shown = inspect.signature(panel).parameters
    handed = {each: shown[each] for each in shown if each not in own}
    assert len(handed) > 3
    for each, parameter in handed.items():
        # What of the providers is a class cannot be named in a panel.
        assert parameter.annotation in (taken[each].annotation, "object"), each
        assert parameter.default == taken[each].default, each


def test_a_chat_panel_takes_all_that_a_chat_takes() -> None:
    chat = inspect.signature(Client("k", "http://127.0.0.1:1/x").chat.stream).parameters
    own = {"client", "conversation", "prompt", "approve", "height", "layout"}
    panel = inspect.signature(sophnet_jupyter.ChatPanel).parameters
    assert set(chat) - {"prompt"} == set(panel) - own


@pytest.mark.parametrize("panel", WITH_A_CLIENT, ids=lambda each: each.__name__)
def test_each_panel_says_in_the_same_words_that_it_needs_a_client(
    panel: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(panel, "make_client", None)
    first = ["handbook"] if panel.__name__ == "KnowledgePanel" else []
    before = "" if next(iter(inspect.signature(panel).parameters)) == "client" else "…, client="
    with pytest.raises(SettingsError) as caught:
        panel(*first)
    example = f"{panel.__name__}({before}sophnet_jupyter.Client())"
    assert str(caught.value) == f"A panel needs a client: {example}."
