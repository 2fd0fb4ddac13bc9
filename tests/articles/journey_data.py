"""Makes src/tmat/examples/data/journey.txt: the tensors of fixtures/oracles/journey.json as torch prints them, to four decimals.

Run: python -m tests.articles.journey_data
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.oracles.load import document

FILE = Path(__file__).resolve().parents[2] / "src" / "tmat" / "articles" / "data" / "journey.txt"
HEAD = """# The tensors of the journey article, as torch prints them: the first four decimals of its float32 numbers.
# A name, then its rows; a row is a word (Your journey starts with one step) unless there is one row.
# Made by tests/articles/journey_data.py from what torch computed; _ is a number that is not printed.

X
0.43 0.15 0.89
0.55 0.87 0.66
0.57 0.85 0.64
0.22 0.58 0.33
0.77 0.25 0.10
0.05 0.80 0.55
"""
ATTENTION = ("W_Q", "W_K", "W_V", "Q", "K", "V", "scores", "scaled")
HEADS = ("Q", "K", "V", "scores", "scaled", "masked", "weights", "Z")
TENSORS: dict[str, tuple[str, ...]] = {
    "simple": ("scores_2", "weights_2", "context_2", "scores", "weights", "context"),
    "rand_123": ("query_2", "scores_2", "weights_2", "context_2", *ATTENTION, "weights", "Z"),
    "linear_789": (*ATTENTION, "weights", "Z"),
    "masking_789": ("mask", "masked_weights", "renormalized", "masked_scores", "masked", "weights", "Z"),
    "dropout_123": ("ones", "weights"),
    "causal_123": (*ATTENTION, "masked", "weights", "Z"),
    "stacked_123": (*(f"{name}{h}" for h in (1, 2) for name in ("W_Q", "W_K", "W_V", *HEADS)), "concat"),
    "split_123": (
        "W_Q", "W_K", "W_V", "W_O", "b_O", "Q", "K", "V", *(f"{name}{h}" for h in (1, 2) for name in HEADS), "concat", "output",
    ),
}  # fmt: skip
SECOND = {"key_2": (2, "K"), "value_2": (2, "V")}
BATCHES = {"causal_123": "Z", "stacked_123": "concat", "split_123": "output"}


def text() -> str:
    """The whole file."""
    torch = document("journey")
    blocks = [HEAD]
    for section, names in TENSORS.items():
        for name in names:
            blocks.append(_block(f"{section}.{name}", _rows(torch[section][name]["float32"])))
        if section == "rand_123":
            for name, (width, _) in SECOND.items():
                own = _rows(torch[section][name]["float32"])[0]
                blocks.append(_block(f"{section}.{name}", [own if n == 1 else ["_"] * width for n in range(6)]))
            score = _number(torch[section]["score_22"]["float32"])
            blocks.append(_block(f"{section}.score_22", [["_", score, "_", "_", "_", "_"]]))
        if section in BATCHES:
            first, second = torch[section]["batch"]["float32"]
            blocks += [_block(f"{section}.batch_{n}", _rows(one)) for n, one in ((1, first), (2, second))]
    return "\n".join(blocks)


def _block(name: str, rows: list[list[str]]) -> str:
    return name + "\n" + "\n".join(" ".join(row) for row in rows) + "\n"


def _rows(values: Any) -> list[list[str]]:
    rows = values if isinstance(values[0], list) else [values]
    return [[_number(x) for x in row] for row in rows]


def _number(x: float) -> str:
    return f"{x:.4f}"


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
