"""Videos from the first request to the last byte, against a sandbox in a process of its own."""

from __future__ import annotations

import asyncio
import io
import time
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, aclosing
from functools import partial
from pathlib import Path
from typing import Any

import av
import pytest

from sophnet_jupyter import Client, Response
from sophnet_jupyter.errors import (
    AnswerUnreadable,
    DownloadFailed,
    RequestRefused,
    SettingsError,
    TaskFailed,
)
from sophnet_jupyter.events import Finished, Progress, VideoReady
from sophnet_jupyter.files import saving
from sophnet_jupyter.providers.sophnet.images import images
from sophnet_jupyter.providers.sophnet.videos import videos
from sophnet_jupyter.wire.poll import Pace

Open = Callable[..., AbstractAsyncContextManager[Client]]


@pytest.fixture
def opened(open_client: Open, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Open:
    """Opens clients of a sandbox that was started with these arguments."""
    monkeypatch.setattr(videos, "PACE", Pace(first=0.02))
    monkeypatch.setattr(images, "PACE", Pace(first=0.02))
    monkeypatch.setenv("SOPHNET_DATA_DIR", str(tmp_path))
    return partial(open_client, "--task-seconds", "0")


@pytest.mark.parametrize("generation", ["task", "generate"])
@pytest.mark.anyio
async def test_words_become_a_video_in_both_generations(opened: Open, generation: str) -> None:
    async with opened() as client:
        response = await client.videos.create(
            "a fox", seed=7, duration=1, size="480*832", generation=generation
        )
    [video] = response.videos
    assert (video.prompt, video.seed, video.mime) == ("a fox", 7, "video/mp4")
    assert (video.size, video.seconds) == ((480, 832), 1.0)
    assert video.said["fps"] == 16
    with av.open(io.BytesIO(video.data)) as container:
        assert sum(1 for _ in container.decode(video=0)) == 16
    assert (response.ending, response.finish_reason, response.sandbox) == (
        "complete",
        "succeeded",
        True,
    )
    assert response.model == "Wan2.2-T2V-A14B"
    assert response.created
    assert abs(response.created - time.time()) < 600


@pytest.mark.anyio
async def test_a_project_and_its_resource_id_take_the_longer_path(
    opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOPHNET_VIDEOS_EASYLLM_ID", "e")
    async with opened(project_id="p") as client:
        task = await client.videos.submit("a fox", duration=1)
        assert task.kind == "video"
        assert [each.id for each in await client.videos.list()] == [task.id]
        assert (await client.videos.wait(task.id)).videos[0].seconds == 1
    monkeypatch.delenv("SOPHNET_VIDEOS_EASYLLM_ID")
    async with opened(project_id="p") as client:
        assert (await client.videos.submit("a fox", duration=1)).kind == "video-generate"


@pytest.mark.anyio
async def test_a_picture_that_was_made_becomes_a_video_with_it_as_poster(opened: Open) -> None:
    async with opened() as client:
        picture = (await client.images.create("a fox", seed=7)).images[0]
        response = await client.videos.create("it runs", image=picture, duration=1)
    assert response.model == "Wan2.2-I2V-A14B"
    assert response.videos[0].poster
    assert response.videos[0].poster.data == picture.data


@pytest.mark.anyio
async def test_events_come_in_their_order_and_the_tokens_are_counted(opened: Open) -> None:
    async with opened() as client:
        stream = client.videos.stream("a fox", model="Wan2.1-T2V-14B")
        events = [event async for event in stream]
        response = await client.videos.create("a fox", model="Wan2.1-T2V-14B")
    assert isinstance(events[0], Progress)
    assert [type(event) for event in events].count(VideoReady) == 1
    assert isinstance(events[-1], Finished)
    assert response.usage
    assert response.usage.completion_tokens > 0


@pytest.mark.anyio
async def test_the_last_picture_comes_along_where_it_is_asked_for(opened: Open) -> None:
    async with opened() as client:
        response = await client.videos.create(
            "a fox", model="newer", duration=1, return_last_frame=True
        )
    assert response.images[0].size == (832, 480)
    assert response.videos[0].seconds == 1


@pytest.mark.parametrize("generation", ["task", "generate"])
@pytest.mark.anyio
async def test_a_task_is_written_down_and_can_be_resumed_by_another_client(
    opened: Open, generation: str
) -> None:
    async with opened() as client:
        task = await client.videos.submit("a fox", seed=7, duration=1, generation=generation)
        [listed] = await client.tasks.list()
        assert (listed.id, listed.asked) == (task.id, "a fox · seed 7")
        other = Client(api_key="sandbox", base_url=client.settings.base_url)
        response = await other.tasks.resume(task.id)
        assert response.videos[0].task_id == task.id
        assert await client.tasks.list() == ()
        again = await client.videos.wait(task.id)
        assert again.videos[0].data == response.videos[0].data
        assert (await client.videos.get(task.id)).state == "succeeded"
        await other.aclose()


@pytest.mark.parametrize(
    "quirk",
    [
        *("video_id_json", "video_id_object", "video_data", "video_none", "successed"),
        *("list_output", "list_envelope"),
    ],
)
@pytest.mark.parametrize("generation", ["task", "generate"])
@pytest.mark.anyio
async def test_odd_forms_make_no_difference(opened: Open, quirk: str, generation: str) -> None:
    async with opened("--quirk", quirk) as client:
        response = await client.videos.create("a fox", duration=1, generation=generation)
        assert response.ending == "complete"
        [task] = await client.videos.list()
        assert task.id == response.videos[0].task_id
        assert task.state == "succeeded"


@pytest.mark.parametrize(
    ("fault", "error", "says"),
    [
        ("task_fails", TaskFailed, "the prompt was not allowed"),
        ("task_canceled", TaskFailed, "cancelled"),
        ("result_expired", DownloadFailed, "expired"),
        ("result_empty", DownloadFailed, "is empty"),
        ("result_page", DownloadFailed, "a web page"),
        ("result_broken", DownloadFailed, "breaks off"),
        ("result_private", DownloadFailed, "a private network"),
        ("result_dead", DownloadFailed, "results.invalid"),
    ],
)
@pytest.mark.anyio
async def test_each_way_to_fail_is_one_sentence(
    opened: Open, fault: str, error: type[Exception], says: str
) -> None:
    async with opened("--fault", fault) as client:
        with pytest.raises(error, match=says) as caught:
            await client.videos.create("a fox", duration=1)
        assert "\n" not in str(caught.value)
        [task] = await client.tasks.list(unfinished=False)
        # What was made and not fetched is not lost: the sentence says how to fetch it.
        lost = isinstance(caught.value, DownloadFailed)
        assert task.finished != lost
        assert (f"client.tasks.resume('{task.id}')" in str(caught.value)) == lost


@pytest.mark.anyio
async def test_a_failure_in_the_output_is_a_failure(opened: Open) -> None:
    async with opened("--fault", "task_fails", "--quirk", "video_output") as client:
        with pytest.raises(TaskFailed, match="DataInspectionFailed"):
            await client.videos.create("a fox", generation="task")


@pytest.mark.anyio
async def test_an_empty_body_with_200_is_no_task(opened: Open) -> None:
    async with opened("--fault", "empty") as client:
        with pytest.raises(AnswerUnreadable, match="empty body with HTTP 200"):
            await client.videos.create("a fox")
        with pytest.raises(AnswerUnreadable, match="empty body with HTTP 200"):
            await client.videos.list()


@pytest.mark.anyio
async def test_an_error_with_200_is_an_error(opened: Open) -> None:
    async with opened("--quirk", "error_200") as client:
        with pytest.raises(RequestRefused, match=r"parameters\.size"):
            await client.videos.create("a fox", extra_body={"parameters": {"size": "7*7"}})


@pytest.mark.anyio
async def test_what_cannot_be_right_costs_no_request(opened: Open) -> None:
    async with opened() as client:
        with pytest.raises(SettingsError, match="one of 1, 5"):
            await client.videos.create("a fox", duration=60)
        assert await client.videos.list() == ()


@pytest.mark.anyio
async def test_an_empty_list_is_empty(opened: Open) -> None:
    async with opened() as client:
        assert (await client.videos.list(), await client.images.list()) == ((), ())


@pytest.mark.anyio
async def test_leaving_early_keeps_the_task_for_later(opened: Open) -> None:
    async with opened("--fault", "task_never_ends") as client:
        async with aclosing(client.videos.stream("a fox")) as events:
            async for event in events:
                if isinstance(event, Progress) and event.state == "running":
                    break
        assert len(await client.tasks.list()) == 1


@pytest.mark.anyio
async def test_a_cancel_while_it_is_sent_still_learns_the_id(opened: Open) -> None:
    async with opened("--fault", "slow_first=0.3") as client:
        # So that the connection stands, and nothing is left to be imported.
        await client.videos.list()
        making = asyncio.create_task(client.videos.create("a fox"))
        while not any("_begun" in repr(task.get_coro()) for task in asyncio.all_tasks()):  # noqa: ASYNC110
            await asyncio.sleep(0)
        making.cancel()
        with pytest.raises(asyncio.CancelledError):
            await making
        assert len(await client.tasks.list()) == 1


@pytest.fixture
def response(opened: Open) -> Response:
    async def made() -> Response:
        async with opened() as client:
            return await client.videos.create("a red fox", seed=7, duration=1)

    return asyncio.run(made())


def test_a_video_is_saved_whole_or_not_at_all(
    response: Response, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    [video] = response.videos
    assert response.save(tmp_path / "fox.mp4") == [tmp_path / "fox.mp4"]
    [named] = response.save(f"{tmp_path}/out/")
    assert named.name == "a-red-fox-7.mp4"
    assert named.read_bytes() == video.data
    with pytest.raises(SettingsError, match=r"\.mp4 file"):
        video.save(tmp_path / "fox.gif")

    def full(self: Any, data: bytes) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(saving.NewFile, "write", full)
    with pytest.raises(SettingsError, match="the disk is full"):
        video.save(tmp_path / "other.mp4")
    assert sorted(path.name for path in tmp_path.iterdir() if path.suffix != ".sqlite") == [
        "fox.mp4",
        "out",
    ]
