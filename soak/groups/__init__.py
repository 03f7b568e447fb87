"""The groups of attacks, faults and loads, in the order in which they are run."""

from __future__ import annotations

# Name, what is tried. Each is a module beside this one, with `run(tally, small=…)`.
GROUPS = {
    "texts": "attack texts in every view and panel",
    "readers": "floods against every parser and every lexer: twice the text, at most 2.6 the cost",
    "panels": "forged messages to panels, and states that a notebook has kept",
    "addresses": "addresses of results that are private, odd or not what they seem",
    "links": "labels that read as another host",
    "keys": "keys said back by a server, in every spelling, cut at either end",
    "private": "other hosts, origins and keys at the sandbox's door",
    "bombs": "answers, pictures and messages without end",
    "kills": "processes killed while they save, take in files, ask rows and pay",
    "still": "processes that stood still while their answer came",
    "proxies": "answers behind a proxy that drops the connection",
    "load": "sixty clients, sixty live lines, many texts, long conversations",
}
"""Names, and what they try."""
