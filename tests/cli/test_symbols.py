"""--symbols writes what the numbers do: the same steps, each matrix with a letter of its own, within the width."""

from __future__ import annotations

import re

import pytest
from tests.cli.running import tmat

from tmat.visible import width

QKV = "-m Q='1 0; 0 1' -m K='1 0; 0 1' -m V='1 2 3; 4 5 6'"


def pages(line: str, columns: int = 100) -> dict[str, str]:
    """The steps by name, each with its cells."""
    text = tmat(f"attention --symbols --width {columns} {line}").output
    assert max(map(width, text.splitlines())) <= columns
    parts = re.split(r"^ \d+   (\w+) = ", text, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


@pytest.mark.parametrize(
    "how",
    [
        "", "--causal", "--no-scale", "--d-k 6", "--scale-by 3", "--temperature 2", "--causal --renormalize",
        "--score additive", "--score dot --valid 1", "--dropout 0.5",
    ],
)  # fmt: skip
def test_the_steps_are_those_of_the_numbers(how: str) -> None:
    assert list(pages(how)) == tmat(f"attention {QKV} {how}").steps


def test_heads() -> None:
    q = "-m Q='1 0 1 0; 0 1 0 1' -m K='1 0 1 0; 0 1 0 1' -m V='1 2 3 4 5 6; 1 2 3 4 5 6'"
    found = pages("--heads 2 --causal")
    assert list(found) == tmat(f"attention {q} --heads 2 --causal").steps
    assert "q₂₃   q₂₄" in found["Q2"]
    assert "weights1₁₁·V1₁₁" in found["Z1"]
    assert "weights2₁₁·V2₁₁" in found["Z2"]


def test_what_the_cells_say() -> None:
    found = pages("--d-k 6")
    assert "q₁₁k₂₁ + q₁₂k₂₂" in found["scores"]
    assert "s₂₁ / √6" in found["scaled"]
    assert "e^c₁₁ / (e^c₁₁ + e^c₁₂)" in found["weights"]
    assert "a₂₁v₁₃ + a₂₂v₂₃" in found["Z"]
    assert "scaled" not in pages("--no-scale")
    assert "e^s₁₁ / (e^s₁₁ + e^s₁₂)" in pages("--no-scale")["weights"]
    assert "tanh(" in pages("--score additive")["scores"]


@pytest.mark.parametrize("how", ["", "--causal", "--score additive --causal --dropout 0.5", "--heads 3 --causal"])
def test_a_letter_means_one_matrix(how: str) -> None:
    found = pages(how)
    operands = {name: cells.partition("×")[0] for name, cells in found.items()}
    letters: dict[str, set[str]] = {}
    for name, cells in found.items():
        for letter in re.findall(r"([A-Za-z_]+\d*)[₁₂₃₄₅₆₇₈₉]", cells.partition("\n")[2].replace("e^", "")):
            if letter != name:
                letters.setdefault(letter, set()).add(name)
    # what is read under one letter by several steps is one matrix: its name stands in each of their formulas
    for letter, steps in letters.items():
        common = set.intersection(*(set(re.findall(r"\w+", operands[step])) for step in steps))
        assert common, (letter, steps)


def test_sizes_and_what_is_given() -> None:
    assert "q₁k₁ + q₂k₂ + q₃k₃" in pages("--positions 1 -m Q='1 2 3'")["scores"]
    assert list(pages("-m scores='1 2; 3 4' -m V='1; 2' --d-k 4")) == ["scaled", "weights", "Z"]
    assert "x₁₁w₁₁" in pages("-m X='1 2; 3 4' --d-k 2 -m W_V='1; 1'", 300)["Q"]


def test_narrow_terminals_get_a_cell_a_line() -> None:
    found = pages("-m Q='1 2 3 4; 5 6 7 8'", 40)
    assert "s₁₁ = q₁₁k₁₁ + q₁₂k₁₂" in found["scores"]
