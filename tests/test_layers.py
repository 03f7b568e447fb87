"""Imports point one way: cell -> magics, widgets -> client -> providers -> wire."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent / "sophnet_jupyter"
PACKAGE = ROOT.name
FILES = sorted(ROOT.rglob("*.py"))

LEAVES = {"errors", "events", "film", "growing", "knowledge", "mp4", "page", "picture"} | {
    "transcript",
    "wav",
}
KEYS = {"secret", "keystore", "settings"}
BELOW_CLIENT = LEAVES | KEYS | {"response", "prompt", "wire", "providers", "local", "logs"}
MAY_IMPORT = {
    "errors": set(),
    "events": {"errors", "film", "page", "picture", "transcript"},
    "film": {"errors", "mp4", "picture", "saving"},
    "knowledge": set(),
    "markdown_parts": set(),
    "mp4": set(),
    "page": {"errors", "markdown_parts"},
    "disk": set(),
    "transcript": {"errors"},
    "media": set(),
    "picture": {"errors", "saving"},
    "growing": set(),
    "saving": {"disk", "errors", "film", "picture"},
    "secret": set(),
    "response": LEAVES | {"markdown_parts", "saving", "vectors"},
    "vectors": {"errors", "events"},
    "wav": set(),
    "keystore": {"errors", "secret"},
    "settings": {"errors", "secret", "keystore"},
    "logs": {"secret"},
    "wire": LEAVES | {"disk", "media", "wire"},
    "providers": LEAVES | {"media", "response", "prompt", "wire", "providers"},
    "prompt": LEAVES | {"response", "prompt"},
    "local": {"errors"},
    # Of the views only the look at a picture before it is kept.
    "dify": BELOW_CLIENT,
    "teleai": BELOW_CLIENT,
    "client": BELOW_CLIENT | {"dify", "media", "teleai"} | {"views"},
    "doctor": BELOW_CLIENT | {"client", "dify", "doctor", "teleai"},
    "kernel": {"kernel"},
    "views": LEAVES | {"disk", "markdown_parts", "media", "response", "views"},
    "explore": {"errors", "response", "explore"},
    "magics": LEAVES
    | KEYS
    | {"response", "prompt", "local", "client", "dify", "doctor", "providers", "kernel", "views"}
    | {"magics", "widgets"},
    "widgets": LEAVES
    | {"disk", "markdown_parts", "response", "secret", "settings", "views", "kernel", "widgets"},
    "sandbox": {"sandbox"},
    "cli": {"errors", "settings", "local", "doctor"},
}
# Each library of others has one place, so that leaving it is a change of one place.
OWNERS = {
    "httpx2": (
        "wire/http/http.py",
        "wire/http/transport.py",
        "wire/files/download.py",
        "sandbox/server/upstream.py",
    ),
    "httpcore2": ("wire/http/http.py", "wire/http/transport.py", "wire/http/network_backend.py"),
    "websockets": ("wire/websocket.py", "sandbox/"),
    "msgspec": (
        *(
            "events.py",
            "values/video.py",
            "values/knowledge.py",
            "files/mp4.py",
            "values/page.py",
            "values/picture.py",
            "values/transcript.py",
        ),
        *("wire/", "prompt/", "providers/", "client/sandbox.py"),
        "magics/line/options.py",
        "widgets/microphone/dictation.py",
    ),
    "IPython": ("kernel/", "views/", "magics/"),
    "ipykernel": ("kernel/",),
    "markdown_it": ("views/",),
    "pygments": ("views/",),
    "PIL": ("values/picture.py", "prompt/", "views/", "explore/", "sandbox/"),
    "anywidget": ("widgets/",),
    "av": ("providers/sophnet/speech/live/source.py",),
    "ipywidgets": ("widgets/",),
    "traitlets": ("widgets/", "magics/"),
    "comm": ("widgets/",),
    "numpy": ("explore/", "sandbox/", "response/vectors.py", "response/response.py"),
    "pandas": (
        "values/page.py",
        "values/transcript.py",
        "response/vectors.py",
        "response/response.py",
        "widgets/voice_",
    ),
    "keyring": ("settings/keystore.py",),
    "starlette": ("sandbox/",),
    "uvicorn": ("sandbox/",),
}
# Loading the extension must not pay for what a first answer needs.
LAZY = {"httpx2", "httpcore2", "websockets", "markdown_it", "pygments", "PIL", "anywidget"}
LAZY |= {"numpy", "keyring"}


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _imported(node: ast.AST, path: Path) -> list[str]:
    """Full module names, relative imports resolved."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if not isinstance(node, ast.ImportFrom):
        return []
    if not node.level:
        return [node.module or ""]
    parents = [PACKAGE, *path.relative_to(ROOT).parts]
    base = [*parents[: -node.level], *(node.module or "").split(".")]
    if node.module:
        return [".".join(base)]
    return [".".join([*base[:-1], alias.name]) for alias in node.names]


@pytest.mark.parametrize("path", FILES, ids=_name)
def test_imports_of_ours_point_down(path: Path) -> None:
    layer = path.relative_to(ROOT).parts[0].removesuffix(".py")
    if layer == "__init__":
        return
    for node in ast.walk(ast.parse(path.read_text())):
        for module in _imported(node, path):
            package, _, rest = module.partition(".")
            target = rest.partition(".")[0]
            if package == PACKAGE and target:
                assert target in MAY_IMPORT[layer], f"line {node.lineno} imports {target}"


@pytest.mark.parametrize("path", FILES, ids=_name)
def test_each_library_has_its_place(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text())):
        for module in _imported(node, path):
            library = module.partition(".")[0]
            if library == PACKAGE or library in sys.stdlib_module_names:
                continue
            assert library in OWNERS, f"line {node.lineno}: whose is {library}?"
            assert _name(path).startswith(OWNERS[library]), f"line {node.lineno}: {library}"


@pytest.mark.parametrize("path", FILES, ids=_name)
def test_heavy_libraries_are_imported_on_use(path: Path) -> None:
    on_use = (
        "sandbox/",
        "widgets/",
        "explore/",
        "wire/http/transport.py",
        "wire/http/network_backend.py",
    )
    if _name(path).startswith(on_use):
        return
    for node in ast.parse(path.read_text()).body:
        libraries = {module.partition(".")[0] for module in _imported(node, path)}
        assert not libraries & LAZY, f"line {node.lineno}"


@pytest.mark.parametrize("path", FILES, ids=_name)
def test_only_settings_reads_the_environment(path: Path) -> None:
    if _name(path).startswith(("sandbox/", "cli.py", "settings/sophnet.py")):
        return
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Attribute):
            assert node.attr not in ("environ", "getenv"), f"line {node.lineno}"


# As replies, profiles and folders call them. The magic %sophnet is called so too, and is none.
SERVICES = {"SophNet", "Dify", "TeleAI", "dify", "teleai"}


def _deciding(node: ast.AST) -> list[ast.AST]:
    """What a piece of code decides by: the sides of a comparison, the cases of a match, a key."""
    match node:
        case ast.Compare():
            sides = [node.left, *node.comparators]
            lists = [each for each in sides if isinstance(each, ast.Tuple | ast.List | ast.Set)]
            return [*sides, *(item for each in lists for item in each.elts)]
        case ast.Match():
            patterns = [part for case in node.cases for part in ast.walk(case.pattern)]
            return [node.subject, *patterns]
        case ast.Call(func=ast.Attribute(attr="startswith" | "endswith", value=text)):
            return [text, *node.args]
        case ast.Call(func=ast.Attribute(attr="get"), args=[ast.Attribute() as key, *_]):
            return [key]
        case ast.Subscript(slice=ast.Attribute() as key):
            return [key]
    return []


def _is_a_service(node: ast.AST) -> bool:
    match node:
        case ast.Constant(value=str(name)):
            return name in SERVICES
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name.lower() == "service"
    return False


def _branches(source: str) -> list[int]:
    """The lines that decide by the name of a service."""
    nodes = ast.walk(ast.parse(source))
    return [
        getattr(node, "lineno", 0) for node in nodes if any(map(_is_a_service, _deciding(node)))
    ]


def test_only_a_services_own_folder_knows_that_it_is_that_service() -> None:
    # The package itself has classes of these names.
    own = ("providers/", "sandbox/", "__init__.py")
    others = [path for path in FILES if not _name(path).startswith(own)]
    found = {_name(path): _branches(path.read_text()) for path in others}
    assert {name: lines for name, lines in found.items() if lines} == {}


@pytest.mark.parametrize(
    "source",
    [
        'if response.service == "Dify": pass',
        'x = 1 if "TeleAI" in response.model else 2',
        "if event.service in (access.SERVICE, other): pass",
        'match response.service:\n    case "SophNet": pass',
        'match name:\n    case "dify" | "teleai": pass',
        'if model.startswith("SophNet"): pass',
        "sign = SIGNS[response.service]",
        'sign = SIGNS.get(response.service, "")',
    ],
)
def test_a_branch_by_the_name_of_a_service_is_seen(source: str) -> None:
    assert _branches(source)
