"""Links that lead somewhere, names that are told, and nothing that comes from elsewhere."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import sophnet_jupyter
from docs.site import lookup
from docs.site.lookup import names

# Hosts whose names stand in scripts and are never asked: licenses, standards, and what a script
# would ask if it were told to, which test_browser.py shows that it is not.
SAID = re.compile(
    r"https?://(?:www\.)?(?:w3\.org|apache\.org|mathjax\.org|github\.com|getbootstrap\.com|"
    r"fontawesome\.com|opensource\.org|stemmer|snowballstem\.org|developer\.mozilla\.org|"
    r"sphinx-doc\.org|pydata-sphinx-theme\.readthedocs\.io|popper\.js\.org|\$\{)"
)
LOADED_BY_A_SHEET = re.compile(r"""(?:url\(\s*['"]?|@import\s+['"])(\s*(?:https?:)?//[^'")]+)""")


def test_every_link_leads_to_a_page_and_to_a_place_on_it(read: dict[Path, Any]) -> None:
    broken = []
    for path, page in read.items():
        for link in page.links:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            there = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            if not there.exists():
                broken.append((path.name, link))
            elif there in read and parts.fragment:
                if unquote(parts.fragment) in read[there].anchors:
                    continue
                broken.append((path.name, link))
    assert broken == []


def test_a_page_loads_nothing_from_another_network(read: dict[Path, Any]) -> None:
    foreign = [
        (path.name, address)
        for path, page in read.items()
        for address in page.loads
        if re.match(r"(https?:)?//", address.strip())
    ]
    assert foreign == []


def test_what_a_page_loads_is_in_the_site(read: dict[Path, Any]) -> None:
    missing = []
    for path, page in read.items():
        for address in page.loads:
            parts = urlsplit(address)
            if address and not parts.scheme and not (path.parent / unquote(parts.path)).exists():
                missing.append((path.name, address))
    assert missing == []


def test_no_sheet_and_no_script_names_the_address_of_another_network(pages: Path) -> None:
    found = []
    for path in pages.rglob("*"):
        if path.suffix == ".css":
            text = path.read_text("utf-8", "replace")
            found += [(path.name, each) for each in LOADED_BY_A_SHEET.findall(text)]
        elif path.suffix == ".js" and path.name != "searchindex.js":
            text = path.read_text("utf-8", "replace")
            hosts = re.findall(r"https?://[\w.$-][^\s\"'`)<>]*", text)
            found += [(path.name, each) for each in hosts if not SAID.match(each)]
    assert found == []


def test_each_public_name_has_a_place(read: dict[Path, Any], pages: Path) -> None:
    told = names.places()
    assert set(told) == set(sophnet_jupyter.__all__)
    for name, place in told.items():
        page, _, anchor = place.replace(".md", ".html").partition("#")
        there = read[pages / "look-up" / page]
        assert not anchor or anchor in there.anchors, name


def test_each_page_that_the_code_makes_is_on_the_site(read: dict[Path, Any], pages: Path) -> None:
    made = {(pages / "look-up" / name).with_suffix(".html") for name in lookup.pages()}
    assert made <= set(read)


def test_each_notebook_shows_what_its_cells_gave(pages: Path) -> None:
    from docs.site import notebooks

    for name in notebooks.names():
        text = (pages / "do" / f"{name}.html").read_text("utf-8")
        assert "cell_output" in text, name
        assert "Traceback" not in text, name
        assert "widget-view" not in text, name
