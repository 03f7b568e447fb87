"""Films of an answer, each with a player and what it was made from."""

from __future__ import annotations

from collections.abc import Sequence

from ...values.video import Video
from ..safe.look import FAINT, SMALL, WRAP, one_line, words
from . import reuse, video

_PROMPT = 160
# A notebook is not filled with more of them; all are in .videos.
MOST = 8
_WORDS = f"{SMALL};line-height:1.35;max-width:640px;{WRAP}"


def players(films: Sequence[Video]) -> str:
    """All of them below each other; each is embedded up to 2 MB, else kept beside the notebook."""
    more = len(films) - MOST
    rest = f'<div style="{SMALL};{FAINT}">and {more} more in .videos</div>' if more > 0 else ""
    return "".join(map(_shown, films[:MOST])) + rest


def lines(films: Sequence[Video]) -> str:
    """The same in words, a line each."""
    return "\n".join(
        f"[film {number}] {' · '.join(filter(None, [one_line(film.prompt), figures(film)]))}"
        for number, film in enumerate(films, 1)
    )


def figures(film: Video) -> str:
    """Its size, length and seed in words."""
    if not film.data:
        return "not fetched"
    said = []
    if all(film.size):
        width, height = film.size
        said.append(f"{width} × {height}")
    if film.seconds:
        said.append(f"{film.seconds:.1f} s")
    fps = film.said.get("fps")
    if isinstance(fps, int | float) and not isinstance(fps, bool):
        said.append(f"{fps:g} fps")
    if film.seed is not None:
        said.append(f"seed {film.seed}")
    return " · ".join(said)


def _shown(film: Video) -> str:
    prompt = f'<div style="{_WORDS}">{words(film.prompt, _PROMPT)}{reuse.folded(film)}</div>'
    if not film.data:
        return f'<div style="{SMALL};{FAINT}">A film that was not fetched.</div>{prompt}'
    return video.player(film.data, poster=film.poster, caption=figures(film)) + prompt
