"""Text as it is seen: invisible characters escaped, and its width in columns: wide, narrow, combining."""

from __future__ import annotations

from unicodedata import normalize

import pytest

from tmat.visible import pad, visible, width


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("When", "When"),
        ("当 你 · Ünïcode", "当 你 · Ünïcode"),
        ("a\nb\tc\rd", r"a\nb\tc\rd"),
        ("\x1b]0;title\x07", r"\x1b]0;title\x07"),
        ("\x9b31m", r"\x9b31m"),
        ("abc\u202efdp.exe", r"abc\u202efdp.exe"),
        ("\u2066x\u2069", r"\u2066x\u2069"),
        ("zero\u200bwidth\ufeff", r"zero\u200bwidth\ufeff"),
        ("\udc80", r"\udc80"),
        ("tag\U000e0041", r"tag\U000e0041"),
        ("👩\u200d🔬", "👩\u200d🔬"),
    ],
)
def test_what_would_steer_a_terminal_is_written_out(text: str, shown: str) -> None:
    assert visible(text) == shown


def test_a_long_text_is_cut_and_says_so() -> None:
    assert visible("x" * 1000, limit=10) == "x" * 9 + "…"
    assert visible("short", limit=10) == "short"


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
