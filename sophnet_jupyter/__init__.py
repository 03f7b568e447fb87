"""SophNet, Dify and TeleAI in Jupyter: one async client, cell magics and panels."""

from __future__ import annotations

import sys
import warnings
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .client import Client as Client
    from .client import Dify as Dify
    from .client import TeleAI as TeleAI
    from .client.runs import run as run
    from .errors import ServiceError as ServiceError
    from .errors import SettingsError as SettingsError
    from .errors import SophNetError as SophNetError
    from .errors import Stopped as Stopped
    from .prompt.file.prompt import Prompt as Prompt
    from .prompt.tools.tools import tool as tool
    from .response import Response as Response
    from .widgets.chat.panel import ChatPanel as ChatPanel
    from .widgets.compare.panel import Compare as Compare
    from .widgets.dify.panel import DifyApp as DifyApp
    from .widgets.documents.viewer import DocumentViewer as DocumentViewer
    from .widgets.excel.panel import ExcelAnalyst as ExcelAnalyst
    from .widgets.explorer.panel import Explorer as Explorer
    from .widgets.history.panel import HistoryPanel as HistoryPanel
    from .widgets.knowledge.panel import KnowledgePanel as KnowledgePanel
    from .widgets.microphone.microphone import Microphone as Microphone
    from .widgets.playing.audio_player import AudioPlayer as AudioPlayer
    from .widgets.playing.transcript_player import TranscriptPlayer as TranscriptPlayer
    from .widgets.recording.panel import RecordingPanel as RecordingPanel
    from .widgets.studio.image_studio import ImageStudio as ImageStudio
    from .widgets.studio.video_studio import VideoStudio as VideoStudio
    from .widgets.voice_studio.panel import VoiceStudio as VoiceStudio
    from .widgets.voicechat.panel import VoiceChat as VoiceChat


class _NoThreads(ImportError):
    """A kernel in the browser: it reads one sentence, and no traceback."""

    def _render_traceback_(self) -> list[str]:
        return [f"ImportError: {self}"]


if sys.platform == "emscripten":
    raise _NoThreads(
        "sophnet_jupyter needs a Python with threads and sockets, which a kernel in the browser "
        "(JupyterLite) has not: use a kernel on a machine."
    )

# The public names, and where each lives; above, the same for readers that run nothing. Imported
# when first asked for: the sandbox, which Python starts through this file, uses none of them and
# is up 180 ms earlier.
_HOMES = {
    "AudioPlayer": "widgets.playing.audio_player",
    "ChatPanel": "widgets.chat.panel",
    "Client": "client.client",
    "Compare": "widgets.compare.panel",
    "Dify": "client.dify",
    "DifyApp": "widgets.dify.panel",
    "DocumentViewer": "widgets.documents.viewer",
    "ExcelAnalyst": "widgets.excel.panel",
    "Explorer": "widgets.explorer.panel",
    "HistoryPanel": "widgets.history.panel",
    "ImageStudio": "widgets.studio.image_studio",
    "KnowledgePanel": "widgets.knowledge.panel",
    "Microphone": "widgets.microphone.microphone",
    "Prompt": "prompt.file.prompt",
    "RecordingPanel": "widgets.recording.panel",
    "Response": "response.response",
    "ServiceError": "errors",
    "SettingsError": "errors",
    "SophNetError": "errors",
    "Stopped": "errors",
    "TeleAI": "client.teleai",
    "TranscriptPlayer": "widgets.playing.transcript_player",
    "VideoStudio": "widgets.studio.video_studio",
    "VoiceChat": "widgets.voicechat.panel",
    "VoiceStudio": "widgets.voice_studio.panel",
    "run": "client.runs",
    "tool": "prompt.tools.tools",
}

__all__ = sorted([*_HOMES, "load_ipython_extension", "unload_ipython_extension"])
__version__ = "0.1.0"


def load_ipython_extension(shell: Any) -> None:
    """``%load_ext sophnet_jupyter``: add the magics to this shell."""
    # Of the shell that asks, and before what would fail with an older one is imported.
    version_info = getattr(sys.modules.get("IPython"), "version_info", (9,))
    if version_info[0] < 9:
        from .errors import SettingsError
        from .language import tr

        raise SettingsError(
            tr(
                "sophnet_jupyter's magics need IPython 9, and this kernel runs {running}, as "
                "Google Colab's do: use JupyterLab, Notebook or VS Code, or restart a kernel whose "
                "IPython you have just renewed.",
                running=".".join(map(str, version_info[:2])),
            )
        )
    from .lab.target import offer
    from .magics.extension import load

    offer(shell, load(shell, dress=_dress))


def unload_ipython_extension(shell: Any) -> None:
    """``%unload_ext sophnet_jupyter``: take them away again."""
    from .lab.target import withdraw
    from .magics.extension import unload

    withdraw()
    unload(shell)


# Public modules: imported by name, or when first asked for as an attribute.
_MODULES = ("batch", "explore", "scores")
# Public names of before, which still work and say what they are called now.
_FORMER = {"SpeechStudio": "VoiceStudio"}


def __getattr__(name: str) -> Any:
    if name in _FORMER:
        warnings.warn(
            f"sophnet_jupyter.{name} is called {_FORMER[name]} now.",
            DeprecationWarning,
            stacklevel=2,
        )
        name = _FORMER[name]
    if name in _MODULES:
        return import_module(f".{name}", __name__)
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f".{_HOMES[name]}", __name__), name)
    if hasattr(value, "make_client"):
        # Panels are handed their client; one that was given none makes the usual one.
        value.make_client = staticmethod(_client_of_a_panel)
    if hasattr(value, "make_form"):
        value.make_form = staticmethod(_form_of_a_prompt)
    if name in ("Client", "Dify", "Response", "TeleAI", "run"):
        _dress()
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*__all__, *_MODULES])


def _client_of_a_panel() -> Any:
    # What is asked in panels is kept, as what is asked in cells is.
    return import_module(".client.client", __name__).Client(history=True)


def _form_of_a_prompt(prompt: Any, client: Any) -> Any:
    return __getattr__("ChatPanel")(client, prompt=prompt)


def _dress() -> None:
    # A response knows nothing of its looks. Here, where all layers meet, it is given a view,
    # which is imported when one is first shown.
    response = import_module(".response.response", __name__).Response
    response._repr_mimebundle_, response.show = _draw, _show
    looks: Any = import_module(".runs.looks", __name__)
    looks.draw, looks.show, looks.page = _draw_value, _show_value, _write_page
    looks.follow = _follow_value
    maps: Any = import_module(".explore.looks", __name__)
    maps.draw, maps.home = _draw_value, _home
    maps.show, maps.page, maps.made = _show_map, _write_map, _note_map
    watching = import_module(".settings", __name__).nobody_watches
    if _nobody_watches not in watching:
        watching.append(_nobody_watches)


def _nobody_watches() -> bool:
    return bool(import_module(".kernel.output", __name__).nobody_watches())


def _draw(response: Any, include: object = None, exclude: object = None) -> dict[str, str]:
    from .views.answer import bundle

    return bundle(response)


def _home() -> Any:
    # Outside of IPython nobody waits for a loop of its own: scripts have theirs.
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    return None if shell is None else import_module(".kernel.loop", __name__).loop()


def _write_map(exploration: Any, rows: Any, include_text: bool) -> str:
    from .widgets.explorer.page import page

    return page(exploration, rows, include_text=include_text)


def _note_map(exploration: Any) -> None:
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    if shell is not None:
        import_module(".kernel.remade", __name__).remember(shell, exploration)


def _show_map(shown: Any) -> bool:
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    if shell is None:
        return False
    from .kernel.output import Cell

    cell = Cell(shell)
    if cell.place != "notebook" or cell.is_console:
        return False
    from .widgets.explorer.panel import Explorer

    if hasattr(shown, "common"):
        # Two maps with one selection, and below them where they differ.
        from .views.explore.compared import sentence, table

        Explorer(shown.one)._ipython_display_()
        Explorer(shown.other)._ipython_display_()
        cell.publish({"text/html": table(shown), "text/plain": sentence(shown)})
        return True
    Explorer(shown)._ipython_display_()
    return True


def _draw_value(value: Any) -> dict[str, str]:
    from .views.drawing import draw

    return draw(value)


def _show_value(value: Any) -> None:
    from .widgets.showing import show

    show(value)


def _follow_value(value: Any) -> Any:
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    if shell is None:
        return (lambda: None), (lambda: None)
    return import_module(".kernel.following", __name__).follow(shell, value, _draw_value)


def _write_page(report: Any) -> str:
    from .views.report.page import page

    return page(report)


def _show(response: Any) -> None:
    from .views.answer.showing import show

    show(response)
