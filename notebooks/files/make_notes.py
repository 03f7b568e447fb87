"""
Makes the table of ``explore-embeddings.ipynb``: the sentences of ``topics.csv`` and known faults.

``notes.csv`` has six rows that are nearly others, five with the topic of others, four that belong
to nothing, and three without a text; ``planted`` says which. ``notes.parquet`` has 60 small
drawings with captions besides, as PNG in the column ``image``; it needs pandas and pyarrow. Run it
in this folder. ``pairs.csv`` stands beside them, written by hand: 32 pairs of sentences in two
languages, from 0 (nothing in common) to 4 (the same meaning), to see how well a model agrees.
"""

from __future__ import annotations

import csv
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw

# A row of topics.csv, and the same once more as somebody else would have typed it.
TWINS = {
    0: "Heavy rain floods the low streets by the river.",
    30: None,
    61: None,
    90: None,
    150: None,
    200: None,
}
# A row, and the topic that it is said to have.
WRONG = {5: "cooking", 40: "weather", 77: "football", 160: "music", 255: "cooking"}
STRANGE = (
    "SELECT id, total FROM orders WHERE total > 100 ORDER BY id;",
    "qwe asd zxc 8842 kkj",
    "🦑🦑 ✈ 🧶 ☂ 🧿 🪗",
    "Lorem ipsum dolor sit amet, consectetur adipiscing elit, sed do eiusmod",
)
COLORS = {
    "red": "#d62728",
    "blue": "#1f77b4",
    "green": "#2ca02c",
    "yellow": "#ffd700",
    "purple": "#7b3fa0",
    "black": "#222222",
}
SHAPES = ("circle", "square", "triangle", "line", "cross", "ring", "bar", "star", "moon", "arrow")
SIDE = 48


def notes() -> list[dict[str, Any]]:
    """The rows of ``notes.csv``."""
    with Path("topics.csv").open(encoding="utf-8", newline="") as file:
        rows: list[dict[str, Any]] = [
            {"topic": row["topic"], "lang": row["language"], "text": row["text"], "planted": ""}
            for row in csv.DictReader(file)
        ]
    topics = list(dict.fromkeys(row["topic"] for row in rows))
    for at, topic in WRONG.items():
        own = rows[at]["topic"]
        wrong = topic if topic in topics and topic != own else next(t for t in topics if t != own)
        rows[at] |= {"topic": wrong, "planted": "label"}
    twins = [
        {**rows[at], "text": typed or f"{rows[at]['text']}!", "planted": "twin"}
        for at, typed in TWINS.items()
    ]
    strange = [
        {"topic": topics[number], "lang": "en", "text": text, "planted": "stranger"}
        for number, text in enumerate(STRANGE)
    ]
    blank = [
        {"topic": topics[number], "lang": "en", "text": " " * number, "planted": "blank"}
        for number in range(3)
    ]
    return [*rows, *twins, *strange, *blank]


def drawing(shape: str, color: str) -> bytes:
    """A shape as PNG, some 200 bytes."""
    image = Image.new("RGB", (SIDE, SIDE), "white")
    pen = ImageDraw.Draw(image)
    low, middle, high = 8, SIDE // 2, SIDE - 8
    match shape:
        case "circle":
            pen.ellipse((low, low, high, high), fill=color)
        case "square":
            pen.rectangle((low, low, high, high), fill=color)
        case "triangle":
            pen.polygon([(middle, low), (high, high), (low, high)], fill=color)
        case "line":
            pen.line((low, high, high, low), fill=color, width=5)
        case "cross":
            pen.line((low, middle, high, middle), fill=color, width=7)
            pen.line((middle, low, middle, high), fill=color, width=7)
        case "ring":
            pen.ellipse((low, low, high, high), outline=color, width=6)
        case "bar":
            pen.rectangle((low, middle - 6, high, middle + 6), fill=color)
        case "star":
            points = [(24, 5), (29, 18), (43, 18), (32, 27), (36, 41), (24, 32), (12, 41)]
            pen.polygon([*points, (16, 27), (5, 18), (19, 18)], fill=color)
        case "moon":
            pen.ellipse((low, low, high, high), fill=color)
            pen.ellipse((low + 12, low - 4, high + 12, high - 4), fill="white")
        case _:
            pen.line((low, middle, high, middle), fill=color, width=5)
            pen.polygon([(high, middle), (middle, low), (middle, high)], fill=color)
    out = BytesIO()
    image.quantize(8).save(out, "PNG", optimize=True)
    return out.getvalue()


def main() -> None:
    rows = notes()
    with Path("notes.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, ["topic", "lang", "text", "planted"])
        writer.writeheader()
        writer.writerows(rows)
    import pandas as pd

    drawings = [
        {"topic": "drawings", "lang": "en", "text": f"a {color} {shape}", "planted": ""}
        | {"image": drawing(shape, paint)}
        for shape in SHAPES
        for color, paint in COLORS.items()
    ]
    pd.DataFrame([*({**row, "image": None} for row in rows), *drawings]).to_parquet("notes.parquet")


if __name__ == "__main__":
    main()
