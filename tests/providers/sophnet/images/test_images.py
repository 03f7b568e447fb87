"""Pictures from the first request to the last byte, against a sandbox in a process of its own."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, aclosing
from functools import partial
from pathlib import Path

import pytest
from PIL import Image

from sophnet_jupyter import Client
from sophnet_jupyter.errors import DownloadFailed, RequestRefused, SettingsError, TaskFailed
from sophnet_jupyter.events import Finished, ImageReady, Progress
from sophnet_jupyter.providers.sophnet.images import images
from sophnet_jupyter.wire.poll import Pace

pytestmark = pytest.mark.anyio

Open = Callable[..., AbstractAsyncContextManager[Client]]


@pytest.fixture
def opened(open_client: Open, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Open:
    """Opens clients of a sandbox that was started with these arguments."""
    monkeypatch.setattr(images, "PACE", Pace(first=0.02))
    monkeypatch.setenv("SOPHNET_DATA_DIR", str(tmp_path))
    return partial(open_client, "--task-seconds", "0")


async def test_words_become_a_picture_that_is_fetched_and_looked_at(opened: Open) -> None:
    async with opened() as client:
        response = await client.images.create("a fox", seed=7, size="1664*928")
    [picture] = response.images
    assert (picture.prompt, picture.seed, picture.mime) == ("a fox", 7, "image/png")
    assert picture.size == (1664, 928)
    assert picture.open().size == Image.open(io.BytesIO(picture.data)).size
    assert (response.ending, response.finish_reason, response.sandbox) == (
        "complete",
        "SUCCEEDED",
        True,
    )


async def test_both_generations_of_the_path_make_the_same_picture(
    opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOPHNET_IMAGES_EASYLLM_ID", "e")
    async with opened(project_id="p") as client:
        [long] = (await client.images.create("a fox", seed=7)).images
        assert "/projects/p/easyllms/texttoimage/task" in client.images._path
    monkeypatch.delenv("SOPHNET_IMAGES_EASYLLM_ID")
    async with opened(project_id="p") as client:
        [short] = (await client.images.create("a fox", seed=7)).images
        assert "/projects/easyllms/imagegenerator/task" in client.images._path
    assert long.data == short.data


async def test_several_seeds_are_several_requests_and_come_in_their_order(opened: Open) -> None:
    async with opened() as client:
        events = [event async for event in client.images.stream("a fox", seed=[9, 7, 8])]
        response = await client.images.create("a fox", seed=[9, 7, 8])
    assert sum(isinstance(event, ImageReady) for event in events) == 3
    assert [type(event) for event in events].count(Finished) == 1
    assert isinstance(events[-1], Finished)
    assert {event.index for event in events if isinstance(event, Progress)} == {0, 1, 2}
    assert [picture.seed for picture in response.images] == [9, 7, 8]
    assert len({picture.data for picture in response.images}) == 3


async def test_several_results_of_one_request_stand_in_their_order(opened: Open) -> None:
    async with opened() as client:
        response = await client.images.create("a fox", seed=7, n=2)
        again = await client.images.create("a fox", seed=8)
    assert response.images[1].data == again.images[0].data


async def test_a_task_is_written_down_and_can_be_resumed_by_another_client(opened: Open) -> None:
    async with opened() as client:
        task = await client.images.submit("a fox", seed=7)
        [listed] = await client.tasks.list()
        assert (listed.id, listed.asked) == (task.id, "a fox · seed 7")
        other = Client(api_key="sandbox", base_url=client.settings.base_url)
        response = await other.tasks.resume(task.id)
        assert response.images[0].task_id == task.id
        assert await client.tasks.list() == ()
        assert (await client.images.wait(task.id)).images[0].data == response.images[0].data
        await other.aclose()


async def test_the_services_own_list_and_one_look(opened: Open) -> None:
    async with opened("--quirk", "successed") as client:
        task = await client.images.submit("a fox")
        assert [each.id for each in await client.images.list()] == [task.id]
        assert (await client.images.get(task.id)).state == "succeeded"
        assert (await client.images.wait(task.id)).finish_reason == "SUCCESSED"


@pytest.mark.parametrize(
    ("fault", "error", "says"),
    [
        ("task_fails", TaskFailed, "the prompt was not allowed"),
        ("task_canceled", TaskFailed, "CANCELED"),
        ("result_expired", DownloadFailed, "expired"),
        ("result_empty", DownloadFailed, "is empty"),
        ("result_page", DownloadFailed, "a web page"),
        ("result_broken", DownloadFailed, "a broken picture"),
        ("result_huge", DownloadFailed, "12,?000 × 12,?000 pixels"),
        ("result_private", DownloadFailed, "a private network"),
        ("result_dead", DownloadFailed, "results.invalid"),
    ],
)
async def test_each_way_to_fail_is_an_error_that_says_so(
    opened: Open, fault: str, error: type[Exception], says: str
) -> None:
    async with opened("--fault", fault) as client:
        with pytest.raises(error, match=says) as caught:
            await client.images.create("a fox")
        assert "\n" not in str(caught.value)
        [task] = await client.tasks.list(unfinished=False)
        # What was made and not fetched is not lost: the sentence says how to fetch it.
        lost = isinstance(caught.value, DownloadFailed)
        assert task.finished != lost
        assert (f"client.tasks.resume('{task.id}')" in str(caught.value)) == lost


async def test_an_error_with_200_is_an_error(opened: Open) -> None:
    async with opened("--quirk", "image_error_200") as client:
        with pytest.raises(SettingsError):
            await client.images.create("")
        with pytest.raises(Exception, match=r"parameters\.size"):
            await client.images.create("a fox", size="7000*7000")


async def test_one_that_fails_leaves_the_others_alone(opened: Open) -> None:
    async with opened() as client:
        with pytest.raises(RequestRefused, match=r"parameters\.seed") as caught:
            await client.images.create("a fox", seed=[7, 2**40, 8])
    response = caught.value.response
    assert response
    assert [picture.seed for picture in response.images] == [7, 8]
    assert response.ending == "failed"
    assert any("Seed 1099511627776" in notice for notice in response.notices)


async def test_no_seed_at_all_is_a_mistake(opened: Open) -> None:
    async with opened() as client:
        with pytest.raises(SettingsError, match="list of seeds is empty"):
            await client.images.create("a fox", seed=[])
        with pytest.raises(SettingsError, match="seed is a whole number, not 'x'"):
            await client.images.create("a fox", seed=[1, "x"])
        assert await client.images.list() == ()


async def test_when_all_fail_the_reason_is_said_once(opened: Open) -> None:
    async with opened() as client:
        with pytest.raises(RequestRefused) as caught:
            await client.images.create("a fox", seed=[1, 2], size="70*70")
    assert caught.value.response
    assert caught.value.response.notices == ()


async def test_leaving_early_keeps_the_task_for_later(opened: Open) -> None:
    async with opened("--fault", "task_never_ends") as client:
        async with aclosing(client.images.stream("a fox", seed=[1, 2])) as events:
            async for event in events:
                if isinstance(event, Progress) and event.state == "RUNNING":
                    break
        assert len(await client.tasks.list()) == 2


async def test_a_cancel_while_it_is_sent_still_learns_the_id(opened: Open) -> None:
    async with opened("--fault", "slow_first=0.3") as client:
        # So that the connection stands, and nothing is left to be imported.
        await client.images.list()
        making = asyncio.create_task(client.images.create("a fox"))
        while not any("_sent" in repr(task.get_coro()) for task in asyncio.all_tasks()):  # noqa: ASYNC110
            await asyncio.sleep(0)
        making.cancel()
        with pytest.raises(asyncio.CancelledError):
            await making
        assert len(await client.tasks.list()) == 1


async def test_a_picture_can_be_changed(opened: Open) -> None:
    async with opened() as client:
        first = await client.images.create("a fox", seed=7)
        second = await client.images.create("at night", seed=7, images=first, model="edit")
        other = await client.images.create("at night", seed=7)
        shrunk = await client.images.create("at night", seed=7, images=first, max_side=64)
    assert second.images[0].data != other.images[0].data
    assert shrunk.images[0].asked == {"seed": 7, "images": 1}
