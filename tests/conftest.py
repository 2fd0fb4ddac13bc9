"""Options and settings for all tests."""

from __future__ import annotations

import gc
import os
import signal
import sys
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from hypothesis import settings

# Programs that tests start load what the first of them has compiled.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# A shell starts what it puts in the background with interrupts ignored, which the programs of the tests would inherit.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

settings.register_profile("ci", max_examples=50, derandomize=True, deadline=None, print_blob=True)
settings.register_profile("thorough", max_examples=1000, deadline=None, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


@pytest.fixture(scope="session", autouse=True)
def articles_marked_once() -> Iterator[None]:
    from tests.marked_once import marked_once

    from tmat.articles import auditing

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(auditing, "mark", marked_once(auditing.mark))
        yield


@pytest.fixture
def from_an_index(monkeypatch: pytest.MonkeyPatch) -> None:
    """tmat as installed by its name alone, so that what is said of extras is the same everywhere."""
    monkeypatch.setattr("importlib.metadata.distribution", lambda name: SimpleNamespace(read_text=lambda file: None))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--rewrite-docs", action="store_true", help="write what the program prints into README.md and docs/"
    )
    parser.addoption("--rewrite-golden", action="store_true", help="write what the program prints into fixtures/")


def pytest_collection_finish() -> None:
    gc.freeze()  # ten thousand tests need not be looked through at each collection: 3 % of the suite
