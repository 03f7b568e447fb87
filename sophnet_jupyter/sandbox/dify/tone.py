"""A tone of a third of a second as MP3: what this app says aloud, since no voice is scripted."""

from __future__ import annotations

from base64 import b64decode

# 440 Hz, mono, 16 kHz, 16 kbit/s: frames without a header, so that they can follow each other.
_FRAMES = b64decode(
    """
    //MoxAAMYALhv0EYAqkApLv//wAD4Pg+D7wQicHzkEJcHwfD/BDg+/nKPP8CO0B/gQ5kAf4EOaAf4Edz/R71cJd3//l1
    l4/A//MoxAkPYLacAZuIAH7+mCEptyoFCg3RDBocdOHgRYXMiFQbojbYCkIkxDiDECMf8ukyZF4vfKgqIj31gqIj38FV
    ///7j/Na//MoxAYOoHJAAd4QAJuEAEAQwDwODBNAGMEwH8w6iczZAH4OjUp4xxx4jEuDnMMIXsGhPmCEAaW9aM21NHRQ
    K/6F///8qVyl//MoxAYNqG48AOf2gIpcEGggCBkwKNjDh/Mz5wwrZD4MXjCIjAUgGsyUIOYyzMz8BKwkAsmgWesCv/f/
    /3L///zjDjt6m6FA//MoxAoOGHI0AO/4gDjAsKTCIVDFEszMaGDEL1SgyOQLUMEPA7zRaPNuU4yeYDHIFDgQtd1IfjFI
    f/0V+DgxjK0kBxEGRohg//MoxAwPeHY0ABc8KOQhoUDnPhAbZYaR83AsGLeECYMIV5gOESA0LYgAfQ7MJeqP1LF93+//
    /v/////6f/uQ///9ypyVTFwg//MoxAkNMG48AOf2gEAcwCFDBgxMVnY0FhTDP0BUxvwIBMB3AWDFB8434MuTDJgMvUwV
    +p2+Jv+6///8KeBHmX0MgMGBQwSM//MoxA8NEG5AAOe2gMxEdDM91MlLwk0/x+TCYCWNSTDk7My4pDEBM9tIvLKcHP+/
    //uq///9R96HRZKi2HDACSzUBI81VNIY//MoxBUMAHJAAN+4gOTOasIkw8gXjIBwMS2cCHEUBS23oj8xXzM/6P///Upd
    pdqEkEgAwACzB4iMWFs0LNjM80kNvkZowggN//MoxCAMEG5AAOe2gcAlBtXyY+mmNgCGrjQ7a5BqCtVQAYG7u7uaJoHI
    w9qES8HtIPDw8AAAAAAw8PDw8AAAAAAw8PDw8AAA//MoxCoXaFaoNB6MgQAAMPDw8PAAAAAAMPDw8PAAAAAAMPDw8PAA
    AAAAMPDw8eAAAAAIw8PDx4AAAAAr//7v/91AD+7/iUpS//MoxAcOIKbNGAJMEZSjGKqEKmQsTEZeZmZcBAIBAIBBRIkS
    IkSJGQUFCgoKCgkFBQUFCgoKCgkFBQUF4FDVTEFNRTMuMTAw
    """
)


def tone(words: str) -> bytes:
    """Sound for a text: one tone for each ten characters, at most half a minute."""
    return _FRAMES * max(1, min(80, len(words) // 10))
