from __future__ import annotations

import pytest

from tmat.visible import visible


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
