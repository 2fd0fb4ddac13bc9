"""Columns of a terminal: wide, narrow, combining."""

from __future__ import annotations

import pytest

from tmat.width import pad, width


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("", 0),
        ("When", 4),
        ("当", 2),
        ("权力x", 5),
        ("e\u0301", 1),
        ("ｗ", 2),
        ("−∞", 2),
        ("₁₂", 2),
        ("a\u200db", 2),
    ],
)
def test_width(text: str, columns: int) -> None:
    assert width(text) == columns


@pytest.mark.parametrize("align", ["left", "right", "center"])
@pytest.mark.parametrize("text", ["玩", "play", "e\u0301t\u0301", ""])
def test_padded_to_the_columns(text: str, align: str) -> None:
    padded = pad(text, 7, align)
    assert width(padded) == 7
    assert padded.strip() == text
    assert padded.startswith(text) == (align == "left" or not text)


def test_what_is_too_long_stays() -> None:
    assert pad("thrones", 3, "center") == "thrones"
