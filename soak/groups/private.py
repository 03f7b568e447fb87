"""Who knocks at the sandbox's door: other names of the machine, web pages, other users' keys."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import httpx2

from ..tally import Tally

HOSTS = (
    *("evil.example", "evil.example:PORT", "127.0.0.1", "127.0.0.1:1", "localhost", "localhost:1"),
    *("127.0.0.1:PORT.evil.example", "127.0.0.1.nip.io:PORT", "[::1]:1", "", "0.0.0.0:PORT"),
    *("localhost.:PORT", "2130706433:PORT", "127.1:PORT", "a.localhost:PORT"),
)
ORIGINS = (
    *("https://evil.example", "null", "http://127.0.0.1:1", "file://", "http://localhost"),
    *("chrome-extension://abc", "http://127.0.0.1.evil.example:PORT", "http://me@127.0.0.1:PORT"),
)
KEYS = ("x", "sandbox", "SANDBOX", "Bearer", "sk-0", "x" * 64, "null", "../key")
PATHS = (
    *("/", "/api/open-apis/v1/models", "/sandbox/seen", "/v1/info", "/v1/completion-messages"),
    *("/aipaas/x", "/api/open-apis/v1/chat/completions"),
)


def run(tally: Tally, *, small: bool) -> None:
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "SOPHNET_DATA_DIR": folder}
        environment.pop("SOPHNET_SANDBOX_KEY", None)
        process = subprocess.Popen(
            [sys.executable, "-m", "sophnet_jupyter.sandbox"],
            stdout=subprocess.PIPE,
            env=environment,
        )
        with process:
            try:
                assert process.stdout
                told = json.loads(process.stdout.readline())
                key = Path(told["key_file"]).read_text("utf-8")
                _knock(tally, told["port"], key, PATHS[:3] if small else PATHS)
            finally:
                process.kill()


def _knock(tally: Tally, port: int, key: str, paths: tuple[str, ...]) -> None:
    def asked(path: str, method: str, **headers: str) -> int:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        url = f"http://127.0.0.1:{port}{path}"
        return httpx2.request(method, url, headers=sent, trust_env=False, timeout=30).status_code

    for path in paths:
        for method in ("GET", "POST", "OPTIONS", "DELETE"):
            for name in HOSTS:
                host = name.replace("PORT", str(port))
                code = asked(path, method, host=host, authorization=f"Bearer {key}")
                tally.count(f"{method} {path} by the name {host!r}", code in (400, 403), code)
            for name in ORIGINS:
                origin = name.replace("PORT", str(port))
                code = asked(path, method, origin=origin, authorization=f"Bearer {key}")
                tally.count(f"{method} {path} from {origin}", code == 403, code)
        for wrong in KEYS:
            code = asked(path, "POST", authorization=f"Bearer {wrong}")
            if path != "/":
                refused = code in (401, 403, 404, 405)
                tally.count(f"{path} with the key {wrong[:10]!r}", refused, code)
