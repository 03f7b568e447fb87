"""The voice of a client: one that says a text as the provider does, or several to be compared."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Unpack

from ..options.voice import VoiceOptions
from ..options.words import checks_keywords, shows_options
from ..providers.sophnet.voice import voice as provider
from ..providers.sophnet.voice.request import sounding

if TYPE_CHECKING:
    from ..runs.compare.comparison import Comparison


@checks_keywords("voice")
class Voice(provider.Voice):
    """Text as speech: `speak` and `stream` by one voice, `compare` by several."""

    @shows_options(VoiceOptions, sounding)
    def compare(
        self,
        text: provider.Subject,
        *,
        voices: str | Iterable[str] = (),
        grid: Mapping[str, object] | None = None,
        repeat: int = 1,
        **options: Unpack[VoiceOptions],
    ) -> Comparison:
        """
        Let several voices, or one with several settings, say the same.

        ``text`` is what `speak` takes; ``voices`` are names, ``grid`` lists of values by the names
        of options, as ``{"speech_rate": [1, 1.3]}``; ``repeat`` is how often each says it. Nothing
        is sent before somebody waits: ``c = await client.voice.compare("Hi", voices=["a", "b"])``.

        Raises `SettingsError` for more than 24, or where one of them cannot be sent.
        """
        from .comparing import compare

        named = [voices] if isinstance(voices, str) else list(voices)
        return compare(
            self.stream,
            text,
            models=(),
            settings={**({"voice": named} if named else {}), **(grid or {})},
            repeat=repeat,
            options=options,
            known=VoiceOptions.__annotations__,
            check_one=lambda subject, asked: self.check(subject, **asked),  # type: ignore[arg-type]
        )
