"""The voices known by name. A service may have more, so that a new name is never refused."""

from __future__ import annotations

from collections.abc import Mapping

from ....errors import SettingsError
from ....language import tr

V1, V2 = "cosyvoice-v1", "cosyvoice-v2"
# The document's list for v1; for v2 those that public clients have been seen to use
# (docs/services/sophnet.md#voice).
VOICES: Mapping[str, tuple[str, ...]] = {
    V1: (
        *("longxiaochun", "longwan", "longcheng", "longhua", "longxiaoxia", "longxiaocheng"),
        *("longxiaobai", "longlaotie", "longshu", "longshuo", "longjing", "longyue"),
        *("loongstella", "loongbella"),
    ),
    V2: (
        *("longxiaochun_v2", "longxiaoxia_v2", "longyumi_v2", "longanlang", "longjiqi"),
        *("longhouge", "longanwen", "longanli", "longanran", "longanyue"),
    ),
}

# Voices that this process has made of recordings, each with its model: no service lists them.
_made: dict[str, str] = {}


def known() -> dict[str, tuple[str, ...]]:
    """The names of voices by model; those that were made here come first."""
    models = dict.fromkeys([*VOICES, *_made.values()])
    own = {model: [name for name, of in _made.items() if of == model] for model in models}
    return {model: (*own[model], *VOICES.get(model, ())) for model in models}


def remember(name: str, model: str) -> None:
    """Count a voice that was just made among the known ones."""
    _made[name] = model


def model_for(model: str | None, voice: str | None) -> str:
    """
    The model to send, which is always sent: the given one, else the one that has the voice.

    Raises `SettingsError` for a voice of v1 with a model of v2, which would answer with nothing.
    """
    if not model:
        if voice in _made:
            return _made[voice]
        return V2 if voice and (voice in VOICES[V2] or voice.endswith("_v2")) else V1
    if voice in VOICES[V1] and "v2" in model.lower():
        twin = f"{voice}_v2"
        instead = f"voice={twin!r}"
        if twin not in VOICES[V2]:
            instead = tr("a voice such as {voice!r}", voice=VOICES[V2][0])
        raise SettingsError(
            tr(
                "{voice} is a voice of {v1}, and {model} would answer without any sound: take "
                "{instead}, or model={v1!r}.",
                voice=voice,
                v1=V1,
                model=model,
                instead=instead,
            )
        )
    return model
