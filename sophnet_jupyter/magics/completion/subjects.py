"""Completions after ``%sophnet``."""

from __future__ import annotations

from ...errors import SettingsError
from ...prompt.file.place import listed
from ...settings import store
from ..options.files import files
from ..options.found import Found, matching
from ..options.services import conversations, models
from ..session.session import KernelSession
from ..sophnet.languages import CHOICES
from ..sophnet.subjects import LOGIN, SUBJECTS

HISTORY = ("show", "rerun", "diff", "keep", "export", "forget", "on", "off")
CHATS = ("show", "fork", "undo", "export", "forget", "--all")
HISTORY_OPTIONS = ("--model", "--notebook", "--since", "--before", "--failed", "--kept", "--limit")


def for_subject(before: list[str], word: str, session: KernelSession) -> list[Found]:
    """Subcommands, and the arguments of each."""
    match before:
        case []:
            return matching(word, SUBJECTS, "subject")
        case ["login", *_] if word.startswith("-"):
            return matching(word, LOGIN, "option")
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
            return matching(word, ["all", "resume", "forget", "cancel", "--service"], "value")
        case ["tasks", "--service"]:
            return matching(word, ["images", "videos"], "value")
        case ["tasks", "resume"]:
            return matching(word, session.listed_tasks, "task")
        case ["history"]:
            return matching(word, HISTORY, "value")
        case ["history", *_] if word.startswith("-"):
            return matching(word, HISTORY_OPTIONS, "option")
        case ["chats"]:
            return matching(word, CHATS, "value")
        case ["chats", "show" | "fork" | "undo" | "export" | "forget"]:
            return conversations(word, session)
        case ["chats", "fork", _]:
            return matching(word, ["at", "as"], "value")
        case ["chats", "fork", _, "at", _]:
            return matching(word, ["as"], "value")
        case ["chats", "export", _]:
            return matching(word, ["messages"], "value")
        case ["explain"]:
            return matching(word, map(str, sorted(session.failures, reverse=True)), "cell")
        case ["usage"]:
            return matching(word, ["--by", "--since"], "option")
        case ["usage", "--by"]:
            return matching(word, ["model", "day", "notebook", "run"], "value")
        case ["cassette"]:
            return matching(word, ["record", "replay", "refresh", "fallback", "off"], "value")
        case ["cache"]:
            return matching(word, ["clear"], "value")
        case ["prompts"]:
            return matching(word, ["diff", "versions", "forget"], "value")
        case ["prompts", "diff" | "versions" | "forget"] | ["prompts", "diff", _]:
            return matching(word, listed(), "prompt")
        case ["upload"]:
            return _any_file(word, session)
        case ["doctor", *_]:
            return matching(word, ["--stream", "--report"], "option")
        case ["stage"]:
            return matching(word, ["off"], "value")
        case ["language"]:
            return matching(word, CHOICES, "value")
        case ["require", *_]:
            from ...doctor.requirements import extras

            return matching(word, [*extras(), "key", "microphone"], "value")
    return []


_any_file = files()


def _profiles() -> list[str]:
    try:
        return [profile.name for profile in store().listed()]
    except SettingsError:
        return []
