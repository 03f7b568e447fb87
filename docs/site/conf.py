"""How Sphinx makes the site; `python -m docs.site` gathers its sources and calls it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from docs.site import search  # noqa: E402 - Sphinx reads this file from wherever it was started
from docs.site.maths import mathjax  # noqa: E402
from sophnet_jupyter import __version__  # noqa: E402

project = "sophnet_jupyter"
author = "The sophnet_jupyter developers"
version = release = __version__
language = "en"
extensions = ["myst_nb"]
root_doc = "index"
exclude_patterns = ["files/**"]

# They have run already: see notebooks.py.
nb_execution_mode = "off"
# Panels are their still forms, as in a notebook that is opened without a kernel.
nb_mime_priority_overrides = [
    ("html", "text/html", 0),
    ("html", "image/svg+xml", 1),
    ("html", "image/png", 2),
    ("html", "text/plain", 90),
]
# Anchors as GitHub makes them, where the same pages are read.
myst_heading_anchors = 4
myst_enable_extensions = ["colon_fence"]
# A cell's code is Python with magics in it, and prompts are words.
nb_render_markdown_format = "myst"
suppress_warnings = ["misc.highlighting_failure"]

html_theme = "pydata_sphinx_theme"
html_title = f"sophnet_jupyter {release}"
html_static_path = [str(Path(__file__).parent / "static")]
html_css_files = ["site.css"]
html_js_files = [("site.js", {"defer": "defer"})]
html_show_sourcelink = False
html_copy_source = False
html_search_language = search.Pairs.lang
html_theme_options: dict[str, Any] = {
    "logo": {"text": "sophnet_jupyter"},
    "header_links_before_dropdown": 6,
    "navbar_end": ["theme-switcher"],
    "secondary_sidebar_items": ["page-toc"],
    "show_prev_next": True,
    "footer_start": ["copyright"],
    "footer_end": [],
    "search_bar_text": "Search, also in Chinese",
}
project_copyright = author


def setup(app: Any) -> None:
    """Called by Sphinx: the search by pairs of letters, and MathJax from the site itself."""
    app.add_search_language(search.Pairs)
    mathjax(app)
