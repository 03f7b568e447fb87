"""The annotations tab of a panel."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

from ...errors import SettingsError
from ...language import tr
from ...views.safe.look import LONGEST_NAME, clipped, one_line

Do = Callable[[Callable[[], Coroutine[Any, Any, None]]], None]
Tell = Callable[..., None]


class AnnotationDesk:
    """
    Handles the browser's commands on annotations, and sends the updated list.

    ``app`` is the Dify app, ``tell`` speaks to the views, and ``do`` runs a coroutine beside
    whatever else the panel does, an error of which is drawn.
    """

    def __init__(self, app: Any, tell: Tell, do: Do) -> None:
        self._app = app
        self._tell = tell
        self._do = do
        self._keyword = ""
        self._questions: dict[str, str] = {}

    def obey(self, command: dict[str, Any]) -> None:
        """Handle a command. Raises `SettingsError` for one with missing fields."""
        match command:
            case {"do": "list", "keyword": str(keyword)}:
                self._keyword = keyword.strip()
                self._do(self._list)
            case {"do": "write", "id": str(key), "question": str(asked), "answer": str(said)}:
                self._write(key, asked.strip(), said.strip())
            case {"do": "delete", "id": str(key)}:
                self._do(lambda: self._delete(key))
            case {"do": "reply", "on": bool(on), "score": score, **names}:
                self._reply(on, score, str(names.get("provider")), str(names.get("model")))

    async def _list(self) -> None:
        found = await self._app.annotations.list(self._keyword)
        rows = [
            {
                "id": each.id,
                "question": each.question,
                "answer": each.answer,
                "hits": each.hit_count,
            }
            for each in found
        ]
        self._questions = {
            each.id: clipped(one_line(each.question), LONGEST_NAME) for each in found
        }
        self._tell("annotations", rows=rows, keyword=self._keyword)

    def _write(self, key: str, question: str, answer: str) -> None:
        if not (question and answer):
            raise SettingsError(tr("An annotation has a question and an answer: write both."))

        async def write() -> None:
            if key:
                await self._app.annotations.update(key, question, answer)
            else:
                await self._app.annotations.create(question, answer)
            self._tell("annotation-kept")
            await self._list()

        self._do(write)

    async def _delete(self, key: str) -> None:
        await self._app.annotations.delete(key)
        self._tell("told", text=tr("Deleted: {questions}", questions=self._questions.get(key, key)))
        await self._list()

    def _reply(self, on: bool, score: object, provider: str, model: str) -> None:
        replies = self._app.annotation_reply
        # What is written in the fields is of no use to switch off.
        begin, done = partial(replies.disable), tr("Off.")
        if on:
            threshold = _threshold(score)
            named = {"provider": provider.strip(), "model": model.strip()}
            if not all(named.values()):
                raise SettingsError(
                    tr("Name the provider and the embedding model, as Dify calls them.")
                )
            begin = partial(replies.enable, score_threshold=threshold, **named)
            done = tr("Annotations answer from a score of {threshold:g}.", threshold=threshold)

        async def switch() -> None:
            self._tell("annotation-reply", text=tr("Switching…"), busy=True)
            said = ""
            try:
                await replies.wait(await begin())
                said = done
            finally:
                self._tell("annotation-reply", text=said, busy=False)

        self._do(switch)


def _threshold(score: object) -> float:
    try:
        found = float(str(score))
    except ValueError:
        found = -1.0
    if not 0 <= found <= 1:
        raise SettingsError(tr("The score is a number from 0 to 1, such as 0.9."))
    return found
