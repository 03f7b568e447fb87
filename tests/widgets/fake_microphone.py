"""What the kernel sees of a browser's microphone."""

from __future__ import annotations

from typing import Any


class FakeMicrophone:
    """Sends a panel what a browser would, in frames of 100 ms."""

    def __init__(self, panel: Any, take: int = 1) -> None:
        self.panel, self.take, self.seq = panel, take, 0

    def tell(self, facts: dict[str, Any], data: bytes = b"") -> None:
        buffers = [data] if data else []
        self.panel._uplink.receive({"content": {"data": facts}, "buffers": buffers})

    def frame(self, data: bytes, **facts: Any) -> None:
        said = {"kind": "frame", "take": self.take, "seq": self.seq, "t": 100.0 * self.seq}
        self.seq += 1
        self.tell({**said, **facts}, data)

    def leave(self) -> None:
        self.panel._uplink.gone({})
