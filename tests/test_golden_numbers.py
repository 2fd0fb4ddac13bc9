"""The same numbers everywhere: draws bit for bit, seven stages as a pipe to 1e-12; ``pytest --rewrite-golden`` writes them anew."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.cli.running import pipe
from tests.near import apart

from tmat.numbers.seeding import draw, keep_mask
from tmat.numbers.torch_draws import TorchGenerator
from tmat.operations.products import LONGEST, PENCIL, product

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "fixtures" / "golden"
SEEDS = (0, 1, 123, "name:li.wei")
PIPE = (
    "vocab --text 'When you play game of thrones you win or you die'", "embed --text 'When you play game of thrones' --d-model 6 --seed 1",
    "posenc", "attention --d-k 4 --heads 2", "addnorm", "ffn", "addnorm", "decode --max-tokens 2",
)  # fmt: skip


def draws() -> dict[str, list[str]]:
    """Draws of each kind, their numbers in hexadecimal: nothing of them is rounded away."""
    found = {f"{init} {seed}": draw(init, (3, 4), seed=seed, stage="attention", name="W_Q") for init in ("uniform", "normal", "xavier", "integers") for seed in SEEDS}  # fmt: skip
    for seed in SEEDS:
        found[f"keep {seed}"] = keep_mask((3, 4), 0.5, seed=seed, stage="attention", name="keep")
        if isinstance(seed, int):
            generator = TorchGenerator(seed)
            found[f"torch-rand {seed}"] = generator.rand(3, 4)
            found[f"torch-linear {seed}"] = generator.linear(3, 4)[0]
            found[f"torch-dropout {seed}"] = generator.dropout_keep(3, 4, 0.5)
    return {name: [float(number).hex() for number in array.flat] for name, array in found.items()}


def golden(name: str, text: str, request: pytest.FixtureRequest) -> str:
    path = FOLDER / name
    if request.config.getoption("--rewrite-golden"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
    return path.read_bytes().decode("utf-8")


def test_draws_bit_for_bit(request: pytest.FixtureRequest) -> None:
    text = json.dumps(draws(), indent=1) + "\n"
    assert text == golden("draws.json", text, request)


def test_seven_stages(request: pytest.FixtureRequest) -> None:
    text = pipe(*PIPE).output
    assert apart(text, golden("journey.json", text, request)) == ""


def test_what_counts_as_the_same() -> None:
    assert apart("[0.30000000000000004,1]", "[0.3,1]") == ""
    assert "0.3001 is not 0.3" in apart("[0.3001,1]", "[0.3,1]")
    assert "'Q' is not 'K'" in apart("Q", "K")
    assert "3 parts, not 2" in apart("[1,2", "[1,") or "part" in apart("[1,2", "[1,")


def by_pencil(a: Any, b: Any) -> list[list[float]]:
    """The product with Python's own floats, from left to right."""
    rows = []
    for row in a.tolist():
        cells = []
        for column in b.T.tolist():
            total = 0.0
            for x, y in zip(row, column, strict=True):
                total += x * y
            cells.append(total)
        rows.append(cells)
    return rows


@pytest.mark.parametrize("shape", [(6, 6, 4), (1, 1, 1), (3, 64, 5), (17, 256, 3), (64, 64, 64), (2, 0, 3), (0, 3, 2)])
def test_small_products_are_summed_from_left_to_right(shape: tuple[int, int, int]) -> None:
    n, k, m = shape
    numbers = np.random.default_rng(0)
    a, b = numbers.normal(size=(n, k)), numbers.normal(size=(k, m))
    assert k <= LONGEST and n * k * m <= PENCIL
    assert product(a, b).tolist() == by_pencil(a, b)
    assert product(a.astype(np.float32), b.astype(np.float32)).dtype == np.float32


def test_larger_products_are_the_same_to_1e_12() -> None:
    numbers = np.random.default_rng(0)
    a, b = numbers.normal(size=(90, 300)), numbers.normal(size=(300, 70))
    expected = np.array(by_pencil(a, b))
    np.testing.assert_allclose(product(a, b), expected, rtol=0, atol=1e-12 * np.abs(expected).max())


@pytest.mark.parametrize("core", ["Prescott", "Haswell"])
def test_other_processors_compute_the_same(core: str) -> None:
    """What NumPy's OpenBLAS does on other processors; where NumPy has another BLAS this holds all the same."""
    line = [
        sys.executable,
        "-m",
        "tmat",
        "attention",
        "--seed",
        "1",
        "--heads",
        "2",
        "--only",
        "scores",
        "--format",
        "json",
    ]
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    own, other = (
        subprocess.run(line, env=each, stdin=subprocess.DEVNULL, capture_output=True, check=True).stdout
        for each in (environment, {**environment, "OPENBLAS_CORETYPE": core})
    )
    assert own == other
