"""Addresses that a result may not be fetched from, in the spellings that parsers disagree about."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator

from sophnet_jupyter.wire.files.addresses import Refused, objection, place
from tests.wire.test_download_addresses import BAD, PRIVATE

from ..tally import Tally


def run(tally: Tally, *, small: bool) -> None:
    for name, address in PRIVATE.items():
        tally.count(f"{name}: {address}", objection(address))
    for name, url in BAD.items():
        _refused(tally, f"{name}: {url[:80]}", url)
    # Of one that is private by its zone alone, no other spelling is.
    for address in [each for each in PRIVATE.values() if "%" not in each][:: 8 if small else 1]:
        for spelling in _spellings(address):
            _refused(tally, spelling, spelling)


def _refused(tally: Tally, name: str, url: str) -> None:
    try:
        found = place(url)
    except Refused:
        tally.count(name, True)
    else:
        tally.count(name, False, f"taken as {found}")


def _spellings(address: str) -> Iterator[str]:
    """A private address as the host of an https address."""
    try:
        number = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return
    if number.version == 6:
        yield f"https://[{number.exploded}]/a.png"
        yield f"https://[{number.compressed.upper()}]/a.png"
        yield f"https://user@[{number}]/a.png"
        return
    parts = str(number).split(".")
    whole = int(number)
    for host in (
        *(str(number), f"{number}.", str(whole), f"0x{whole:x}", f"0{whole:o}"),
        ".".join(f"0x{int(part):x}" for part in parts),
        ".".join(f"0{int(part):o}" for part in parts),
        ".".join(part.zfill(3) for part in parts),
        f"[::ffff:{number}]",
        f"[::{number}]",
        f"[64:ff9b::{number}]",
        f"[2002:{whole >> 16:x}:{whole & 65535:x}::]",
        "".join(chr(0xFF10 + int(c)) if c.isdigit() else c for c in str(number)),
        str(number).replace(".", "。"),
        "".join(f"%{ord(c):02x}" for c in str(number)),
        f"example.com@{number}",
    ):
        yield f"https://{host}/a.png"
