"""A class has a name of its own, so that a reader who meets it knows which one it is."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path

ROOT = Path(__file__).parent.parent / "sophnet_jupyter"
# The sandbox shares no code and no reader with the client; the wire knows no service.
APART = ("sandbox", "wire")
# Names that stand twice on purpose, each with its reason.
EXCEPTIONS: Mapping[str, str] = {
    "Chat": "the client's is the provider's, with what asks many questions at once",
    "Images": "the client's are the provider's, with what compares several models",
    "Ocr": "the client's is the provider's, with what compares several models",
    "Voice": "the client's is the provider's, with what compares several voices",
}


def _classes(source: str) -> Iterable[tuple[str, str]]:
    """The names of a file's classes, each with the text of its body where it is a Protocol."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ClassDef):
            bases = [ast.unparse(base) for base in node.bases]
            is_protocol = any(base.partition("[")[0] == "Protocol" for base in bases)
            body = [each for each in node.body if not isinstance(each, ast.Expr)]
            yield node.name, "\n".join(map(ast.unparse, body)) if is_protocol else ""


def _twice(sources: Mapping[str, str]) -> dict[str, list[str]]:
    """Names of several classes, with their files. Protocols that are alike count as one."""
    found: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
    for file, source in sources.items():
        for name, protocol in _classes(source):
            found[name].append((file, protocol))
    return {
        name: [file for file, _ in places]
        for name, places in found.items()
        if len(places) > 1 and not (places[0][1] and len({body for _, body in places}) == 1)
    }


def test_no_two_classes_above_the_wire_have_one_name() -> None:
    files = [path for path in ROOT.rglob("*.py") if path.relative_to(ROOT).parts[0] not in APART]
    twice = _twice({path.relative_to(ROOT).as_posix(): path.read_text() for path in files})
    assert {name: files for name, files in twice.items() if name not in EXCEPTIONS} == {}
    assert not set(EXCEPTIONS) - set(twice), "an exception that is none"


def test_a_name_that_stands_twice_is_seen_and_alike_protocols_are_one() -> None:
    protocol = "class Tell(Protocol):\n    def __call__(self, kind: str) -> None: ..."
    assert _twice({"a.py": "class Line: ...", "b.py": "class Line: ..."}) == {
        "Line": ["a.py", "b.py"]
    }
    assert _twice({"a.py": protocol, "b.py": protocol}) == {}
    assert "Tell" in _twice({"a.py": protocol, "b.py": protocol.replace("str", "int")})
    assert "Tell" in _twice({"a.py": protocol, "b.py": "class Tell: ..."})
