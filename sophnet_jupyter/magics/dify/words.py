"""Completions after ``%dify``."""

from __future__ import annotations

from ..options.found import Found, matching
from ..options.services import apps
from ..session.session import KernelSession

# In the order in which an error lists them.
WORDS = (
    *("info", "parameters", "site", "preview"),
    *("annotations", "annotation-reply", "feedback", "feedbacks", "speak"),
)
ALL = "all"


def words(before: list[str], word: str, session: KernelSession) -> list[Found]:
    """What ``%dify`` does, and the ids and names that this kernel knows."""
    listed = [one for known in session.dify_known.values() for one in known.get("annotations", [])]
    match before:
        case []:
            return matching(word, WORDS, "subject") + apps(word, session)
        case ["annotations"]:
            return matching(word, ["add", "change", "remove"], "subject")
        case ["annotations", "change"] | ["annotations", "remove", *_]:
            return matching(word, listed, "annotation")
        case ["annotation-reply"]:
            return matching(word, ["on", "off", "status"], "value")
        case ["annotation-reply", "status"]:
            return matching(word, ["on", "off"], "value")
        case ["feedbacks"]:
            return matching(word, [ALL], "value")
        case ["feedback" | "speak" | "preview" as what]:
            kind = "Uploaded" if what == "preview" else "Response"
            names = session.shell.user_ns.items()
            found = [name for name, one in names if type(one).__name__ == kind]
            return matching(word, [name for name in found if not name.startswith("_")], "variable")
        case ["feedback", _]:
            return matching(word, ["like", "dislike", "none"], "value")
    return []
