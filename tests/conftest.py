"""Options and settings for all tests."""

from __future__ import annotations

import os

import pytest
from hypothesis import settings

settings.register_profile("ci", derandomize=True, deadline=None, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--rewrite-docs", action="store_true", help="write what the program prints into README.md and docs/"
    )
    parser.addoption("--rewrite-golden", action="store_true", help="write what the program prints into fixtures/")
