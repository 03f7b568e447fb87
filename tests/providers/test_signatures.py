"""What a notebook shows and completes of each call, and what it refuses before anything is sent."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import inspect
import re
import socket
import sys
import traceback
import types
import typing
from collections.abc import Callable, Iterator
from contextlib import aclosing
from typing import Any

import pytest
from IPython.core.completer import provisionalcompleter
from IPython.core.interactiveshell import InteractiveShell
from PIL import Image

from sophnet_jupyter import Client, Dify, SettingsError, TeleAI
from sophnet_jupyter.errors import Unreachable
from sophnet_jupyter.options import words

from ..shells import bare_shell
from ..waiting import WITHIN

pytestmark = pytest.mark.anyio

SECRET = "sk-canary-7f3a"
OURS = ("sophnet_jupyter.providers.", "sophnet_jupyter.client.")
# What a call needs besides its options.
SUBJECTS = {"prompt": "Hi", "text": "Hi", "question": "Hi", "file_uuids": ["d12f"]}
SUBJECTS |= {"template": "{word}", "prompts": "{word}", "rows": [{"word": "x"}]}
SUBJECTS |= {"image": Image.new("RGB", (300, 300))}
GIVEN = {
    "embeddings": {"texts": "Hi"},
    "client.chat.evaluate": {"expect": "word"},
    "videos": {"prompt": "Hi"},
    "voicechat": {"chat": {}, "asr_easyllm_id": "a", "tts_easyllm_id": "t"},
}


def resources(client: Client) -> Iterator[tuple[str, Any]]:
    """All that can be reached from a client, by its way there."""
    waiting: list[tuple[str, Any]] = [("client", client)]
    # What is had by a call, not by a property.
    waiting.append(("client.knowledge('handbook')", client.knowledge("handbook")))
    waiting.append(("client.speech.live()", client.speech.live()))
    talk = "client.voicechat.connect('m', 'a', 't')"
    waiting.append((talk, client.voicechat.connect("m", "a", "t")))
    # Held, or another object could be given the id of one that is gone.
    seen: dict[int, Any] = {}
    while waiting:
        way, each = waiting.pop()
        is_value = dataclasses.is_dataclass(each)
        if is_value or id(each) in seen or not type(each).__module__.startswith(OURS):
            continue
        seen[id(each)] = each
        yield way, each
        for name in dir(type(each)) + list(vars(each)):
            shown = inspect.getattr_static(each, name)
            if name[0] != "_" and not inspect.isroutine(shown):
                waiting.append((f"{way}.{name}", getattr(each, name)))


def calls() -> Iterator[tuple[str, Callable[..., Any]]]:
    """Each public call of each resource."""
    for way, each in resources(Client(SECRET, "http://127.0.0.1:1/api/open-apis", "p")):
        for name, method in inspect.getmembers(each, callable):
            if name[0] != "_" and isinstance(method, types.FunctionType | types.MethodType):
                yield f"{way}.{name}", method


CALLS = dict(calls())
# Those that hand options on, with the TypedDict that has them.
OPTIONS = {
    way: found[1]
    for way, method in CALLS.items()
    for each in inspect.unwrap(method).__annotations__.values()
    if (found := re.fullmatch(r"Unpack\[(\w+)\]", str(each)))
}


def typed(way: str) -> Any:
    return inspect.unwrap(CALLS[way]).__globals__[OPTIONS[way]]


def requests_of(kind: type) -> list[Any]:
    """The functions that make a resource's request, as all of them are called."""
    modules = [vars(sys.modules[each.__module__]) for each in kind.__mro__]
    names = ("request", "question", "sounding", "Setup")
    return [module[name] for module in modules for name in names if name in module]


def explicit(way: str) -> set[str]:
    code = inspect.unwrap(CALLS[way]).__code__
    return set(code.co_varnames[: code.co_argcount + code.co_kwonlyargcount])


def test_the_walk_finds_every_service() -> None:
    ways = {way.rpartition(".")[0] for way in CALLS}
    services = "chat images videos voice speech ocr documents embeddings voicechat dify excel tasks"
    assert ways >= {f"client.{name}" for name in services.split()}
    assert {"client.knowledge('handbook').files", "client.knowledge('handbook').qa"} <= ways
    assert {"client.dify.annotations", "client.dify.annotation_reply"} <= ways
    assert len(OPTIONS) > 20


@pytest.mark.parametrize("way", CALLS)
def test_a_call_shows_each_of_its_parameters(way: str) -> None:
    parameters = inspect.signature(CALLS[way]).parameters.values()
    assert not [each for each in parameters if each.kind is each.VAR_KEYWORD]
    assert not [each.name for each in parameters if each.annotation is each.empty]
    assert "'" not in str(inspect.signature(CALLS[way])).replace("'enable", "").split("=")[0]


@pytest.mark.parametrize("way", CALLS)
def test_a_docstring_names_each_parameter(way: str) -> None:
    method = CALLS[way]
    parameters = inspect.signature(method).parameters
    assert not [name for name in parameters if f"``{name}" not in (method.__doc__ or "")]


@pytest.mark.parametrize("way", OPTIONS)
def test_readers_of_the_source_are_told_the_same_as_a_notebook(way: str) -> None:
    shown = inspect.signature(CALLS[way]).parameters
    assert set(typed(way).__annotations__) == set(shown) - explicit(way)


@pytest.mark.parametrize("way", OPTIONS)
def test_the_options_are_those_of_the_function_that_makes_the_request(way: str) -> None:
    kinds = typing.get_type_hints(typed(way))
    known: dict[str, Any] = {}
    for request in requests_of(type(CALLS[way].__self__)):
        hints = typing.get_type_hints(request.__init__ if inspect.isclass(request) else request)
        known |= {
            name: (each.default, hints[name])
            for name, each in inspect.signature(request).parameters.items()
            if each.kind is each.KEYWORD_ONLY
        }
    shown = inspect.signature(CALLS[way]).parameters
    assert set(known) - explicit(way) == set(kinds)
    for name, kind in kinds.items():
        assert (shown[name].default, kind) == known[name], name


@pytest.mark.parametrize("way", [way for way in OPTIONS if "(" not in way])
async def test_a_call_passes_each_of_its_parameters_on(
    way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"APP_ID": "a", "APP_KEY": SECRET, "BASE_URL": "http://127.0.0.1:1"}.items():
        monkeypatch.setenv(f"TELEAI_{name}", value)
    async with Client(SECRET, "http://127.0.0.1:1/api/open-apis", "p", model="m") as client:
        client._sophnet._sleep = client.excel._wire._sleep = _at_once
        method = eval(way, {"client": client})
        shown = inspect.signature(method).parameters.values()
        given = {each.name: each.default for each in shown if each.default is not each.empty}
        given |= {each.name: SUBJECTS[each.name] for each in shown if each.default is each.empty}
        given |= GIVEN.get(way.split(".")[1], {}) | GIVEN.get(way, {})
        # Nobody is there to be asked, but no word was too many.
        with contextlib.suppress(Unreachable):
            await taken(method(**given))


async def taken(begun: Any) -> None:
    if inspect.iscoroutine(begun):
        await begun
    elif inspect.isasyncgen(begun):
        async with aclosing(begun):
            async for _ in begun:
                pass


async def _at_once(seconds: float) -> None:
    del seconds


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """A service to which nobody is to come."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        yield server
        with pytest.raises(BlockingIOError):
            server.accept()


def frames_of(error: BaseException) -> str:
    """All that our own frames hold, as a verbose traceback would print it."""
    ours = [frame for frame, _ in traceback.walk_tb(error.__traceback__) if _is_ours(frame)]
    assert ours
    return "".join(repr(list(frame.f_locals.values())) for frame in ours) + repr(vars(error))


def _is_ours(frame: types.FrameType) -> bool:
    return "/sophnet_jupyter/" in frame.f_code.co_filename


async def refusal(method: Callable[..., Any], word: str) -> SettingsError:
    """What is said to a word that is none. Only a coroutine may say it when it is awaited."""
    with pytest.raises(SettingsError) as caught:
        await asyncio.wait_for(method(**{word: SECRET}), WITHIN)
    assert SECRET not in frames_of(caught.value)
    return caught.value


@pytest.mark.parametrize("way", CALLS)
async def test_a_misspelt_word_is_refused_before_anything_is_sent(
    way: str, listener: socket.socket
) -> None:
    client = Client("k", f"http://127.0.0.1:{listener.getsockname()[1]}/api/open-apis", "p")
    method = eval(way, {"client": client})
    names = list(inspect.signature(method).parameters)
    for name in names:
        wrong = f"{name[:-1]}q{name[-1]}"
        error = await refusal(method, wrong)
        said = re.fullmatch(r"([\w.]+) has no (\w+)\. Did you mean (\w+)\?", str(error))
        assert said, error
        assert said[1].endswith(f".{way.rpartition('.')[2]}")
        assert said[2] == wrong
        assert said[3] in names
    assert "has no xyzzy." in str(await refusal(method, "xyzzy"))
    await client.aclose()


SWITCHES = [
    (way, name)
    for way in CALLS
    for name, each in inspect.signature(CALLS[way]).parameters.items()
    if str(each.annotation) in ("bool", "bool | None")
]


@pytest.mark.parametrize(("way", "name"), SWITCHES)
async def test_a_switch_is_on_or_off_and_nothing_else(
    way: str, name: str, listener: socket.socket
) -> None:
    client = Client("k", f"http://127.0.0.1:{listener.getsockname()[1]}/api/open-apis", "p")
    method = eval(way, {"client": client})
    # A list has a truth, which nobody meant; an array of several numbers has none.
    for value in ([], "no", 1):
        with pytest.raises(SettingsError, match=f"{name} is True or False, not "):
            await asyncio.wait_for(method(**{name: value}), WITHIN)
    await client.aclose()


async def test_the_nearest_word_is_named() -> None:
    client = Client("k", "http://127.0.0.1:1/api/open-apis")
    with pytest.raises(SettingsError) as caught:
        client.chat.stream("Hi", temprature=0.2)  # type: ignore[call-arg]
    assert str(caught.value) == "chat.stream has no temprature. Did you mean temperature?"
    with pytest.raises(TypeError, match=r"images\.create has no sede\. Did you mean seed\?"):
        await client.images.create("a fox", sede=7)  # type: ignore[call-arg]
    with pytest.raises(SettingsError, match=r"goes into extra_body=\{…\}"):
        await client.chat.create("Hi", xyzzy=1)  # type: ignore[call-arg]
    with pytest.raises(SettingsError, match=r"documents\.parse .* It takes document, filename\."):
        await client.documents.parse("a.pdf", xyzzy=1)  # type: ignore[call-arg]
    with pytest.raises(SettingsError, match=r"voice has no speach_rate\. Did you mean speech_rate"):
        client.chat.stream("Hi", voice={"speach_rate": 1.5})
    ids = {"asr_easyllm_id": "a", "tts_easyllm_id": "t"}
    talking = Client("k", "http://127.0.0.1:1/api/open-apis", "p").voicechat
    with pytest.raises(SettingsError, match=r"voice has no speach_rate\. Did you mean speech_rate"):
        talking.connect("m", voice={"speach_rate": 1.5}, **ids)


@pytest.mark.parametrize("kind", [Client, Dify, TeleAI])
def test_a_client_refuses_a_misspelt_setting_and_does_not_repeat_its_value(kind: Any) -> None:
    names = list(inspect.signature(kind).parameters)
    assert {"timeouts", "proxy", "ca_bundle"} < set(names)
    for name in names:
        with pytest.raises(SettingsError) as caught:
            kind(**{f"{name[:-1]}q{name[-1]}": SECRET})
        assert str(caught.value).startswith(f"{kind.__name__} has no ")
        assert SECRET not in frames_of(caught.value)
    with pytest.raises(SettingsError, match="has no apikey"):
        kind(apikey=SECRET, baseurl="https://example.com")


@pytest.fixture(scope="module")
def shell() -> Iterator[InteractiveShell]:
    made = bare_shell()
    made.user_ns["client"] = Client("k", "http://127.0.0.1:1/api/open-apis", "p")
    yield made
    made.history_manager.end_session()


def completed(shell: InteractiveShell, begun: str) -> set[str]:
    with provisionalcompleter():
        return {each.text for each in shell.Completer.completions(begun, len(begun))}


@pytest.mark.parametrize("way", [way for way in CALLS if "(" not in way])
def test_tab_completes_each_parameter(shell: InteractiveShell, way: str) -> None:
    shell.Completer.use_jedi = False
    shown = inspect.signature(CALLS[way]).parameters
    for begin in {name[:2] for name in shown}:
        found = completed(shell, f"{way}({begin}")
        assert found >= {f"{name}=" for name in shown if name.startswith(begin)}


@pytest.mark.parametrize("jedi", [False, True])
def test_tab_completes_as_the_kernel_asks(shell: InteractiveShell, jedi: bool) -> None:
    shell.Completer.use_jedi = jedi
    assert "temperature=" in completed(shell, "client.chat.create('Hi', temp")


def test_shift_tab_shows_types_defaults_and_what_they_mean(shell: InteractiveShell) -> None:
    shown = shell.object_inspect_text("client.chat.create")
    plain = re.sub(r"\x1b\[[0-9;]*m", "", shown)
    assert "temperature: float | None = None" in plain
    assert "max_rounds: int = 8" in plain
    assert "``temperature``: 0 to 2" in plain


def test_a_word_that_any_call_takes_is_not_refused() -> None:
    @words.checks_keywords("box")
    class Box:
        def put(self, **things: int) -> int:
            return sum(things.values())

        def take(self, *, most: int = 1) -> int:
            return most

    assert Box().put(anything=2) == 2
    with pytest.raises(SettingsError, match=r"box\.take has no mots\. Did you mean most\?"):
        Box().take(mots=2)  # type: ignore[call-arg]
