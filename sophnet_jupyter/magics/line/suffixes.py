"""Endings of the file names that each magic takes, for completion."""

from __future__ import annotations

PICTURES = (".bmp", ".gif", ".jpeg", ".jpg", ".png", ".tif", ".tiff", ".webp")
SOUNDS = (
    *(".3gp", ".aac", ".amr", ".flac", ".flv", ".m4a", ".mp3", ".mp4", ".ogg", ".opus", ".wav"),
    ".wma",
)
KNOWLEDGE = (".docx", ".pdf", ".pptx", ".txt", ".xlsx")
DOCUMENTS = (".doc", ".docx", ".pdf", ".pptx", ".txt", ".xlsx")
