"""torch's own attention against a worksheet made of its state dict, as docs/debugging.md has it."""

from __future__ import annotations

import pytest

import tmat
from tmat.testing import assert_matches


def test_multihead_attention_is_right_in_every_type_and_its_bug_is_named() -> None:
    torch = pytest.importorskip("torch", reason="torch is for development only")
    torch.manual_seed(0)
    mha = torch.nn.MultiheadAttention(16, 4, batch_first=True, dtype=torch.float64).eval()
    x = torch.randn(1, 5, 16, dtype=torch.float64)
    sheet = tmat.attention(x[0], heads=4, **tmat.read_weights(mha.state_dict(), "attention"))
    for dtype in (torch.float64, torch.float32, torch.bfloat16):
        own = mha.to(dtype)
        with torch.no_grad():
            output, weights = own(*[x.to(dtype)] * 3, average_attn_weights=False)
        assert_matches(output[0], sheet)
        assert_matches({f"weights{head}": weights[0, head - 1] for head in range(1, 5)}, sheet)
    masked = torch.ones(5, 5, dtype=torch.bool).triu(1)
    with torch.no_grad():
        output, _ = mha.float()(*[x.float()] * 3, attn_mask=masked)
    with pytest.raises(AssertionError, match="cells are not the worksheet's"):
        assert_matches(output[0], sheet)
