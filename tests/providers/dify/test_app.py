"""All calls beside the completion, against the sandbox."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from sophnet_jupyter.errors import (
    AnswerUnreadable,
    NotFound,
    RequestRefused,
    ServiceDown,
    SettingsError,
    StillRunning,
    TaskFailed,
)
from sophnet_jupyter.providers.dify import annotations as annotations_module
from sophnet_jupyter.providers.dify import app as app_module
from sophnet_jupyter.providers.dify.access import checked
from sophnet_jupyter.providers.dify.annotations import Job
from sophnet_jupyter.providers.dify.app import App
from sophnet_jupyter.providers.dify.codes import ADVICE
from sophnet_jupyter.providers.dify.file_kinds import kind_of
from sophnet_jupyter.providers.dify.form import FileRule, parameters
from sophnet_jupyter.providers.dify.voice import sound
from sophnet_jupyter.response import Response
from sophnet_jupyter.values.image import Image as Picture
from sophnet_jupyter.wire.call import Reply
from sophnet_jupyter.wire.poll import Pace

pytestmark = pytest.mark.anyio

Make = Callable[..., App]
Seen = Callable[[], list[dict[str, Any]]]
EMBEDDING = {"score_threshold": 0.9, "provider": "zhipu", "model": "embedding_3"}
QUICK = Pace(first=0.02, longest=0.1, total=10)


def png(colour: str = "red") -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (20, 10), colour).save(buffer, "PNG")
    return buffer.getvalue()


async def test_pictures_of_every_kind_are_sent_beside_the_inputs(
    app: Make, seen: Seen, tmp_path: Path
) -> None:
    path = tmp_path / "a picture.png"
    path.write_bytes(png())
    async with aclosing(app()) as ours:
        for files in (
            path,
            str(path),
            png(),
            Image.new("RGB", (20, 10)),
            [await ours.upload(path)],
        ):
            answer = await ours.complete("Describe it", files=files)
            assert "20 × 10 pixels" in answer.text
        linked = await ours.complete("Describe it", files="https://example.org/cat.png?a=b")
    assert "example.org/cat.png" in linked.text
    (entry,) = seen()[-1]["body"]["files"]
    assert entry == {
        "type": "image",
        "transfer_method": "remote_url",
        "url": "https://example.org/cat.png?a=b",
    }


@pytest.mark.parametrize("kind", ["TIFF", "BMP", "GIF", "in base64", "deep"])
async def test_a_picture_of_any_kind_is_uploaded_as_one_that_every_reader_sees(
    app: Make, kind: str
) -> None:
    buffer = io.BytesIO()
    colors = [Image.new("RGB", (40, 20), color) for color in ("red", "blue")]
    several = {"save_all": True, "append_images": colors[1:]} if kind == "GIF" else {}
    picture = Image.new("I;16", (40, 20), 900) if kind == "deep" else colors[0]
    picture.save(buffer, kind if kind in ("TIFF", "BMP", "GIF") else "PNG", **several)
    data = buffer.getvalue()
    given = base64.encodebytes(data).decode() if kind == "in base64" else data
    async with aclosing(app()) as ours:
        [sent] = await ours._files.entries(given)
    assert sent["type"] == "image"
    assert sent["transfer_method"] == "local_file"


async def test_all_pages_and_pictures_go_to_an_app_and_a_frame_alone_is_told(app: Make) -> None:
    colors = [Image.new("RGB", (40, 20), color) for color in ("red", "blue")]
    files = {}
    for kind in ("TIFF", "GIF"):
        files[kind] = io.BytesIO()
        colors[0].save(files[kind], kind, save_all=True, append_images=colors[1:])
    async with aclosing(app()) as ours:
        assert len(await ours._files.entries(files["TIFF"].getvalue())) == 2
        both = Response(images=tuple(Picture(data=png(color)) for color in ("red", "blue")))
        assert len(await ours._files.entries(both)) == 2
        answer = await ours.complete("Describe it", files=files["GIF"].getvalue())
    assert answer.notices == ("the image: frame 1 of 2.",)


async def test_a_document_is_uploaded_as_one_and_read(app: Make, tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("Rain fell on the roof all night. " * 5)
    async with aclosing(app()) as ours:
        answer = await ours.complete("Summarise the notes in two points", files=path)
    assert "words" in answer.text.lower()


# docs/services/dify.md#files, row D11.
async def test_what_the_app_would_ignore_or_refuse_is_not_sent(
    app: Make, seen: Seen, tmp_path: Path
) -> None:
    song = tmp_path / "song.mp3"
    song.write_bytes(b"ID3")
    async with aclosing(app()) as ours:
        with pytest.raises(SettingsError, match="no file of the kind audio: it takes image, doc"):
            await ours.complete("hi", files=song)
        before = len(seen())
        with pytest.raises(SettingsError, match="at most 3 image files, not 4"):
            await ours.complete("hi", files=[png()] * 4)
        assert len(seen()) == before, "not even uploaded"
        with pytest.raises(SettingsError, match="There is no file"):
            await ours.complete("hi", files=tmp_path / "gone.png")
        ours._form = parameters(
            {"file_upload": {"image": {"enabled": True, "transfer_methods": ["remote_url"]}}}
        )
        with pytest.raises(SettingsError, match="files from this machine"):
            await ours.complete("hi", files=png())
        ours._form = parameters(
            {
                "file_upload": {"image": {"enabled": True, "transfer_methods": ["local_file"]}},
                "system_parameters": {"image_file_size_limit": 0},
            }
        )
        with pytest.raises(SettingsError, match="no more than"):
            await ours.complete("hi", files=png())
        with pytest.raises(SettingsError, match="takes no addresses as image"):
            await ours.complete("hi", files="https://example.org/a.png")


FILE_FORM = {
    "user_input_form": [
        {
            "file": {
                "variable": "photo",
                "required": True,
                "allowed_file_types": ["image"],
                "allowed_file_upload_methods": ["local_file"],
            }
        },
        {
            "file-list": {
                "variable": "papers",
                "allowed_file_types": ["document", "custom"],
                "allowed_file_upload_methods": ["local_file"],
                "max_length": 2,
            }
        },
    ],
    "system_parameters": {"image_file_size_limit": 10},
}


async def test_a_variable_that_is_a_file_has_rules_of_its_own(app: Make, tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("words")
    async with aclosing(app()) as ours:
        ours._form = parameters(FILE_FORM)
        assert ours._form.files == {}
        photo = await ours._files.entries(png(), variable="photo")
        assert [(e["type"], e["transfer_method"]) for e in photo] == [("image", "local_file")]
        two = await ours._files.entries([path, path], variable="papers")
        assert [e["type"] for e in two] == ["document", "document"]
        for value, name, said in (
            ([path, path, path], "papers", "at most 2 document files, not 3"),
            ([png(), png()], "photo", "at most 1 image files, not 2"),
            (path, "photo", "no file of the kind document: it takes image"),
            ("https://a.b/c.png", "photo", "no addresses as image"),
        ):
            with pytest.raises(SettingsError, match=said):
                await ours._files.entries(value, variable=name)


async def test_pictures_and_lists_of_files_may_be_inputs(app: Make, seen: Seen) -> None:
    async with aclosing(app()) as ours:
        ours._form = parameters(FILE_FORM)
        inputs = {"query": "hi", "photo": png(), "papers": [png()]}
        with pytest.raises(SettingsError, match="no file of the kind image: it takes document"):
            await ours.complete(inputs)
        with pytest.raises(RequestRefused):
            # The sandbox's own form has no such input; what matters is what it was sent.
            await ours.complete({"query": "x" * 60_000, "photo": png()})
    sent = seen()[-1]["body"]["inputs"]["photo"]
    assert (sent["type"], sent["transfer_method"]) == ("image", "local_file")


def test_a_file_that_is_required_is_missed_whatever_was_given_in_its_place() -> None:
    form = parameters(FILE_FORM)
    assert form.missing({}) == form.missing({"photo": ""}) == form.missing({"photo": []})
    assert form.missing({"photo": Image.new("RGB", (2, 2))}) == []


@pytest.mark.parametrize(
    ("name", "rules", "kind"),
    [
        ("talk.webm", "audio", "audio"),
        ("talk.webm", "video audio", "video"),
        ("film.mpga", "video", "video"),
        ("talk.mpga", "audio", "audio"),
        ("film.mov", "audio", "video"),
        ("film.mov", "audio custom", "custom"),
        ("x.bin", "image custom", "custom"),
    ],
)
def test_a_file_is_sent_as_the_kind_that_the_app_takes(name: str, rules: str, kind: str) -> None:
    takes = {each: FileRule(endings=(), ways=(), most=1, limit=None) for each in rules.split()}
    assert kind_of(Path(name), takes) == kind


def test_one_rule_for_all_kinds_of_files_is_read_as_one_for_each() -> None:
    uploads = {
        "enabled": True,
        "allowed_file_types": ["image", "audio"],
        "allowed_file_upload_methods": ["remote_url"],
        "number_limits": 5,
        "image": {"enabled": False},
    }
    files = parameters({"file_upload": uploads}).files
    assert {kind: (rule.ways, rule.most) for kind, rule in files.items()} == {
        "image": (("remote_url",), 5),
        "audio": (("remote_url",), 5),
    }


async def test_a_response_of_another_service_is_not_rated_or_read_aloud(app: Make) -> None:
    async with aclosing(app()) as ours:
        for response in (
            Response(service="SophNet", request_id="r-1"),
            Response(service="Dify", request_id=""),
        ):
            with pytest.raises(SettingsError, match="no message of a Dify app"):
                await ours.feedback(response, "like")
            with pytest.raises(SettingsError, match="no message of a Dify app"):
                await ours.speak(response)


# docs/services/dify.md#files, rows D15 and D16.
async def test_a_file_is_fetched_once_a_message_has_used_it(app: Make, tmp_path: Path) -> None:
    async with aclosing(app()) as ours:
        uploaded = await ours.upload(png(), name="../rö t.png")
        assert (uploaded.mime_type, uploaded.extension, uploaded.size) == (
            "image/png",
            "png",
            len(png()),
        )
        with pytest.raises(NotFound, match="a message of this app has used"):
            await ours.preview(uploaded.id)
        await ours.complete("Describe it", files=uploaded)
        assert (await ours.preview(uploaded.id)).data == png()
        first = await ours.download(uploaded.id, tmp_path)
        second = await ours.download(uploaded.id, tmp_path)
    assert (first.name, second.name) == ("rö t.png", "rö t-2.png")
    assert first.parent == tmp_path
    assert second.read_bytes() == png()


# docs/services/dify.md#errors, row D14.
async def test_a_store_that_fails_is_told_with_what_to_do(app: Make) -> None:
    async with aclosing(app(quirks="s3_errors")) as ours:
        ours._wire._chance = lambda: 0.0
        with pytest.raises(ServiceDown, match=r"s3_connection_failed.*administrator"):
            await ours.upload(png(), name="a.png")


# docs/services/dify.md#feedback, rows D18 and D20.
async def test_an_opinion_is_given_listed_and_taken_back(app: Make, seen: Seen) -> None:
    async with aclosing(app(user="critic")) as ours:
        answer = await ours.complete("hello")
        await ours.feedback(answer, "like", "well said")
        mine = [f for f in await ours.feedbacks(limit=100) if f.message_id == answer.request_id]
        assert [(f.rating, f.content) for f in mine] == [("like", "well said")]
        assert mine[0].created_at.tzinfo
        assert mine[0].updated_at >= mine[0].created_at
        assert mine[0].from_source == "user"
        assert mine[0].from_account_id == ""
        assert all((mine[0].app_id, mine[0].conversation_id, mine[0].from_end_user_id))
        await ours.feedback(answer.request_id, None)
        assert seen()[-1]["body"] == {"rating": None, "user": "critic"}
        assert answer.request_id not in {f.message_id for f in await ours.feedbacks(limit=100)}
        with pytest.raises(NotFound, match="Message Not Exists"):
            await ours.feedback("no-such", "like")
        with pytest.raises(SettingsError, match="'love'"):
            await ours.feedback(answer, "love")
        with pytest.raises(RequestRefused, match="limit must be in range"):
            await ours.feedbacks(limit=500)


async def test_every_opinion_is_listed_over_all_pages(
    app: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app_module, "PAGE", 2)
    async with aclosing(app(user="crowd")) as ours:
        answers = [await ours.complete(f"{n}") for n in range(4)]
        for answer in answers:
            await ours.feedback(answer, "like")
        found = [each.message_id for each in await ours.all_feedbacks()]
    assert {answer.request_id for answer in answers} <= set(found)
    assert len(found) == len(set(found))


async def test_ids_are_one_segment_of_a_path(app: Make, seen: Seen) -> None:
    async with aclosing(app()) as ours:
        for bad in ("", ".", "..", " "):
            with pytest.raises(SettingsError):
                await ours.annotations.delete(bad)
        with pytest.raises(NotFound):
            await ours.annotations.delete("a?b=c#d")
    assert seen()[-1]["path"] == "/v1/apps/annotations/a?b=c#d"


async def test_words_are_read_aloud_and_their_type_is_that_of_the_bytes(app: Make) -> None:
    async with aclosing(app()) as ours:
        spoken = await ours.speak("Good morning to everybody")
        assert (spoken.mime, spoken[:1]) == ("audio/mpeg", b"\xff")
        with pytest.raises(NotFound, match=r"unknown or empty.*Check the message's id"):
            await ours.speak(message_id="no-such")
        with pytest.raises(SettingsError, match="nothing to read aloud"):
            await ours.speak("")


@pytest.mark.parametrize("body", [b"", b"null", b" null\n"])
@pytest.mark.parametrize("kind", ["audio/mpeg", "application/json"])
def test_no_sound_with_200_is_an_error(body: bytes, kind: str) -> None:
    with pytest.raises(NotFound):
        sound(Reply(status=200, headers={"content-type": kind}, body=body))


# docs/services/dify.md#sound, row D21.
def test_sound_is_known_by_its_header_or_by_its_bytes() -> None:
    wav = b"RIFF\x00\x00\x00\x00WAVEfmt "
    assert sound(Reply(status=200, headers={"content-type": "audio/mpeg"}, body=wav)).mime == (
        "audio/wav"
    )
    assert sound(Reply(status=200, headers={"content-type": "audio/x"}, body=b"??")).mime == (
        "audio/x"
    )
    with pytest.raises(AnswerUnreadable, match="text/html"):
        sound(Reply(status=200, headers={"content-type": "text/html"}, body=b"<html>"))


# docs/services/dify.md#about-the-app, row D22.
async def test_the_app_says_who_it_is(app: Make, seen: Seen) -> None:
    async with aclosing(app()) as ours:
        assert (await ours.info())["mode"] == "completion"
        assert (await ours.site())["icon_type"] == "emoji"
        assert await ours.meta() == {"tool_icons": {}}
        form = await ours.parameters()
        assert await ours.form() is form
    assert [each.name for each in form.inputs] == [
        *("query", "tone", "language", "words", "photo", "material")
    ]
    assert form.missing({"tone": "plain"}) == ["query"]
    assert seen()[-4]["method"] == "GET"


def test_missing_inputs_are_named_in_one_sentence() -> None:
    rows = [{"text-input": {"variable": name, "required": True}} for name in ("a", "b")]
    with pytest.raises(SettingsError, match=r"needs inputs you did not give: a, b\. Write --input"):
        parameters({"user_input_form": rows}).check({})


# docs/services/dify.md#about-the-app, row D23.
@pytest.mark.parametrize(
    "body", [{}, {"introduction": "x", "user_input_form": [{"a": None}, 3], "file_upload": []}]
)
def test_parameters_of_another_form_are_read_as_far_as_they_go(body: dict[str, Any]) -> None:
    assert parameters(body).files == {}


async def test_every_call_goes_to_the_one_address_that_was_set(app: Make, seen: Seen) -> None:
    """
    The document has three spellings of it, one of them a host.

    See docs/services/dify.md#identity, row D26.
    """
    before = len(seen())
    async with aclosing(app()) as ours:
        await ours.complete("What is 2+2?")
        await ours.upload(png())
        await ours.speak("hello")
        await ours.feedbacks()
        await ours.annotations.list()
        for ask in (ours.info, ours.parameters, ours.site, ours.meta):
            await ask()
    paths = [request["path"] for request in seen()[before:]]
    assert len(paths) == 9
    assert all(path.startswith("/v1/") for path in paths)


# docs/services/dify.md#annotations, rows D24 and D27.
@pytest.mark.parametrize("quirks", ["", "old_annotation"], ids=["new", "old"])
async def test_annotations_are_written_listed_changed_and_taken_away(
    app: Make, quirks: str
) -> None:
    async with aclosing(app(quirks=quirks)) as ours:
        made = await ours.annotations.create("What is your name?", "I am Dify.")
        changed = await ours.annotations.update(made.id, "Who?", "Me.")
        assert (changed.id, changed.answer) == (made.id, "Me.")
        assert made.id in {each.id for each in await ours.annotations.list("who?")}
        await ours.annotations.delete(made.id)
        assert await ours.annotations.list("who?") == []
        with pytest.raises(NotFound, match="Annotation not found"):
            await ours.annotations.update(made.id, "a", "b")
        with pytest.raises(SettingsError, match="a question and an answer"):
            await ours.annotations.create("", "b")


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (200, b"<html>busy</html>", AnswerUnreadable),
        (200, b'{"code":"not_found","message":"gone","status":404}', NotFound),
        (404, b"", NotFound),
    ],
)
def test_a_deletion_is_only_done_when_the_service_says_so(
    status: int, body: bytes, error: type[Exception]
) -> None:
    with pytest.raises(error):
        annotations_module.deleted(Reply(status=status, headers={}, body=body))


# docs/services/dify.md#annotations, row D25.
def test_a_deletion_is_done_with_or_without_a_body() -> None:
    for status, body in ((204, b""), (200, b'{"result":"success"}')):
        annotations_module.deleted(Reply(status=status, headers={}, body=body))


async def test_a_last_page_that_is_full_ends_the_list(
    app: Make, seen: Seen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(annotations_module, "PAGE", 2)
    async with aclosing(app()) as ours:
        made = [await ours.annotations.create(f"full page {n}", "x") for n in range(4)]
        found = await ours.annotations.list("full page")
        assert {each.id for each in found} == {each.id for each in made}
        assert len([r for r in seen()[-3:] if r["method"] == "GET"]) == 2
        for each in made:
            await ours.annotations.delete(each.id)


# docs/services/dify.md#annotations, row D28.
async def test_annotations_answer_once_the_job_is_done(app: Make) -> None:
    async with aclosing(app()) as ours:
        heard: list[object] = []
        made = await ours.annotations.create("Where is the office?", "Behind the station.")
        job = await ours.annotation_reply.enable(**EMBEDDING)
        assert (job.state, job.action) == ("waiting", "enable")
        with pytest.raises(RequestRefused, match="another action"):
            await ours.annotation_reply.status("disable", job.id)
        done = await ours.annotation_reply.wait(job, pace=QUICK, on_event=heard.append)
        assert done.state == "completed"
        assert heard
        answer = await ours.complete("where is the office?")
        assert answer.text == "Behind the station."
        assert "annotation by Sandbox editor" in answer.notices[0]
        off = await ours.annotation_reply.disable()
        await ours.annotation_reply.wait(off, pace=QUICK)
        assert (await ours.complete("where is the office?")).text != answer.text
        await ours.annotations.delete(made.id)


async def test_a_dead_job_is_given_up_and_a_failed_one_says_why(app: Make) -> None:
    async with aclosing(app(faults="task_never_ends")) as ours:
        job = await ours.annotation_reply.disable(**EMBEDDING)
        with pytest.raises(StillRunning, match="still working"):
            await ours.annotation_reply.wait(job, pace=Pace(first=0.02, longest=0.1, total=0.3))
    async with aclosing(app(faults="task_fails")) as ours:
        with pytest.raises(TaskFailed, match="embedding model is not available"):
            await ours.annotation_reply.wait(job, pace=QUICK)


@pytest.mark.parametrize("quirks", ["", "old_annotation"], ids=["new", "old"])
async def test_a_job_that_nobody_knows_is_not_waited_for(app: Make, quirks: str) -> None:
    async with aclosing(app(quirks=quirks)) as ours:
        with pytest.raises(NotFound, match="does not exist"):
            await ours.annotation_reply.wait(
                Job(id="no-such", state="waiting", action="enable"), pace=QUICK
            )


@pytest.mark.parametrize("code", sorted(ADVICE))
def test_each_code_says_what_to_do_about_it(code: str) -> None:
    body = b'{"code": "%b", "message": "m", "status": 400}' % code.encode()
    with pytest.raises(RequestRefused) as raised:
        checked(Reply(status=400, headers={}, body=body))
    assert str(raised.value).endswith(ADVICE[code])
    assert len(ADVICE[code]) < 100


@pytest.mark.parametrize(
    "ask",
    [
        lambda app: app.annotations.create(" ", "Yes."),
        lambda app: app.annotations.update("an-id", "May I?", ""),
        lambda app: app.feedbacks(limit=0),
        lambda app: app.feedbacks(page=0),
        lambda app: app.annotations.delete(""),
    ],
)
async def test_what_dify_would_refuse_is_refused_before_it_is_sent(
    app: Callable[..., App], seen: Callable[[], list[dict[str, Any]]], ask: Any
) -> None:
    with pytest.raises(SettingsError):
        await ask(app())
    assert seen() == []
