"""Completions of names that services define: models, voices, video sizes, apps and inputs."""

from __future__ import annotations

from ...settings import dify_apps, model_name
from ..session.session import KernelSession
from .found import Finder, Found, matching, one_of

# Chat models of the service in 2026, until its own list has been asked for.
MODELS = """
DeepSeek-R1 DeepSeek-V3.1 DeepSeek-V3.2 DeepSeek-V3.2-Fast GLM-4.6 GLM-4.7 GLM-5 Kimi-K2-0905
Kimi-K2.5 MiniMax-M2.5 Qwen3-235B-A22B Qwen3-Coder Qwen3-VL-235B
""".split()

vector_models = one_of("text-embeddings", "clip-embeddings", "bge-m3", kind="model")


def models(word: str, session: KernelSession) -> list[Found]:
    """A finder of chat models, short names first."""
    short = session.aliases.known
    names = sorted({*MODELS, *session.known_models, model_name()}, key=str.lower)
    found = matching(word, [*short, *names], "model")
    return [(name, "alias" if name in short else kind) for name, kind in found]


def conversations(word: str, session: KernelSession) -> list[Found]:
    """Completions: the conversations of this notebook."""
    return matching(word, session.conversations, "conversation")


def videos(fact: str) -> Finder:
    """A finder of the documented video models, or of their parameters: ``sizes`` and so on."""

    def find(word: str, session: KernelSession) -> list[Found]:
        from ...providers.sophnet.videos.models import DOCUMENTED

        if fact == "name":
            return matching(word, DOCUMENTED, "model")
        taken = (str(one) for model in DOCUMENTED.values() for one in getattr(model, fact))
        return matching(word, taken, "value")

    return find


def voices(word: str, session: KernelSession) -> list[Found]:
    """A finder of voices, each shown with its model."""
    from ...providers.sophnet.voice.voices import known

    models = {name: model for model, names in known().items() for name in names}
    return [(name, models[name]) for name, _ in matching(word, models, "voice")]


def voice_models(word: str, session: KernelSession) -> list[Found]:
    """Completions: the models that have voices."""
    from ...providers.sophnet.voice.voices import VOICES

    return matching(word, VOICES, "model")


def sound_formats(word: str, session: KernelSession) -> list[Found]:
    """Completions: sound formats, short names first."""
    from ...providers.sophnet.voice.request import FORMATS, SHORT

    return matching(word, [*SHORT, *FORMATS], "format")


def apps(word: str, session: KernelSession) -> list[Found]:
    """Completions: the Dify apps that have a key of their own."""
    return matching(word, dify_apps(), "app")


def app_inputs(word: str, session: KernelSession) -> list[Found]:
    """Completions: inputs of the Dify apps whose form is cached, and the values of a select."""
    forms = session.client.known_dify_forms
    known = {each.name: each for form in forms for each in form.inputs}
    name, equals, value = word.partition("=")
    if equals and name in known:
        return [
            (f"{name}={one}", kind) for one, kind in matching(value, known[name].options, "value")
        ]
    return matching(word, [f"{name}=" for name in known], "input")
