"""Imports point one way: cell -> magics, widgets -> client -> providers -> wire."""

from __future__ import annotations

import ast
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent / "sophnet_jupyter"
PACKAGE = ROOT.name
FILES = sorted(ROOT.rglob("*.py"))

# What an answer is made of: no I/O of a service, no look.
VALUES = {"errors", "events", "files", "language", "values"}
BELOW_CLIENT = VALUES | {"options", "response", "settings", "prompt", "providers", "wire"}
MAY_IMPORT = {
    "language": set(),
    "errors": {"language"},
    "files": {"errors", "language"},
    "values": {"errors", "language", "files"},
    "events": {"errors", "language", "values"},
    "response": VALUES,
    "settings": {"errors", "language"},
    "time_limit": set(),
    "wire": {"errors", "events", "files", "language", "time_limit"},
    "prompt": VALUES | {"response", "time_limit"},
    "options": {"errors", "language"},
    "masking": {"errors", "language", "events"},
    "history": VALUES | {"response", "settings"},
    "explore": VALUES | {"options", "response", "settings", "history"},
    "runs": VALUES | {"response", "settings", "prompt", "history", "time_limit"},
    "providers": VALUES | {"options", "response", "prompt", "time_limit", "wire"},
    "client": BELOW_CLIENT | {"explore", "history", "masking", "runs", "time_limit"},
    "doctor": BELOW_CLIENT | {"client", "time_limit"},
    "kernel": set(),
    "views": VALUES | {"explore", "response", "runs"},
    "widgets": VALUES
    | {"options", "prompt", "response", "settings", "views", "kernel", "explore", "history"}
    | {"masking", "runs", "time_limit"},
    "magics": (BELOW_CLIENT - {"wire"})
    | {"client", "doctor", "explore", "history", "kernel", "runs", "views", "widgets"},
    # What JupyterLab's extension asks of a kernel; nothing needs it.
    "lab": VALUES
    | {"client", "doctor", "history", "kernel", "magics", "options", "response", "settings"}
    | {"views", "widgets"},
    "scores": {"runs"},
    "batch": {"client"},
    "sandbox": set(),
    "commands": BELOW_CLIENT | {"client", "history", "runs", "views"},
    "cli": {"commands", "errors", "files", "language", "settings", "client", "doctor"}
    | {"history", "views"},
}
# Each library of others has one place, so that leaving it is a change of one place.
OWNERS = {
    "httpx2": (
        "wire/http/http.py",
        "wire/http/transport.py",
        "wire/http/engine/transport.py",
        "wire/files/download.py",
        "sandbox/server/upstream.py",
    ),
    "truststore": ("wire/http/trust.py",),
    "websockets": ("wire/websocket.py", "sandbox/"),
    "msgspec": (
        *(
            "events.py",
            "values/video.py",
            "values/knowledge.py",
            "files/mp4.py",
            "values/page.py",
            "values/image.py",
            "values/transcript.py",
        ),
        *("lab/", "wire/", "prompt/", "providers/", "history/", "client/sandbox.py"),
        "magics/line/options.py",
        "widgets/microphone/dictation.py",
    ),
    "IPython": ("kernel/", "views/", "magics/"),
    "ipykernel": ("kernel/",),
    "markdown_it": ("views/",),
    "pygments": ("views/",),
    "PIL": (
        *("explore/", "values/image.py", "files/images.py", "prompt/", "runs/report/sheets.py"),
        *("views/", "sandbox/"),
    ),
    "anywidget": ("widgets/",),
    "av": ("providers/sophnet/speech/live/source.py",),
    "ipywidgets": ("widgets/",),
    "traitlets": ("widgets/", "magics/"),
    "comm": ("widgets/", "lab/"),
    "openpyxl": ("runs/evaluation/review.py", "runs/report/sheets.py"),
    "numpy": (
        "explore/",
        "widgets/explorer/",
        "sandbox/",
        "response/vectors.py",
        "response/response.py",
    ),
    "pandas": (
        "values/page.py",
        "values/transcript.py",
        "response/vectors.py",
        "response/response.py",
        "response/row.py",
        "runs/",
        "widgets/voicechat/",
    ),
    "dask": ("client/batch_vectors.py",),
    "distributed": ("client/batch.py", "client/batch_vectors.py"),
    "pyarrow": ("explore/parts.py",),
    "nbclient": ("commands/",),
    "nbformat": ("commands/",),
    "polars": ("runs/tables",),
    "keyring": ("settings/keystore.py",),
    "narwhals": ("explore/tables.py",),
    "threadpoolctl": ("explore/",),
    "umap": ("explore/",),
    "starlette": ("sandbox/",),
    "uvicorn": ("sandbox/",),
    "packaging": ("doctor/requirements.py",),
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
            if package == PACKAGE and target not in ("", layer):
                assert target in MAY_IMPORT[layer], f"line {node.lineno} imports {target}"


def _module(path: Path) -> str:
    return ".".join([PACKAGE, *path.relative_to(ROOT).with_suffix("").parts]).removesuffix(
        ".__init__"
    )


def _graph(sources: Mapping[Path, str]) -> dict[str, set[str]]:
    """Which module imports which, also inside functions and for type checkers alone."""
    modules = {_module(path) for path in sources}
    graph: dict[str, set[str]] = {}
    for path, source in sources.items():
        found = set()
        for node in ast.walk(ast.parse(source)):
            for module in _imported(node, path):
                names = [alias.name for alias in getattr(node, "names", [])]
                # `from .package import module` imports the module, not what the package hands on.
                inside = {f"{module}.{name}" for name in names} & modules
                found |= inside or {module} & modules
        graph[_module(path)] = found - {_module(path)}
    return graph


def _within(graph: Mapping[str, set[str]], folder: str) -> dict[str, set[str]]:
    """The same among the files and folders of one folder, each folder taken as a whole."""

    def part(module: str) -> str:
        return module.removeprefix(f"{folder}.").partition(".")[0]

    inside = {module for module in graph if module.startswith(f"{folder}.")}
    parts: dict[str, set[str]] = {part(module): set() for module in inside}
    for module in inside:
        parts[part(module)] |= {part(other) for other in graph[module] & inside}
    return {name: others - {name} for name, others in parts.items()}


def _circle(graph: Mapping[str, set[str]]) -> list[str]:
    """A way along the imports that comes back to where it began; empty where there is none."""
    done: set[str] = set()

    def walk(module: str, way: list[str]) -> list[str]:
        if module in way:
            return [*way[way.index(module) :], module]
        if module not in done:
            for other in sorted(graph.get(module, ())):
                if found := walk(other, [*way, module]):
                    return found
            done.add(module)
        return []

    return next(filter(None, (walk(module, []) for module in sorted(graph))), [])


GRAPH = _graph({path: path.read_text() for path in FILES})
FOLDERS = sorted({_module(path.parent / "__init__.py") for path in FILES})


def test_no_file_imports_itself_by_way_of_others() -> None:
    assert _circle(GRAPH) == []


@pytest.mark.parametrize("folder", FOLDERS)
def test_no_folder_imports_itself_by_way_of_its_neighbors(folder: str) -> None:
    assert _circle(_within(GRAPH, folder)) == []


@pytest.mark.parametrize("folder", sorted({path.parent for path in FILES}), ids=_name)
def test_a_folder_holds_at_most_twenty_five_files(folder: Path) -> None:
    assert sum(path.suffix in (".py", ".js", ".css") for path in folder.iterdir()) <= 25


@pytest.mark.parametrize(
    "back",
    [
        "from .a import f",
        "from . import a",
        "import sophnet_jupyter.views.a",
        "from sophnet_jupyter.views.a import f",
        "def f():\n    from .a import f",
        "if TYPE_CHECKING:\n    from ..views.a import f",
    ],
)
def test_a_circle_of_files_is_seen(back: str) -> None:
    views = ROOT / "views"
    graph = _graph({views / "a.py": "from . import b", views / "b.py": back})
    assert _circle(graph) == [f"{PACKAGE}.views.a", f"{PACKAGE}.views.b", f"{PACKAGE}.views.a"]


def test_a_circle_of_folders_is_seen_where_no_file_is_in_one() -> None:
    views = ROOT / "views"
    graph = _graph(
        {
            views / "safe" / "a.py": "from ..media.b import f",
            views / "media" / "b.py": "",
            views / "media" / "c.py": "from ..safe import d",
            views / "safe" / "d.py": "",
        }
    )
    assert _circle(graph) == []
    assert _circle(_within(graph, f"{PACKAGE}.views")) == ["media", "safe", "media"]


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
        "explore/",
        "sandbox/",
        "widgets/",
        "wire/http/transport.py",
        "wire/http/engine/transport.py",
    )
    if _name(path).startswith(on_use):
        return
    for node in ast.parse(path.read_text()).body:
        libraries = {module.partition(".")[0] for module in _imported(node, path)}
        assert not libraries & LAZY, f"line {node.lineno}"


@pytest.mark.parametrize("path", FILES, ids=_name)
def test_only_settings_reads_the_environment(path: Path) -> None:
    if _name(path).startswith(("sandbox/", "commands/demo.py", "settings/")):
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
