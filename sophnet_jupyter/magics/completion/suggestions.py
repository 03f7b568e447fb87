"""What could stand at a place of a magic's line, as far as this kernel knows."""

from __future__ import annotations

import inspect
import os
import re
from argparse import Action
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path, PurePath
from types import ModuleType
from typing import Any

from ...errors import SettingsError
from ...settings import dify_apps, model_name, store
from ..line.suffixes import DOCUMENTS, KNOWLEDGE, PICTURES, SOUNDS
from ..session.session import KernelSession

Found = tuple[str, str]
"""What may be put in, and the word that JupyterLab shows beside it."""

# Chat models of the service in 2026, until its own list has been asked for.
MODELS = """
DeepSeek-R1 DeepSeek-V3.1 DeepSeek-V3.2 DeepSeek-V3.2-Fast GLM-4.6 GLM-4.7 GLM-5 Kimi-K2-0905
Kimi-K2.5 MiniMax-M2.5 Qwen3-235B-A22B Qwen3-Coder Qwen3-VL-235B
""".split()
VECTOR_MODELS = ("text-embeddings", "clip-embeddings", "bge-m3")
# A folder of photographs has thousands, and nobody reads on after this.
MOST_FILES = 200


def matching(word: str, names: Iterable[str], kind: str) -> list[Found]:
    """Names that begin with a word, in whatever case; if none does, those that have it in them."""
    names, word = list(dict.fromkeys(names)), word.lower()
    begins = [name for name in names if name.lower().startswith(word)]
    return [(name, kind) for name in begins or [name for name in names if word in name.lower()]]


def for_option(action: Action, word: str, session: KernelSession) -> tuple[str, list[Found]]:
    """Values for an option, and the piece of the word that they replace."""
    if action.choices:
        return word, matching(word, map(str, action.choices), "value")
    if action.dest == "model" and action.default:
        # Not a chat model: this magic has one of its own.
        return word, matching(word, [action.default], "model")
    if action.dest in ("tools", "schema"):
        # --tools f,g and --schema list[City]
        word = re.split(r"[,\[]", word)[-1]
    find = _VALUES.get(action.dest)
    return word, find(word, session) if find else []


def for_words(magic: str, word: str, session: KernelSession) -> list[Found]:
    """What the words of a magic may be, where they are not prose."""
    if magic == "ocr" and word:
        return pictures(word, session)
    if magic == "speak" and word:
        return _variables(word, session, _is_said)
    if magic == "transcribe" and word:
        return files(word, SOUNDS) + _variables(word, session, _is_heard)
    if magic == "embed" and word:
        return values(word, session)
    return files(word, DOCUMENTS) if magic == "parse" and word else []


def for_subject(before: list[str], word: str, session: KernelSession) -> list[Found]:
    """What may follow ``%sophnet``."""
    from ..sophnet.subjects import SUBJECTS

    match before:
        case []:
            return matching(word, SUBJECTS, "subject")
        case ["login", *_] if word.startswith("-"):
            return matching(
                word, ["--session", "--base-url", "--project-id", "--service"], "option"
            )
        case ["login" | "logout" | "profile"]:
            return matching(word, _profiles(), "profile")
        case ["model"] | ["alias", _]:
            return models(word, session)
        case ["alias"]:
            return matching(word, session.aliases.known, "alias")
        case ["cancel"]:
            cells = sorted({job.cell for job in session.jobs.running})
            return matching(word, [*map(str, cells), "all"], "value")
        case ["tasks"]:
            return matching(word, ["all", "resume", "forget", "cancel"], "value")
        case ["doctor"]:
            return matching(word, ["--stream"], "option")
    return []


def for_knowledge(before: list[str], word: str, session: KernelSession) -> list[Found]:
    """What may follow ``%knowledge``: a service, what to do with it, and with which of its own."""
    match before:
        case []:
            custom = [name[7:] for name in session.known_models if name.startswith("custom:")]
            return matching(word, [*session.knowledge_files, *custom], "service")
        case [_]:
            return matching(word, ["files", "add", "show", "rm", "qa"], "subject")
        case [_, "qa"]:
            return matching(word, ["add", "set", "rm"], "subject")
        case [service, "qa", "set" | "rm", *_]:
            return matching(word, session.knowledge_pairs.get(service, []), "question")
        case [_, "add", *_]:
            return files(word, KNOWLEDGE) if word else []
        case [service, "show" | "rm", *_]:
            titles = session.knowledge_files.get(service, [])
            # The quotes that a title with blanks needs.
            return matching(word, [f'"{one}"' if " " in one else one for one in titles], "file")
    return []


def models(word: str, session: KernelSession) -> list[Found]:
    """Models by their names, short ones first."""
    short = session.aliases.known
    names = sorted({*MODELS, *session.known_models, model_name()}, key=str.lower)
    found = matching(word, [*short, *names], "model")
    return [(name, "alias" if name in short else kind) for name, kind in found]


def conversations(word: str, session: KernelSession) -> list[Found]:
    return matching(word, session.conversations, "conversation")


def variables(word: str, session: KernelSession) -> list[Found]:
    return _variables(word, session, lambda value: True)


def functions(word: str, session: KernelSession) -> list[Found]:
    return _variables(word, session, inspect.isroutine)


def schemas(word: str, session: KernelSession) -> list[Found]:
    return _variables(word, session, lambda value: isinstance(value, type | dict))


def values(word: str, session: KernelSession) -> list[Found]:
    """Variables that say something in a prompt, which functions and modules do not."""
    found = _variables(word, session, lambda value: not _is_silent(value))
    return found + matching(word, ["In", "Out", "Err"], "variable")


def attributes(name: str, word: str, session: KernelSession) -> list[Found]:
    """Attributes of a variable. None of its own code runs for that, as ``dir`` would let it."""
    if name not in session.shell.user_ns:
        return []
    value = session.shell.user_ns[name]
    own: dict[str, Any] = {}
    with suppress(TypeError, AttributeError):
        own = object.__getattribute__(value, "__dict__")
    known = {
        key: entry for kind in reversed(type(value).__mro__) for key, entry in vars(kind).items()
    }
    names = [
        key
        for key, entry in sorted({**known, **own}.items())
        if not key.startswith("_") and not _is_silent(entry)
    ]
    return matching(word, names, "attribute")


def pictures(word: str, session: KernelSession) -> list[Found]:
    return files(word, PICTURES) + [one for one in values(word, session) if word]


def files(word: str, endings: tuple[str, ...] = ("",)) -> list[Found]:
    """Files of a folder with one of these endings, and its folders."""
    quote = word[:1] if word[:1] in ("'", '"') else ""
    path = word.removeprefix(quote)
    folder, begin = os.path.split(path)
    try:
        with os.scandir(Path(folder or ".").expanduser()) as entries:
            here = sorted((entry.name, entry.is_dir()) for entry in entries)
    except OSError:
        return []
    found = []
    for name, is_folder in here:
        if not name.lower().startswith(begin.lower()) or name.startswith(".") > begin.startswith(
            "."
        ):
            continue
        if is_folder or name.lower().endswith(endings):
            text = path[: len(path) - len(begin)] + name
            found.append((_quoted(text, quote, is_folder), "path"))
    return found[:MOST_FILES]


def _quoted(path: str, quote: str, is_folder: bool) -> str:
    quote = quote or ('"' if " " in path else "")
    # The quote of a folder stays open: a file in it follows.
    return quote + path + ("/" if is_folder else quote)


def _profiles() -> list[str]:
    try:
        return [profile.name for profile in store().listed()]
    except SettingsError:
        return []


def app_inputs(word: str, session: KernelSession) -> list[Found]:
    """Inputs of the Dify apps whose form was asked for, and what a choice may be."""
    forms = session.client.known_dify_forms
    known = {each.name: each for form in forms for each in form.inputs}
    name, equals, value = word.partition("=")
    if equals and name in known:
        return [
            (f"{name}={one}", kind) for one, kind in matching(value, known[name].options, "value")
        ]
    return matching(word, [f"{name}=" for name in known], "input")


def _variables(word: str, session: KernelSession, wanted: Callable[[Any], bool]) -> list[Found]:
    shell = session.shell
    names = [
        name
        for name, value in list(shell.user_ns.items())
        if not name.startswith("_") and name not in shell.user_ns_hidden and wanted(value)
    ]
    return matching(word, sorted(names), "variable")


def _is_table(value: object) -> bool:
    rows = isinstance(value, list) and bool(value) and isinstance(value[0], dict)
    return rows or (hasattr(type(value), "columns") and hasattr(type(value), "to_dict"))


def _is_said(value: object) -> bool:
    return isinstance(value, str) or type(value).__name__ == "Response"


def _is_heard(value: object) -> bool:
    return _is_said(value) or isinstance(value, bytes | PurePath)


def _is_silent(value: object) -> bool:
    return inspect.isroutine(value) or isinstance(
        value, ModuleType | type | staticmethod | classmethod
    )


def videos(option: str) -> Callable[[str, KernelSession], list[Found]]:
    """What the document's video models take."""

    def find(word: str, session: KernelSession) -> list[Found]:
        from ...providers.sophnet.videos.models import DOCUMENTED

        if option == "name":
            return matching(word, DOCUMENTED, "model")
        taken = (str(one) for model in DOCUMENTED.values() for one in getattr(model, option))
        return matching(word, taken, "value")

    return find


def voices(word: str, session: KernelSession) -> list[Found]:
    """Voices by their names, with the model that each is of."""
    from ...providers.sophnet.voice.voices import VOICES

    models = {name: model for model, names in VOICES.items() for name in names}
    return [(name, models[name]) for name, _ in matching(word, models, "voice")]


def sound_formats(word: str, session: KernelSession) -> list[Found]:
    from ...providers.sophnet.voice.request import FORMATS, SHORT

    return matching(word, [*SHORT, *FORMATS], "format")


def voice_models(word: str, session: KernelSession) -> list[Found]:
    from ...providers.sophnet.voice.voices import VOICES

    return matching(word, VOICES, "model")


_VALUES: dict[str, Callable[[str, KernelSession], list[Found]]] = {
    "model": models,
    "vector_model": lambda word, session: matching(word, VECTOR_MODELS, "model"),
    "conversation": conversations,
    "out": variables,
    "tools": functions,
    "schema": schemas,
    "app": lambda word, session: matching(word, dify_apps(), "app"),
    "inputs": app_inputs,
    "file": lambda word, session: files(word) if word else [],
    "each": lambda word, session: _variables(word, session, _is_table),
    "image": pictures,
    "save": lambda word, session: files(word),
    "srt": lambda word, session: files(word, (".srt",)),
    "vtt": lambda word, session: files(word, (".vtt",)),
    "voice": voices,
    "voice_model": voice_models,
    "sound_format": sound_formats,
    "video_model": videos("name"),
    "video_size": videos("sizes"),
    "resolution": videos("resolutions"),
    "ratio": videos("ratios"),
    "duration": videos("durations"),
}
