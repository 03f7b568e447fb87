"""Labels of links that read as another host than the one they lead to."""

from __future__ import annotations

import re

from sophnet_jupyter.views.safe.markdown import render

from ..tally import Tally

HOSTS = ("bank.example", "paypal.com", "github.com", "www.icbc.com.cn", "login.microsoft.com")
# Letters that are not seen, or look like others: put into a label at every place.
UNSEEN = (
    "\u00ad\u034f\u115f\u1160\u17b4\u180b\u180e\u200b\u200c\u200d\u2060\u2063\u2800"
    "\u3164\ufe00\ufe0f\uffa0"
)
MARKS = "\u0300\u0332\u0338\u20d2\u20e3"
DOTS = "․·‧ꓸ܁۔．。"
LOOK_ALIKE = {"a": "а", "e": "е", "o": "о", "p": "р", "c": "с", "i": "і", "b": "Ь", "m": "ⅿ"}
FONTS = (0x1D41A, 0x1D44E, 0x1D5BA, 0x1D68A, 0x24D0, 0xFF41)


def _labels(host: str, small: bool) -> list[str]:
    middle = host.index(".")
    places = (0, middle, middle + 1, len(host) - 1)
    made = [host, host.upper(), f"https://{host}/", f"//{host}", f"me@{host}", f"`{host}`"]
    made += [f"{host[:at]}{sign}{host[at:]}" for sign in UNSEEN + MARKS for at in places]
    made += [host.replace(".", dot) for dot in DOTS]
    made += ["".join(LOOK_ALIKE.get(c, c) for c in host)]
    made += [
        "".join(chr(font + ord(c) - 97) if c.isalpha() else c for c in host)
        for font in FONTS
        if font != 0x1D44E or "h" not in host  # italic h has no place of its own there
    ]
    made += ["$" + ".".join(f"\\text{{{part}}}" for part in host.split(".")) + "$"]
    made += [f"**{host[:4]}**{host[4:]}"]
    made += [f"Sign in at {host} now", f"({host})", f"“{host}”", f"{host}:443", f"{host}/login"]
    return made[::9] if small else made


def run(tally: Tally, *, small: bool) -> None:
    for host in HOSTS[:2] if small else HOSTS:
        for label in _labels(host, small):
            shown = re.sub(r"<[^>]+>", "", render(f"[{label}](https://evil.org/x)")).strip()
            tally.count(repr(label), shown.endswith("(evil.org)"), shown)
