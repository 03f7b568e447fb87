"""``%sophnet explain``: what would be sent is shown, and nothing is sent before a click."""

from __future__ import annotations

from typing import Any

import pytest
from IPython.core.error import UsageError

from sophnet_jupyter.client import Client
from sophnet_jupyter.settings import Secret
from sophnet_jupyter.widgets.explain.panel import ExplainPanel

from ...waiting import wait

KEY = "sk-canary-0123456789abcdef"


def explain(shell: Any, words: str = "") -> Any:
    return shell.run_line_magic("sophnet", f"explain {words}".strip())


def fails(shell: Any, code: str) -> None:
    shell.run_cell(code, store_history=True)


def test_source_and_error_are_shown_without_keys_and_nothing_is_sent(
    shell: Any, capsys: Any, seen: Any
) -> None:
    with pytest.raises(UsageError, match="No cell has failed"):
        explain(shell)
    secret = Secret(KEY)
    fails(shell, f"key = '{KEY}'\n1 / 0")
    fails(shell, "x = 1")
    fails(shell, "{}['{lost}']")
    capsys.readouterr()
    asked = len(seen())
    explain(shell)
    said = capsys.readouterr().out
    assert said.startswith("Explain this error, and how to mend it:\n\n```python\n{}['{lost}']")
    assert "KeyError: '{lost}'" in said
    assert "Nothing was sent: %sophchat --see cell:3 Explain this error" in said
    explain(shell, "[1] 用中文解释")
    said = capsys.readouterr().out
    assert said.startswith("用中文解释\n")
    assert "ZeroDivisionError" in said
    assert KEY not in said
    assert secret
    with pytest.raises(UsageError, match=r"Cell \[2\] has not failed; the last that has is \[3\]"):
        explain(shell, "2")
    assert len(seen()) == asked


def test_a_click_sends_what_stands_there_then_braces_and_all(sandbox: Any, seen: Any) -> None:
    client = Client("sandbox", sandbox.url)
    panel = ExplainPanel(client, "Explain {x}", about="Cell [1]: KeyError", model="GLM-5")
    assert "was not sent" in panel.still()[1]
    panel.obey({"kind": "ask", "text": "  "}, [])
    assert panel.response is None
    from sophnet_jupyter.kernel.loop import loop

    text = "What is wrong here? {x}\n```\nNameError: name 'x' is not defined\n```"
    loop().call_soon_threadsafe(panel.perform, panel.obey, {"kind": "ask", "text": text}, [])
    wait(lambda: panel.response is not None and not panel.busy)
    body = seen()[-1]["body"]
    assert body["model"] == "GLM-5"
    assert body["messages"] == [{"role": "user", "content": text}]
    assert "has no value yet" in panel.response.text
    assert "has no value yet" in panel.still()[0]
    panel.close()
