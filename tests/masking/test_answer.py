"""What is masked comes back whole, however an answer is cut, and only in the answer."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterable
from dataclasses import dataclass
from pathlib import Path

import msgspec
import pytest

from sophnet_jupyter import SettingsError
from sophnet_jupyter.events import (
    Event,
    Finished,
    Masked,
    Parsed,
    ReasoningDelta,
    TextDelta,
    ToolCallDelta,
)
from sophnet_jupyter.masking.answer import MaskedQuestion
from sophnet_jupyter.masking.masker import MaskedCall, Masker
from sophnet_jupyter.masking.own import kinds_of
from sophnet_jupyter.response import settle

pytestmark = pytest.mark.anyio

ANA, BOB = "13812345678", "13987654321"


async def events(*given: Event) -> AsyncGenerator[Event, None]:
    for event in given:
        yield event


async def came(question: MaskedQuestion, given: Iterable[Event]) -> list[Event]:
    return [event async for event in question.answer(events(*given))]


def question(*texts: str) -> MaskedQuestion:
    asked = MaskedQuestion(Masker())
    for text in texts:
        asked.sent(text)
    return asked


async def test_an_answer_is_put_back_wherever_its_pieces_are_cut() -> None:
    whole = "Call [MOBILE-1], not [MOBILE-2] or [MOBILE-3]; a [list] and f[0] stay. \\[x\\]"
    wanted = f"Call {ANA}, not {BOB} or [MOBILE-3]; a [list] and f[0] stay. \\[x\\]"
    for size in (1, 2, 3, 5, 8, 100):
        pieces = [TextDelta(text=whole[at : at + size]) for at in range(0, len(whole), size)]
        found = await came(question(ANA, BOB), [*pieces, Finished(reason="stop")])
        text = "".join(event.text for event in found if isinstance(event, TextDelta))
        assert text == wanted, size


async def test_what_a_model_changes_about_a_placeholder_is_understood() -> None:
    said = "【MOBILE-1】 \\[MOBILE-1\\] [mobile-1] [MOBILE 1] [MOBILE_1]"
    response = await settle(question(ANA).answer(events(TextDelta(text=said), Finished(reason=""))))
    assert response.text == " ".join([ANA] * 5)


async def test_thinking_calls_and_values_are_put_back_too() -> None:
    @dataclass(frozen=True)
    class Person:
        phone: str
        others: tuple[str, ...] = ()

    class Mail(msgspec.Struct, frozen=True):
        to: str

    assert question(ANA).back(Mail("[MOBILE-1]")) == Mail(ANA)
    given = [
        ReasoningDelta(text="[MOB"),
        TextDelta(text="so"),
        ReasoningDelta(text="ILE-1]"),
        ToolCallDelta(index=0, id="c", name="call", arguments='{"to": "[MOBILE'),
        ToolCallDelta(index=0, arguments='-1]"}'),
        Parsed(value=Person("[MOBILE-1]", ("[MOBILE-2]",))),
        Finished(reason="stop"),
    ]
    response = await settle(question(ANA, BOB).answer(events(*given)))
    assert response.thinking == ANA
    assert response.tool_calls[0].arguments == f'{{"to": "{ANA}"}}'
    assert response.parsed == Person(ANA, (BOB,))


async def test_the_reader_is_told_how_many_and_what_is_not_found() -> None:
    found = await came(question(f"{ANA} and {ANA}, {BOB}, a@b.cn"), [Finished(reason="stop")])
    (told,) = [event for event in found if isinstance(event, Masked)]
    assert told.said == (
        "masked: 2 mobile numbers, 1 e-mail address (names and addresses are not found)"
    )
    (none,) = [e for e in await came(question(""), [Finished(reason="")]) if isinstance(e, Masked)]
    assert none.said.startswith("masked: nothing")


def test_one_value_has_one_placeholder_as_long_as_a_run_lasts() -> None:
    masker = Masker()
    first, second = MaskedCall(masker), MaskedCall(masker)
    assert first.sent(f"{ANA} {BOB}") == "[MOBILE-1] [MOBILE-2]"
    assert second.sent(f"{BOB} +86 138 1234 5678") == "[MOBILE-2] [MOBILE-1]"
    assert Masker().masked(BOB, {}) == "[MOBILE-1]"


def test_a_placeholder_that_stands_there_already_is_not_given_again() -> None:
    asked = question("")
    assert asked.sent(f"[MOBILE-1] said {ANA}") == "[MOBILE-1] said [MOBILE-2]"
    assert asked.back("[MOBILE-1] [MOBILE-2]") == f"[MOBILE-1] {ANA}"


def test_only_texts_of_a_message_are_masked() -> None:
    picture = {"type": "image_url", "image_url": {"url": f"https://a.example/{ANA}.png"}}
    message = {"role": "user", "content": [{"type": "text", "text": ANA}, picture]}
    (sent,) = question("").sent([message])
    assert sent["content"][0]["text"] == "[MOBILE-1]"
    assert sent["content"][1] == picture
    assert message["content"][0] == {"type": "text", "text": ANA}, "the caller's own is not changed"


def test_a_function_gets_the_values_themselves() -> None:
    asked, given = question(ANA), []

    def call(to: str, *, copies: list[str]) -> str:
        """Call somebody."""
        given.append((to, copies))
        return to

    asked.tool(call)("[MOBILE-1]", copies=["[MOBILE-1]"])
    assert given == [(ANA, [ANA])]
    assert asked.tool(call).__doc__ == "Call somebody."


def test_own_patterns_come_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "patterns.toml"
    path.write_text("[patterns]\nSTAFF = 'E\\d{6}'\n")
    asked = MaskedCall(Masker(kinds_of(str(path))))
    assert asked.sent(f"E123456 and {ANA}") == "[STAFF-1] and [MOBILE-1]"
    assert "1 staff" in asked.counted()
    for text in ("", "[patterns]\nstaff = 'x'", "[patterns]\nSTAFF = '('", "[patterns]\nID = 'x'"):
        path.write_text(text)
        with pytest.raises(SettingsError, match=r"patterns\.toml"):
            kinds_of(str(path))
    # A file that is not there, and names that none can have.
    for name in (str(tmp_path / "none.toml"), "\ud800", "a\0b", "~nobody-of-that-name/a.toml"):
        with pytest.raises(SettingsError, match="cannot be read"):
            kinds_of(name)
