"""An answer on its way back: values in place of placeholders, however its pieces are cut."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator
from dataclasses import dataclass, field

from ..errors import SophNetError
from ..events import (
    AlternativeDelta,
    Event,
    Finished,
    ImageReady,
    Masked,
    Notice,
    Parsed,
    ReasoningDelta,
    Shown,
    TextDelta,
    TextReplaced,
    ToolCallDelta,
    ToolResult,
    VectorsAsked,
    VideoReady,
)
from .masker import MaskedCall


class MaskedQuestion(MaskedCall):
    """A question that was masked, with the way back of its answer."""

    def answer(self, events: AsyncGenerator[Event, None]) -> AsyncGenerator[Event, None]:
        """The events of its answer, with all texts put back."""
        return restored(self, events)


async def restored(
    call: MaskedCall, events: AsyncGenerator[Event, None]
) -> AsyncGenerator[Event, None]:
    """The events with all texts put back; before the last one it is told what was masked."""
    state = _Restoring(call)
    try:
        async for event in events:
            for each in state.passed(event):
                yield each
    except SophNetError:
        for each in state.rest():
            yield each
        raise
    finally:
        await events.aclose()


@dataclass(slots=True)
class _Restoring:
    """What is held of each text that comes in pieces, since a placeholder may have begun."""

    call: MaskedCall
    held: dict[tuple[type, int], str] = field(default_factory=dict)

    def passed(self, event: Event) -> Iterator[Event]:
        match event:
            case TextDelta(text=text) | ReasoningDelta(text=text):
                if whole := self._whole((type(event), 0), text):
                    yield type(event)(text=whole)
            case AlternativeDelta(choice=choice, text=text):
                if whole := self._whole((AlternativeDelta, choice), text):
                    yield AlternativeDelta(choice=choice, text=whole)
            case ToolCallDelta(index=index, arguments=arguments):
                whole = self._whole((ToolCallDelta, index), arguments)
                yield ToolCallDelta(index=index, id=event.id, name=event.name, arguments=whole)
            case TextReplaced():
                self.held.pop((TextDelta, 0), None)
                yield from self.rest()
                yield TextReplaced(
                    text=self.call.back(event.text),
                    reason=event.reason,
                    notice=self.call.back(event.notice),
                    quiet=event.quiet,
                )
            case ToolResult():
                yield from self.rest()
                yield ToolResult(
                    index=event.index,
                    id=event.id,
                    name=event.name,
                    text=self.call.back(event.text),
                    error=event.error,
                    seconds=event.seconds,
                    shown=event.shown and self._shown(event.shown),
                )
            case Parsed(value=value):
                yield from self.rest()
                yield Parsed(value=self.call.back(value))
            case Notice(text=text):
                yield from self.rest()
                yield Notice(text=self.call.back(text))
            case VectorsAsked():
                yield VectorsAsked(
                    texts=self.call.back(event.texts),
                    images=event.images,
                    thumbnails=event.thumbnails,
                )
            case ImageReady(image=image):
                yield ImageReady(image=self.call.made(image))
            case VideoReady(video=video):
                yield VideoReady(video=self.call.made(video))
            case Finished():
                yield from self.rest()
                yield Masked(said=self.call.counted())
                yield event
            case _:
                yield from self.rest()
                yield event

    def _shown(self, shown: Shown) -> Shown:
        rows = tuple(self.call.back(row) for row in shown.rows)
        markdown = self.call.back(shown.markdown)
        return Shown(image=shown.image, rows=rows, size=shown.size, markdown=markdown)

    def rest(self) -> Iterator[Event]:
        """What is held, as it is: no more of its placeholder has come."""
        for (kind, number), text in list(self.held.items()):
            text = self.call.back(text)
            if kind is ToolCallDelta:
                yield ToolCallDelta(index=number, arguments=text)
            elif kind is AlternativeDelta:
                yield AlternativeDelta(choice=number, text=text)
            else:
                yield kind(text=text)
        self.held.clear()

    def _whole(self, key: tuple[type, int], text: str) -> str:
        """What of a text can be given on now."""
        text = self.held.pop(key, "") + text
        end = self.call.masker.held_from(text)
        if end < len(text):
            self.held[key] = text[end:]
        return str(self.call.back(text[:end]))
