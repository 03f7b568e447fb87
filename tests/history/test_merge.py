from __future__ import annotations

import time
from pathlib import Path

import pytest

from sophnet_jupyter import cli
from sophnet_jupyter.errors import SettingsError
from sophnet_jupyter.events import AudioChunk, Finished, TextDelta
from sophnet_jupyter.history import runs
from sophnet_jupyter.history.calls import CallRecord
from sophnet_jupyter.history.history import History
from sophnet_jupyter.history.keys import AskedCall
from sophnet_jupyter.history.merge import merge
from sophnet_jupyter.history.search import HistoryQuery


def filled(folder: Path, *words: str) -> History:
    history = History(folder)
    record = runs.begin(history, name=folder.name)
    for number, word in enumerate(words):
        request = {"messages": [{"content": "rules " * 200}, {"content": word}]}
        asked = AskedCall(service="S", resource="chat", request=request)
        events = [
            TextDelta(text=f"said {word}"),
            AudioChunk(data=word.encode()),
            Finished(reason="stop"),
        ]
        call = CallRecord(asked=asked, question=word, at=time.time(), origin="o", events=events)
        with record.row(number, word) as row:
            row.call = call
            row.done(state="complete")
    history.writer.close()
    return history


def test_histories_of_parallel_jobs_are_put_together(tmp_path: Path, capsys: object) -> None:
    one = filled(tmp_path / "one", "退货", "alpha")
    other = filled(tmp_path / "other", "beta", "gamma", "退货政策")
    target = tmp_path / "both" / "history.sqlite"
    target.parent.mkdir()
    command = ["history", "merge", str(one.path), str(other.path), str(one.path)]
    assert cli.main([*command, "-o", str(target)]) == 0
    both = History(target.parent)
    assert len(both.search(HistoryQuery())) == 5
    assert [found.asked for found in both.search(HistoryQuery(words="退货"))] == [
        "退货政策",
        "退货",
    ]
    [record] = [run for run in runs.runs(both) if run.name == "other"]
    again = runs.begin(both, name="other", resume=True)
    rows = list(again.rows())
    assert record.id == again.id
    assert [row.response.text for row in rows if row.response] == [
        "said beta",
        "said gamma",
        "said 退货政策",
    ]
    assert rows[0].response
    assert rows[0].response.audio == b"beta"


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    one = filled(tmp_path / "one", "a")
    with pytest.raises(SettingsError, match="is there already"):
        merge([one.path], one.path)
    with pytest.raises(SettingsError, match="is no file"):
        merge([tmp_path / "none"], tmp_path / "new.sqlite")
