"""The ids of a project's resources: where each comes from, and what is told of them."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from sophnet_jupyter import Client, SettingsError
from sophnet_jupyter.errors import LineRefused
from sophnet_jupyter.events import Notice
from sophnet_jupyter.providers.sophnet.access import parse_error
from sophnet_jupyter.providers.sophnet.paths import lacking
from sophnet_jupyter.settings import Secret, Settings, resource_ids, session
from sophnet_jupyter.settings.sophnet import choose
from sophnet_jupyter.wire.call import Reply

from ..scripted import served

KEY = "sk-canary-0123456789abcdef"


def test_an_argument_goes_before_what_is_kept_and_that_before_the_environment() -> None:
    environ = {"SOPHNET_EASYLLM_ID": "e", "SOPHNET_SPEECH_EASYLLM_ID": "es"}
    assert Settings.read(environ, api_key=KEY).easyllm_ids["speech"] == "es"
    assert Settings.read(environ, api_key=KEY).easyllm_ids["ocr"] == "e"
    choose(Secret(KEY), project_id="p", easyllm_ids={"all": "k", "voice": "kv"})
    kept = Settings.read(environ).easyllm_ids
    assert (kept["speech"], kept["voice"]) == ("k", "kv")
    given = Settings.read(environ, easyllm_id="a", easyllm_ids={"ocr": "ao"}).easyllm_ids
    assert (given["speech"], given["ocr"]) == ("a", "ao")
    session.clear()


def test_a_client_takes_the_long_path_with_the_ids_that_it_is_given() -> None:
    client = Client(KEY, project_id="p1", easyllm_ids={"embeddings": "r1"})
    assert client._place("embeddings").path("embeddings") == "/projects/p1/easyllms/embeddings"
    assert client._place("ocr").path("image-ocr") == "/projects/easyllms/image-ocr"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"easyllm_ids": {"speach": "x"}}, "no 'speach'"),
        ({"easyllm_ids": {"speech": 3}}, "of speech is a text"),
        ({"easyllm_ids": "x"}, "is a mapping"),
        ({"easyllm_id": 3}, "easyllm_id is a text"),
    ],
)
def test_ids_that_cannot_be_right_are_refused(given: dict[str, object], said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        Client(KEY, **given)  # type: ignore[arg-type]


def test_which_services_use_the_project_is_told() -> None:
    assert resource_ids.told("", {}) == "decided by the key"
    assert "not used: no service has" in resource_ids.told("p1", {})
    some = resource_ids.told("p1", {"speech": "x"})
    assert some.startswith("p1, used by speech; no resource id for voice, embeddings")
    assert resource_ids.told("p1", resource_ids.spread({"all": "x"})) == "p1"


def test_words_of_a_line_are_ids_for_all_or_for_one() -> None:
    assert resource_ids.parsed(["x", "speech=y"]) == {"all": "x", "speech": "y"}
    with pytest.raises(SettingsError, match="no 'spech'"):
        resource_ids.parsed(["spech=y"])


@pytest.mark.parametrize(
    ("path", "named"),
    [
        ("/projects/easyllms/speechtotext/transcriptions", "SOPHNET_SPEECH_EASYLLM_ID"),
        ("/api/open-apis/projects/easyllms/stream-speech?format=pcm", "SOPHNET_SPEECH_EASYLLM_ID"),
        ("/projects/easyllms/voice/upload", "SOPHNET_VOICE_EASYLLM_ID"),
        ("/projects/easyllms/doc-parse", "SOPHNET_DOCUMENTS_EASYLLM_ID"),
        ("/projects/easyllms/imagegenerator/task/t-1", ""),
        ("/projects/p1/easyllms/embeddings", ""),
        ("/v1/chat/completions", ""),
    ],
)
def test_a_short_path_that_is_not_there_says_what_to_set(path: str, named: str) -> None:
    said = str(parse_error(Reply(status=404, headers={}, body=b"", path=path), {}))
    assert ("SOPHNET_PROJECT_ID" in said) is bool(named)
    assert named in said


def test_an_id_that_is_demanded_says_what_to_set() -> None:
    path = "/projects/easyllms/embeddings"
    for message, named in (("easyllm_id is required", True), ("dimensions is required", False)):
        reply = Reply(status=400, headers={}, body=b"", path=path)
        said = str(parse_error(reply, {"message": message}))
        assert ("SOPHNET_EMBEDDINGS_EASYLLM_ID" in said) is named


@pytest.mark.parametrize(
    ("service", "project", "easyllm", "said"),
    [
        ("images", "p", "", "SOPHNET_IMAGES_EASYLLM_ID"),
        ("ocr", "", "e", "SOPHNET_PROJECT_ID"),
        ("speech", "", "", "SOPHNET_SPEECH_EASYLLM_ID"),
        # What answers say wants this id without a project.
        ("voice", "", "e", ""),
        ("images", "p", "e", ""),
        ("embeddings", "", "", ""),
    ],
)
def test_half_a_setting_is_told(service: str, project: str, easyllm: str, said: str) -> None:
    told = lacking(service, project, easyllm)
    assert bool(told) is bool(said)
    assert said in told


@pytest.mark.anyio
async def test_the_first_answer_says_what_its_service_lacks(sandbox: SimpleNamespace) -> None:
    async with Client(sandbox.key, sandbox.url, project_id="p") as client:
        first = await client.embeddings.create("one")
        second = await client.embeddings.create("two")
    assert ["SOPHNET_EMBEDDINGS_EASYLLM_ID" in notice for notice in first.notices] == [True]
    assert not second.notices
    async with Client(sandbox.key, sandbox.url, project_id="p", easyllm_id="e") as client:
        assert not (await client.embeddings.create("three")).notices


@pytest.mark.anyio
async def test_a_live_line_says_that_ids_are_documented() -> None:
    with served() as url:
        async with Client("sandbox", url) as client:
            said = [event async for event in client.speech.live(bytes(3200))]
        notices = [event.text for event in said if isinstance(event, Notice)]
        assert any("SOPHNET_SPEECH_EASYLLM_ID" in text for text in notices)
        async with Client("wrong", url) as client:
            with pytest.raises(LineRefused, match="SOPHNET_SPEECH_EASYLLM_ID"):
                _ = [event async for event in client.speech.live(bytes(3200))]
