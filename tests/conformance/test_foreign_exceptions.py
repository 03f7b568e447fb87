"""Whatever is passed, and whatever a server answers, only errors of ours come out."""

from __future__ import annotations

import asyncio
import json
import os
import re
import traceback
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from byte_server import END, ByteServer, Script, streamed, whole
from foreign import CALLS, ODD, PLACES, SETTINGS, answers, good_answer, outcome
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sophnet_jupyter import Client
from sophnet_jupyter.client import sandbox
from sophnet_jupyter.errors import AnswerUnreadable, SettingsError, SophNetError
from sophnet_jupyter.settings import Timeouts

# Set FOREIGN_CASES to 10000 for a long look.
CASES = int(os.environ.get("FOREIGN_CASES", "300"))
LOOK = settings(
    max_examples=CASES, deadline=None, suppress_health_check=list(HealthCheck), database=None
)
PATIENT = Timeouts(connect=2, between=2, total=4)
REFUSED = whole(b'{"error":{"message":"no","code":404}}', 404)


class World:
    """A server, and a client of it on a loop that lives as long."""

    def __init__(self, server: ByteServer, runner: asyncio.Runner) -> None:
        self.server = server
        self.runner = runner
        self.client = self.make()

    def make(self, **given: Any) -> Client:
        usual = {"api_key": "sk-0123456789", "base_url": self.server.url, "timeouts": PATIENT}
        return Client(**{**usual, **given})

    def ask(self, client: Client, call: str, script: Script, **given: Any) -> Exception | None:
        """Returns the error of ours that came out, and fails for any other."""
        self.server.play(script)
        asked = CALLS[call]
        found = self.runner.run(outcome(lambda: asked.method(client)(**{**asked.good, **given})))
        if found and not isinstance(found, SophNetError):
            said = "".join(traceback.format_exception(found))
            raise AssertionError(f"{call}({given}) raised what is not ours:\n{said}")
        return found


@pytest.fixture(scope="module")
def world(running: ByteServer) -> Iterator[World]:
    with asyncio.Runner() as runner:
        world = World(running, runner)
        yield world
        runner.run(world.client.aclose())
    # Clients without a key start it.
    sandbox.stop()


# They are answered with sound, and with nothing else.
SOUNDS = {"dify.speak", "voice.speak"}
# What the tests below have found.
ARGUMENTS: dict[str, tuple[str, dict[str, Any], str]] = {
    "a number beyond floats": ("chat.create", {"temperature": 10**400}, "temperature goes from"),
    "half a letter to a voice": ("dify.speak", {"text": "\ud800"}, "half a character"),
    "inputs without names": ("dify.complete", {"inputs": 5}, "inputs is a dict"),
    "no inputs": ("dify.stream", {"inputs": None}, "There are no inputs"),
    "bytes in a request": ("ocr.create", {"use_doc_preprocessor": object()}, ""),
    "a model that is a dict": ("embeddings.create", {"model": {"a": 1}}, "model is a text"),
    "a model that is a list": ("videos.submit", {"model": ["a"]}, "model is a text"),
    "no such generation": ("videos.submit", {"generation": "x"}, 'generation is "task" or'),
    "more than can be counted": ("embeddings.create", {"per_request": 10**400}, ""),
    "a name that is a number": ("documents.parse", {"filename": 5}, "filename is a text"),
    "no name of a sound": ("speech.transcribe", {"filename": None}, "filename is a text"),
    "speakers that are a number": ("speech.transcribe", {"speakers": 5}, "a list of names"),
    "names that are a number": ("ocr.create", {"names": 5}, "names is a list"),
    "an answer that is none": ("knowledge.add", {"answer": None}, "answer is a text"),
    "a page that is a word": ("dify.feedbacks", {"page": "\udfff"}, "page is a whole number"),
    "a format that is an array": ("voice.speak", {"format": np.ones(2)}, "format is a text"),
    "a schema with numpy": ("chat.create", {"schema": {"a": np.float32(1)}}, "hold the schema"),
    "a schema without a type": ("chat.create", {"schema": {"type": None}}, "there is no None"),
    "fewer names than pictures": ("ocr.create", {"image": [1, 2], "names": ["a"]}, ""),
    "a voice that is an array": ("dify.speak", {"voice": np.array([])}, "voice is a text"),
    "an id that is a dict": ("knowledge", {"service_id": {}}, "service_id is a text"),
    "a home that nobody has": ("dify.upload", {"content": "~nobody-has-it/a.txt"}, ""),
    "a word for a number": ("chat.create", {"temperature": "hot"}, "temperature is a number"),
}
CLIENTS: dict[str, tuple[dict[str, Any], str]] = {
    "certificates that are a number": ({"ca_bundle": 5}, "ca_bundle is a path"),
    "certificates in nobody's home": ({"ca_bundle": "~nobody-has-it/a.pem"}, "ca_bundle"),
    "certificates of a long name": ({"ca_bundle": "x" * 5000}, "ca_bundle"),
    "a proxy that is a number": ({"proxy": 5}, "proxy is an address"),
    "time limits that are a number": ({"timeouts": 5}, "timeouts is Timeouts("),
}


@pytest.mark.parametrize("case", ARGUMENTS)
def test_an_argument_of_a_wrong_kind_is_told_by_its_name(world: World, case: str) -> None:
    call, given, says = ARGUMENTS[case]
    error = world.ask(world.client, call, REFUSED, **given)
    assert says in str(error)


@pytest.mark.parametrize("case", CLIENTS)
def test_a_setting_of_a_wrong_kind_is_told_by_its_name(world: World, case: str) -> None:
    given, says = CLIENTS[case]
    with pytest.raises(SettingsError, match=re.escape(says)):
        world.make(**given)


@pytest.mark.parametrize("call", sorted(set(CALLS) - SOUNDS))
def test_the_good_answers_are_good(world: World, call: str) -> None:
    assert world.ask(world.client, call, good_answer(CALLS[call])) is None


@pytest.mark.parametrize("frame", [10**12, 5, True, {"array": 7}])
def test_a_frame_that_is_a_number_is_no_sound(world: World, frame: Any) -> None:
    said = json.dumps({"audioFrame": frame, "status": "accepting"}).encode()
    script = [*streamed(b"data:" + said + b"\n\n"), END]
    assert isinstance(world.ask(world.client, "voice.stream", script), AnswerUnreadable)


@LOOK
@given(data=st.data())
def test_no_argument_makes_a_call_raise_what_is_not_ours(world: World, data: Any) -> None:
    call = data.draw(st.sampled_from(sorted(CALLS)))
    names = data.draw(
        st.lists(st.sampled_from(CALLS[call].parameters), max_size=2, unique=True)
        if CALLS[call].parameters
        else st.just([])
    )
    world.ask(world.client, call, REFUSED, **{name: data.draw(ODD) for name in names})


@LOOK
@given(data=st.data())
def test_no_answer_makes_a_call_raise_what_is_not_ours(world: World, data: Any) -> None:
    call = data.draw(st.sampled_from(sorted(CALLS)))
    world.ask(world.client, call, data.draw(answers(CALLS[call])))


@LOOK
@given(data=st.data())
def test_no_setting_makes_a_client_raise_what_is_not_ours(world: World, data: Any) -> None:
    name = data.draw(st.sampled_from(SETTINGS))
    try:
        client = world.make(**{name: data.draw(ODD)})
    except SophNetError:
        return
    repr(client)
    if name not in PLACES:
        world.ask(client, data.draw(st.sampled_from(sorted(CALLS))), REFUSED)
        world.runner.run(client.aclose())
