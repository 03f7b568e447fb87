"""nbconvert's exporter of PDF with the Chromium that the tests have found, by CHROMIUM."""

from __future__ import annotations

import os
from functools import partialmethod
from unittest.mock import patch

from nbconvert.exporters import WebPDFExporter
from playwright.async_api import BrowserType


class FoundChromium(WebPDFExporter):
    """nbconvert takes the one that Playwright has loaded down, and no machine must have that."""

    def run_playwright(self, html: str) -> bytes:
        launch = partialmethod(BrowserType.launch, executable_path=os.environ["CHROMIUM"])
        with patch.object(BrowserType, "launch", launch):
            made: bytes = super().run_playwright(html)
        return made
