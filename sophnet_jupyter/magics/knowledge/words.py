"""Completions after ``%knowledge``."""

from __future__ import annotations

from ..line.suffixes import KNOWLEDGE
from ..options.files import files
from ..options.found import Found, matching
from ..session.session import KernelSession

_documents = files(*KNOWLEDGE)


def words(before: list[str], word: str, session: KernelSession) -> list[Found]:
    """Services, actions, and the ids and names that were listed in this kernel."""
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
            return _documents(word, session) if word else []
        case [service, "show" | "rm", *_]:
            titles = session.knowledge_files.get(service, [])
            # The quotes that a title with blanks needs.
            return matching(word, [f'"{one}"' if " " in one else one for one in titles], "file")
    return []
