"""Debian's Chromium, driven by Playwright: a page is opened, tapped, typed at, printed."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")


class Browser:
    """One page of it."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.run = page.evaluate  # the value of an expression in the page
        self.key = page.keyboard.press

    def open(self, page: Path, width: int, height: int = 900) -> None:
        self.page.set_viewport_size({"width": width, "height": height})
        self.page.goto(page.as_uri())

    def tap(self, selector: str) -> None:
        self.page.locator(selector).first.click()

    def pdf(self, width: float, height: float) -> bytes:
        """The page as printed on paper of that size in inches."""
        printed: bytes = self.page.pdf(width=f"{width}in", height=f"{height}in")
        return printed


@contextmanager
def browser() -> Iterator[Browser]:
    """A browser with a profile of its own; it ends with the block."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is for development only")
    with playwright.sync_playwright() as driven:
        own = driven.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield Browser(own.new_page())
        own.close()
