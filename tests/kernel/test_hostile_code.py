"""Code of a model whose lexer would never end: it is shown, and so is the next answer."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

pytestmark = pytest.mark.kernel

ENDLESS = "```mcschema\n<!-- a comment\n```\n\nAnd a word after it."


class Model(BaseHTTPRequestHandler):
    """SophNet's chat: it says what is never ended, and "Well." when asked how it is."""

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        said = "Well." if "How are you" in body["messages"][-1]["content"] else ENDLESS
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        for piece in (said[:20], said[20:]):
            self._send({"choices": [{"index": 0, "delta": {"content": piece}}]})
        self._send({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
        self.wfile.write(b"data: [DONE]\n\n")

    def _send(self, chunk: dict[str, Any]) -> None:
        self.wfile.write(f"data: {json.dumps(chunk)}\n\n".encode())
        self.wfile.flush()

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def hostile_kernel(start_kernel: Any) -> Iterator[Any]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Model)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    root = f"http://127.0.0.1:{server.server_port}/api/open-apis"
    try:
        with start_kernel(SOPHNET_API_KEY="a-key", SOPHNET_BASE_URL=root) as kernel:
            yield kernel
    finally:
        server.shutdown()
        server.server_close()


def test_an_answer_whose_lexer_never_ends_is_shown_and_the_next_cell_works(hostile_kernel):
    cell = hostile_kernel.run("%%sophchat -o first\nWrite a schema.\n")
    assert "<!-- a comment" in cell.text
    assert "And a word after it." in cell.text
    assert "complete" in cell.text
    assert "Well." in hostile_kernel.run("%%sophchat\nHow are you?\n").text
    assert hostile_kernel.value("first.ending") == "complete"
