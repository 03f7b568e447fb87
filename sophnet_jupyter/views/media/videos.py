"""Videos of an answer, each with a player, its prompt and settings."""

from __future__ import annotations

from collections.abc import Sequence

from ...language import tr
from ...values.video import Video
from ..safe.look import FAINT, SMALL, WRAP, one_line, words
from . import reuse, video_player

_PROMPT = 160
# A notebook is not filled with more of them; all are in .videos.
MOST = 8
_WORDS = f"{SMALL};line-height:1.35;max-width:640px;{WRAP}"


def players(videos: Sequence[Video]) -> str:
    """All of them below each other; each is embedded up to 2 MB, else kept beside the notebook."""
    more = len(videos) - MOST
    rest = (
        f'<div style="{SMALL};{FAINT}">{tr("and {count} more in .videos", count=more)}</div>'
        if more > 0
        else ""
    )
    return "".join(map(_shown, videos[:MOST])) + rest


def lines(videos: Sequence[Video]) -> str:
    """The same as plain text, a line each."""
    return "\n".join(
        f"[{tr('video {number}', number=number)}] "
        + " · ".join(filter(None, [one_line(video.prompt), figures(video)]))
        for number, video in enumerate(videos, 1)
    )


def figures(video: Video) -> str:
    """Its size, length and seed in words."""
    if not video.data:
        return tr("not fetched")
    said = []
    if all(video.size):
        width, height = video.size
        said.append(f"{width} × {height}")
    if video.seconds:
        said.append(tr("{seconds:.1f} s", seconds=video.seconds))
    fps = video.said.get("fps")
    if isinstance(fps, int | float) and not isinstance(fps, bool):
        said.append(tr("{fps:g} fps", fps=fps))
    if video.seed is not None:
        said.append(tr("seed {seed}", seed=video.seed))
    return " · ".join(said)


def _shown(video: Video) -> str:
    prompt = f'<div style="{_WORDS}">{words(video.prompt, _PROMPT)}{reuse.folded(video)}</div>'
    if not video.data:
        return f'<div style="{SMALL};{FAINT}">{tr("A video that was not fetched.")}</div>{prompt}'
    return video_player.player(video.data, poster=video.poster, caption=figures(video)) + prompt
