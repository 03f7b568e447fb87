"""Evaluations as files: a line that says what it is, and a line for each answer."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ...errors import SettingsError, file_refused, quoted
from ...files.names import at_home
from ...files.saving import save_bytes
from ...language import tr
from ...response import Response
from ..report.concealed import concealed_value
from ..rows import Row, pack
from ..score import Grade
from .answers import Label, ScoredAnswer
from .asked import EvaluatedColumn
from .evaluated import Evaluated

FORMAT = 1
LARGEST = 2_000_000_000


def head(found: Evaluated) -> dict[str, Any]:
    """What an evaluation is, for its file and for people: nothing of it is a key."""
    answered = [one.said.response for one in found.answers if one.ended]
    return {
        "evaluation": FORMAT,
        "sandbox": found.sandbox,
        "engines": sorted(found.engines),
        "verdicts": found.verdicts,
        "at": found.at,
        "rows": len(found.asked.rows),
        "repeat": found.asked.repeat,
        "expect": found.asked.expect,
        "columns": [
            {
                "prompt": one.prompt,
                "model": one.model,
                "text": one.text,
                "sha256": one.version,
                "options": dict(one.options),
            }
            for one in found.columns
        ],
        "scores": [{"name": score.name, **score.settings} for score in found.scores],
        "settings": found.settings,
        "models_answered": sorted({one.model for one in answered if one.model}),
        "services": sorted({one.service for one in answered if one.service}),
        "fingerprints": sorted({one.system_fingerprint for one in answered} - {""}),
        "usage": {
            "prompt_tokens": found.usage.prompt_tokens,
            "completion_tokens": found.usage.completion_tokens,
        },
        "cost": found.cost,
    }


def save(
    found: Evaluated, path: str | os.PathLike[str], *, conceal: Callable[[str], str] | None = None
) -> Path:
    """
    Write it to a ``.jsonl`` file, with each text as ``conceal`` makes it.

    Raises `SettingsError` for another ending.
    """
    target = at_home(path)
    if target.suffix.lower() != ".jsonl":
        raise SettingsError(
            tr(
                "An evaluation is saved as .jsonl, not as {ending}.",
                ending=target.suffix or tr("that"),
            )
        )
    lines = [head(found), *map(_line, found.answers)]
    if conceal is not None:
        # Rows are known by their keys, which say nothing.
        lines = [{**concealed_value(line, conceal), **_key(line)} for line in lines]
    text = "\n".join(map(_written, lines))
    return save_bytes((text + "\n").encode("utf-8", "replace"), target)


def _key(line: dict[str, Any]) -> dict[str, Any]:
    return {"key": line["key"]} if "key" in line else {}


def _written(line: object) -> str:
    # Other lines' separators are no ends of lines in JSON, but are in some readers.
    return json.dumps(line, ensure_ascii=False, default=_plain).replace("\u2028", "\\u2028")


def _plain(value: Any) -> Any:
    item = getattr(value, "item", None)
    if callable(item) and getattr(value, "shape", None) == ():
        return item()
    return str(value)


def _line(one: ScoredAnswer) -> dict[str, Any]:
    usage = one.said.usage
    return {
        "row": one.row,
        "key": one.key,
        "columns": dict(one.columns),
        "column": one.column.number,
        "repeat": one.repeat,
        "answer": one.said.answer,
        "ending": one.said.ending,
        "error": one.said.error,
        "expected": one.expected,
        "scores": {
            name: {"value": grade.value, "why": grade.why, "lost": grade.lost}
            for name, grade in one.grades.items()
        },
        "label": asdict(one.label) if one.label else None,
        "seconds": one.said.seconds,
        "tokens_in": usage.prompt_tokens if usage else None,
        "tokens_out": usage.completion_tokens if usage else None,
        "cost": one.said.cost,
        "model": one.said.response.model if one.ended else "",
        "sandbox": one.said.sandbox,
        "engine": one.said.engine,
    }


def read(path: str | os.PathLike[str]) -> KeptEvaluation:
    """An evaluation from its file. Raises `SettingsError` for a file that is none."""
    source = at_home(path)
    try:
        if source.stat().st_size > LARGEST:
            raise SettingsError(
                tr("{name} is larger than {most} GB.", name=source.name, most=LARGEST // 10**9)
            )
        lines = _lines(source)
        first = next(lines, {})
        if first.get("evaluation") != FORMAT:
            raise SettingsError(
                tr("{name} is no evaluation that this version reads.", name=source.name)
            )
        return KeptEvaluation(source.name, first, list(lines))
    except SettingsError:
        raise
    except OSError as error:
        raise file_refused(source, error) from None
    except Exception as error:  # whole JSON in which anything may stand in the place of anything
        said = quoted(error, 120)
        raise SettingsError(
            tr("{path} cannot be read as an evaluation: {reason}.", path=source, reason=said)
        ) from None


def _lines(source: Path) -> Iterator[dict[str, Any]]:
    with source.open(encoding="utf-8") as file:
        for line in file:
            if line.strip():
                found = json.loads(line)
                if not isinstance(found, dict):
                    raise ValueError(tr("a line is no object"))
                yield found


class KeptEvaluation:
    """An evaluation as its file has it: its columns, and its answers with their grades."""

    def __init__(self, name: str, first: dict[str, Any], lines: list[dict[str, Any]]) -> None:
        self.name = name
        self.head = first
        self.at = str(first.get("at") or "")
        self.sandbox = bool(first.get("sandbox"))
        # A file of before has no such word.
        engines = first.get("engines") or [""]
        self.engines = frozenset(map(str, engines)) if self.sandbox else frozenset()
        several = len({one.get("prompt") for one in first["columns"]}) > 1
        models = len({one.get("model") for one in first["columns"]}) > 1
        self.columns = [
            EvaluatedColumn(
                number=number,
                prompt=str(one.get("prompt") or ""),
                model=str(one.get("model") or ""),
                text=str(one.get("text") or ""),
                version=str(one.get("sha256") or ""),
                several_prompts=several,
                several_models=models,
            )
            for number, one in enumerate(first["columns"])
        ]
        self.score_names = [str(one["name"]) for one in first.get("scores", [])]
        self.answers = [self._answer(number, line) for number, line in enumerate(lines)]

    def _answer(self, number: int, line: dict[str, Any]) -> ScoredAnswer:
        response = Response(
            text=str(line["answer"] or ""),
            ending=line["ending"] or "incomplete",
            model=str(line.get("model") or ""),
            sandbox=bool(line.get("sandbox")),
            engine=str(line.get("engine") or ""),
        )
        label = line.get("label")
        return ScoredAnswer(
            number=number,
            row=int(line["row"]),
            key=str(line["key"]),
            columns=dict(line["columns"]),
            column=self.columns[line["column"]],
            repeat=int(line["repeat"]),
            said=Row(
                number=number,
                ending=line["ending"],
                error=str(line.get("error") or ""),
                packed=pack(response),
            ),
            expected=line.get("expected"),
            grades={
                str(name): Grade(one["value"], str(one.get("why") or ""), one.get("lost") or "")
                for name, one in line["scores"].items()
            },
            label=Label(**label) if label else None,
        )
