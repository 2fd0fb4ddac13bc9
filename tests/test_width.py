"""Columns of a terminal: wide, narrow, combining."""

from __future__ import annotations

from unicodedata import normalize

import pytest

from tmat.visible import pad, width


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("", 0),
        ("When", 4),
        ("−∞", 2),
        ("Kᵀ₁₂", 4),
        ("当", 2),
        ("权力x", 5),
        ("かな", 4),
        ("ｗ", 2),  # a full-width letter
        ("e\u0301", 1),  # é in two characters
        ("s\u0323\u0307", 1),  # two marks on one letter
        ("한국", 4),
        (normalize("NFD", "한국"), 4),  # the same two syllables, each in its three letters
        ("👍", 2),
        ("👍🏽", 2),  # with a skin tone
        ("👨\u200d👩\u200d👧", 2),  # a family of three, joined
        ("❤\ufe0f", 2),  # a heart, drawn in colour
        ("1\ufe0f\u20e3", 2),  # a keycap
        ("🇩🇪🇫🇷", 4),  # two flags
        ("🇩🇪 won", 6),
    ],
)
def test_width(text: str, columns: int) -> None:
    assert width(text) == columns


@pytest.mark.parametrize("align", ["left", "right", "center"])
@pytest.mark.parametrize("text", ["玩", "play", "e\u0301t\u0301", "👍🏽", "🇩🇪", ""])
def test_padded_to_the_columns(text: str, align: str) -> None:
    padded = pad(text, 7, align)
    assert width(padded) == 7
    assert padded.strip() == text
    assert padded.startswith(text) == (align == "left" or not text)


def test_what_is_too_long_stays() -> None:
    assert pad("thrones", 3, "center") == "thrones"
