"""
Build the site: ``python -m docs.site``, or ``make docs``.

It runs the notebooks, gathers the sources, and has Sphinx make pages of them; a warning is an
error. ``--fast`` takes the notebooks as they have run before.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import time
from pathlib import Path

from sphinx.cmd.build import build_main

from . import notebooks, staging

ROOT = Path(__file__).parents[2]
BUILD = ROOT / "build" / "site"


def main() -> int:
    """Build, and say where the site is; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m docs.site", description="Build the site.")
    parser.add_argument("--fast", action="store_true", help="do not run the notebooks again")
    options = parser.parse_args()
    begun = time.monotonic()
    executed = BUILD / "notebooks"
    if not options.fast:
        shutil.rmtree(executed, ignore_errors=True)
    if not executed.is_dir():
        print("Running the notebooks ...")
        notebooks.run_all(executed)
    source, pages = BUILD / "source", BUILD / "pages"
    staging.stage(source, executed)
    shutil.rmtree(pages, ignore_errors=True)
    told = ["-c", str(Path(__file__).parent), "-d", str(BUILD / "trees")]
    status = build_main(
        ["-b", "html", "-E", "-q", "-W", "--keep-going", *told, str(source), str(pages)]
    )
    print(f"{time.monotonic() - begun:.0f} s: {pages / 'index.html'}")
    return int(status)


if __name__ == "__main__":
    sys.exit(main())
