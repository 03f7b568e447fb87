"""``%knowledge``: the files, and the questions and answers, of a custom model."""

from __future__ import annotations

import re
import shlex
import sys
from collections.abc import AsyncIterable, Callable, Sequence
from typing import TypeVar

from IPython.core.error import UsageError

from ...kernel.loop import run
from ...kernel.output import Cell
from ...language import mark, tr
from ...providers.sophnet.knowledge.knowledge import Knowledge
from ...settings.secret import scrub
from ...values.knowledge import KnowledgeFile, Qa
from ...views import knowledge as views
from ...views.safe.control_characters import plain
from ..line.interpolate import interpolate
from ..line.named_files import named_files
from ..line.near import did_you_mean
from ..line.options import out_name
from ..line.suffixes import KNOWLEDGE
from ..line.trailing import parse_around
from ..options.asks import asks
from ..options.option import option
from ..session.magics import SessionMagics
from .upload import Uploading
from .words import words as known_words

T = TypeVar("T")

# The service names all that it has by 22 random letters and digits.
_ID = re.compile(r"(?<![\w-])[0-9A-Za-z]{22}(?![\w-])")
_PLACE = re.compile(r"knowledge-id-(\d+)")

USAGE = mark(
    "%knowledge SERVICE files, add FILE…, show FILE, rm FILE…, or qa, qa add "
    "'QUESTION' 'ANSWER', qa set ID 'QUESTION' 'ANSWER', qa rm ID…"
)


class KnowledgeMagics(SessionMagics):
    """What a custom model knows, in a cell."""

    @asks(out="Store what is listed or shown under this name.", words=known_words)
    @option(
        "--no-wait",
        action="store_true",
        help="add: leave once the files are sent, before the service has read them.",
    )
    def knowledge(self, line: str) -> None:
        """
        Show and change what a custom model knows: its files, and its questions and answers.

        SERVICE is the id of the custom model; it answers as the model custom:SERVICE. A file is
        named by its id or its title, a question by its id or its words. Texts with blanks stand in
        quotes; {name} puts a variable in.

            %knowledge SERVICE files
            %knowledge SERVICE add handbook.pdf minutes/*.docx
            %knowledge SERVICE show handbook.pdf
            %knowledge SERVICE rm handbook.pdf
            %knowledge SERVICE qa
            %knowledge SERVICE qa add "Who may use the printer?" "Everybody."
            %knowledge SERVICE qa set ID "Who may use the printer?" "The second floor."
            %knowledge SERVICE qa rm ID
        """
        masked, ids = _masked(line)
        args, words = parse_around(self.knowledge, masked)
        words = _PLACE.sub(lambda place: ids[int(place[1])], words)
        out = out_name(args.out)
        service, _, rest = words.strip().partition(" ")
        if not service:
            raise UsageError(tr("Say whose knowledge: {usage}.", usage=tr(USAGE)))
        word, _, rest = rest.strip().partition(" ")
        subjects: dict[str, Callable[[Knowledge, str], object]] = {
            "": self._files,
            "files": self._files,
            "add": lambda known, names: self._add(known, names, wait=not args.no_wait),
            "show": self._show,
            "rm": self._remove,
            "qa": self._qa,
        }
        if word not in subjects:
            advice = did_you_mean(word, [name for name in subjects if name], f"{tr(USAGE)}.")
            raise UsageError(
                tr("{word} is nothing that %knowledge does. {advice}", word=word, advice=advice)
            )
        made = subjects[word](self._session.client.knowledge(service), rest.strip())
        if out:
            self._session.shell.user_ns[out] = made

    def _files(self, known: Knowledge, rest: str) -> list[KnowledgeFile]:
        if rest:
            raise UsageError(tr("files takes no words: {usage}.", usage=tr(USAGE)))
        found = self._found(known)
        self._publish(views.files(known.service_id, found))
        return found

    def _add(self, known: Knowledge, names: str, *, wait: bool) -> list[KnowledgeFile]:
        filled, _ = interpolate(names, self._session.shell.user_ns, {})
        if not filled.strip():
            raise UsageError(tr("Name a file: %knowledge SERVICE add handbook.pdf."))
        paths = named_files(filled, KNOWLEDGE)
        made = Uploading(Cell(self._session.shell), known, paths).settle(wait=wait)
        self._note(known, [file.title for file in made])
        return made

    def _show(self, known: Knowledge, name: str) -> object:
        (chosen,) = self._chosen(known, name, most=1)
        found = run(known.files.get(chosen))
        self._publish(views.content(found))
        return found

    def _remove(self, known: Knowledge, names: str) -> list[KnowledgeFile]:
        chosen = self._chosen(known, names)
        for file in chosen:
            run(known.files.delete(file))
            sys.stdout.write(tr("{title} is deleted.\n", title=plain(file.title)))
        return chosen

    def _qa(self, known: Knowledge, rest: str) -> object:
        word, _, words = rest.partition(" ")
        match word, self._pieces(words):
            case "", []:
                found = self._pairs(known)
                self._publish(views.pairs(known.service_id, found))
                return found
            case "add", [question, answer]:
                return self._wrote(known, run(known.qa.add(question, answer)))
            case "set", [name, question, answer]:
                (old,) = self._chosen_pairs(known, [name])
                return self._wrote(known, run(known.qa.update(old, question, answer)))
            case "rm", [_, *_] as names:
                chosen = self._chosen_pairs(known, names)
                for pair in chosen:
                    run(known.qa.delete(pair))
                    sys.stdout.write(
                        tr("“{question}” is deleted.\n", question=plain(pair.question))
                    )
                return chosen
        raise UsageError(tr("A text with blanks stands in quotes: {usage}.", usage=tr(USAGE)))

    def _wrote(self, known: Knowledge, pair: Qa) -> Qa:
        self._publish(views.pairs(known.service_id, [pair]))
        return pair

    def _found(self, known: Knowledge) -> list[KnowledgeFile]:
        found = run(_all(known.files.list()))
        self._note(known, [file.title for file in found])
        return found

    def _pairs(self, known: Knowledge) -> list[Qa]:
        found = run(_all(known.qa.list()))
        self._session.knowledge_pairs[known.service_id] = [pair.id for pair in found]
        return found

    def _note(self, known: Knowledge, titles: Sequence[str]) -> None:
        """Remember ids and names for completion, which cannot send requests."""
        files = self._session.knowledge_files.setdefault(known.service_id, [])
        files += [title for title in titles if title not in files]

    def _chosen(
        self, known: Knowledge, names: str, *, most: int | None = None
    ) -> list[KnowledgeFile]:
        pieces = self._pieces(names)
        if not pieces:
            raise UsageError(tr("Name a file of the service, by its title or its id."))
        found = self._found(known)
        if any(file.title == names for file in found):
            # A title with blanks, without its quotes.
            pieces = [names]
        if most is not None and len(pieces) > most:
            raise UsageError(tr("One file at a time; a title with blanks stands in quotes."))
        keys = [(file, file.id, file.title) for file in found]
        return [_one(piece, keys, "file") for piece in pieces]

    def _chosen_pairs(self, known: Knowledge, names: Sequence[str]) -> list[Qa]:
        keys = [(pair, pair.id, pair.question) for pair in self._pairs(known)]
        return [_one(name, keys, "question") for name in names]

    def _pieces(self, words: str) -> list[str]:
        """The words of a line, quoted ones as one, with variables in braces replaced."""
        try:
            pieces = shlex.split(words)
        except ValueError:
            raise UsageError(tr("A quote is not closed.")) from None
        return [interpolate(piece, self._session.shell.user_ns, {})[0] for piece in pieces]

    def _publish(self, data: dict[str, str]) -> None:
        cell = Cell(self._session.shell)
        if cell.place == "terminal":
            sys.stdout.write(data["text/plain"] + "\n")
        else:
            cell.publish(data)


def _one(name: str, keys: Sequence[tuple[T, str, str]], thing: str) -> T:
    """The single item that an id or a title names. Raises `UsageError` for none, or several."""
    found = [one for one, key, _ in keys if key == name] or [
        one for one, _, title in keys if title == name
    ]
    if not found:
        raise UsageError(tr("The service has no {thing} {name!r}.", thing=thing, name=name))
    if len(found) > 1:
        ids = ", ".join(plain(key) for one, key, _ in keys if one in found)
        raise UsageError(
            tr(
                "{count} are called {name!r}: say which by its id ({ids}).",
                count=len(found),
                name=name,
                ids=ids,
            )
        )
    return found[0]


def _masked(line: str) -> tuple[str, list[str]]:
    """The line with ids replaced by text that is not taken for a key, and the ids."""
    ids: list[str] = []

    def place(found: re.Match[str]) -> str:
        if scrub(found[0]) != found[0]:
            # It is the key in use, whatever it looks like.
            return found[0]
        ids.append(found[0])
        return f"knowledge-id-{len(ids) - 1}"

    return _ID.sub(place, line), ids


async def _all(rows: AsyncIterable[T]) -> list[T]:
    return [row async for row in rows]
