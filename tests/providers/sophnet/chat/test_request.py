from __future__ import annotations

import pytest

from sophnet_jupyter.client import Client
from sophnet_jupyter.errors import SettingsError
from sophnet_jupyter.providers.sophnet.chat.request import messages, request

ASKED = {"model": "m", "messages": [{"role": "user", "content": "hi"}]}


def test_only_what_is_given_is_sent():
    assert request("hi", model="m") == ASKED


@pytest.mark.parametrize(
    ("name", "value", "sent"),
    [
        ("temperature", 0, 0),
        ("temperature", 2, 2),
        ("top_p", 0.5, 0.5),
        ("max_tokens", 1, 1),
        ("stop", "###", ["###"]),
        ("stop", ("a", "b"), ["a", "b"]),
        ("stop", [], []),
        ("presence_penalty", -2, -2),
        ("frequency_penalty", 2.0, 2.0),
    ],
)
def test_an_option_is_sent_under_the_name_of_the_service(name, value, sent):
    assert request("hi", model="m", **{name: value}) == {**ASKED, name: sent}


@pytest.mark.parametrize("on", [True, False])
def test_thinking_has_three_spellings(on):
    def sent(**options):
        return request("hi", model="m", thinking=on, **options).items() - ASKED.items()

    def body(key):
        return request("hi", model="m", thinking=on, thinking_key=key)

    assert request("hi", model="m", thinking=on) == {**ASKED, "enable_thinking": on}
    assert body("enable_thinking") == {**ASKED, "enable_thinking": on}
    assert body("chat_template_kwargs") == {
        **ASKED,
        "chat_template_kwargs": {"enable_thinking": on},
    }
    assert body("thinking") == {**ASKED, "thinking": {"type": "enabled" if on else "disabled"}}


def test_thinking_that_is_not_asked_about_is_not_mentioned():
    assert request("hi", model="m", thinking_key="thinking") == ASKED


def test_extra_body_wins():
    body = request("hi", model="m", temperature=0, extra_body={"temperature": 1, "seed": 7})
    assert body == {**ASKED, "temperature": 1, "seed": 7}


@pytest.mark.parametrize("stream", [True, False])
def test_extra_body_cannot_make_reader_and_server_disagree(stream):
    client = Client(api_key="k", base_url="http://127.0.0.1:9", model="default")
    body = client.chat.request("hi", extra_body={"stream": not stream}, stream=stream)
    assert body == {**ASKED, "model": "default", "stream": stream}


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"temperature": -0.1}, "temperature goes from 0 to 2, not -0.1"),
        ({"temperature": 2.1}, "temperature goes"),
        ({"temperature": float("nan")}, "temperature goes"),
        ({"top_p": 1.5}, "top_p goes from 0 to 1"),
        ({"presence_penalty": -3}, "presence_penalty goes from -2 to 2"),
        ({"frequency_penalty": 3}, "frequency_penalty goes"),
        ({"max_tokens": 0}, "max_tokens must be at least 1, not 0"),
        ({"stop": list("abcde")}, "up to four strings, not 5"),
        ({"thinking": True, "thinking_key": "think"}, "enable_thinking, chat_template_kwargs, th"),
    ],
)
def test_what_the_documents_rule_out_is_not_sent(options, said):
    with pytest.raises(SettingsError, match=said):
        request("hi", model="m", **options)


@pytest.mark.parametrize("prompt", ["", [], [{"role": "user", "content": ""}], [{"role": "user"}]])
def test_an_empty_prompt_is_refused(prompt):
    with pytest.raises(SettingsError, match="empty"):
        request(prompt, model="m")


@pytest.mark.parametrize("prompt", [["hi"], [{"content": "hi"}], [None], [("role", "user")]])
def test_what_is_no_message_is_refused(prompt):
    with pytest.raises(SettingsError, match="A prompt is a string, or a list of messages"):
        request(prompt, model="m")


def test_a_system_prompt_goes_first_unless_one_is_there():
    system, user = {"role": "system", "content": "s"}, {"role": "user", "content": "hi"}
    assert messages("hi", "s") == [system, user]
    assert messages([system, user], "other") == [system, user]
    assert messages("hi", "") == [user]


def test_the_conversation_of_the_caller_is_left_as_it_is():
    conversation = [{"role": "user", "content": "hi"}]
    messages(conversation, "system")
    assert conversation == [{"role": "user", "content": "hi"}]


@pytest.mark.parametrize("options", [{"tempreature": 1}, {"stop_tokens": []}])
def test_an_unknown_option_is_a_mistake_and_not_lost(options):
    with pytest.raises(TypeError, match="unexpected keyword argument"):
        request("hi", model="m", **options)
