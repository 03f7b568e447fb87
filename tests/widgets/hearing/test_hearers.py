from __future__ import annotations

import threading

import pytest

from sophnet_jupyter.events import Transcript
from sophnet_jupyter.widgets.hearing.hearers import Hearers

pytestmark = pytest.mark.anyio


def said(text: str) -> Transcript:
    return Transcript(text=text, final=True, begin=0)


async def test_each_hears_all_in_order_on_another_thread_before_it_is_over() -> None:
    heard: list[tuple[str, str]] = []
    here = threading.get_ident()

    def plain(sentence: Transcript) -> None:
        assert threading.get_ident() != here
        heard.append(("plain", sentence.text))

    async def waiting(sentence: Transcript) -> None:
        heard.append(("waiting", sentence.text))

    complaints: list[Exception] = []
    hearers = Hearers(complaints.append)
    hearers.add(plain)
    hearers.add(waiting)
    async with hearers.listening():
        hearers.put(said("1"))
        hearers.put(said("2"))
    assert heard == [("plain", "1"), ("waiting", "1"), ("plain", "2"), ("waiting", "2")]
    assert complaints == []


async def test_one_that_fails_is_told_of_and_the_others_hear_on() -> None:
    heard: list[str] = []
    complaints: list[Exception] = []

    def fails(sentence: Transcript) -> None:
        raise ValueError(sentence.text)

    hearers = Hearers(complaints.append)
    hearers.add(fails)
    hearers.add(lambda sentence: heard.append(sentence.text))

    async def interrupted() -> None:
        async with hearers.listening():
            hearers.put(said("1"))
            hearers.put(said("2"))
            raise KeyError

    with pytest.raises(KeyError):
        await interrupted()
    assert heard == ["1", "2"]
    assert [str(each) for each in complaints] == ["1", "2"]
