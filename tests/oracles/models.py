"""Weights as frameworks save them, and what torch makes of them: fixtures/models. Needs torch, transformers and safetensors.

Run anew: python -m tests.oracles.models
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import save_file
from transformers import BartConfig, BertConfig, GPT2Config
from transformers.models.bart.modeling_bart import BartEncoderLayer
from transformers.models.bert.modeling_bert import BertModel
from transformers.models.gpt2.modeling_gpt2 import GPT2Model

HERE = Path(__file__).parent.parent.parent / "fixtures" / "models"
NO_DROPOUT = {"attention_probs_dropout_prob": 0.0, "hidden_dropout_prob": 0.0}


def seen(module: torch.nn.Module, run: Any) -> tuple[torch.Tensor, torch.Tensor]:
    """What went into a module, and what came out, while something ran."""
    caught: list[torch.Tensor] = []

    def catch(_: Any, args: Any, kwargs: Any, out: Any) -> None:
        came = args[0] if args else kwargs["hidden_states"]
        caught.extend([came[0], out[0][0] if isinstance(out, tuple) else out[0]])

    handle = module.register_forward_hook(catch, with_kwargs=True)
    run()
    handle.remove()
    return caught[0], caught[1]


def main() -> None:
    HERE.mkdir(exist_ok=True)
    torch.manual_seed(7)
    torch.set_default_dtype(torch.float64)
    expected: dict[str, torch.Tensor] = {}
    x = torch.randn(1, 3, 4)

    def keep(name: str, pair: tuple[torch.Tensor, torch.Tensor]) -> None:
        expected[f"{name}.X"], expected[f"{name}.output"] = pair

    def settled(model: Any) -> Any:
        for name, parameter in model.named_parameters():
            torch.nn.init.normal_(parameter, 1.0 if "orm" in name and "weight" in name else 0.0, 0.5)
        return model.eval()

    mha = settled(torch.nn.MultiheadAttention(4, 2, batch_first=True))
    keep("mha", (x[0], mha(x, x, x)[0][0]))
    state = mha.state_dict()
    torch.save(state, HERE / "mha.pt")
    save_file(state, HERE / "mha.safetensors")
    np.savez(HERE / "mha.npz", **{name: tensor.numpy() for name, tensor in state.items()})

    encoder = settled(
        torch.nn.TransformerEncoder(
            torch.nn.TransformerEncoderLayer(4, 2, 6, 0.0, batch_first=True), 2, enable_nested_tensor=False
        )
    )
    keep("encoder", (x[0], encoder(x)[0]))
    torch.save(
        {"model": encoder.state_dict(), "epoch": 3, "optimizer": {"state": {0: {"step": torch.tensor(1.0)}}}},
        HERE / "encoder.pt",
    )

    gpt = settled(GPT2Model(GPT2Config(vocab_size=5, n_positions=4, n_embd=4, n_layer=2, n_head=2, attn_pdrop=0.0)))
    ids = torch.tensor([[0, 3, 1]])
    keep("gpt2.attn", seen(gpt.h[1].attn, lambda: gpt(ids)))
    keep("gpt2.mlp", seen(gpt.h[0].mlp, lambda: gpt(ids)))
    keep("gpt2", (seen(gpt.h[0], lambda: gpt(ids))[0], seen(gpt.h[1], lambda: gpt(ids))[1]))
    keep("gpt2.ln", seen(gpt.h[1].ln_2, lambda: gpt(ids)))
    save_file({name: tensor.clone() for name, tensor in gpt.state_dict().items()}, HERE / "gpt2.safetensors")

    small = BertConfig(
        vocab_size=5,
        hidden_size=4,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=6,
        max_position_embeddings=4,
        **NO_DROPOUT,
    )
    bert = settled(BertModel(small, add_pooling_layer=False))
    keep("bert.layer", seen(bert.encoder.layer[1], lambda: bert(ids)))
    keep("bert.self", seen(bert.encoder.layer[1].attention.self, lambda: bert(ids)))
    keep("bert", (seen(bert.encoder.layer[0], lambda: bert(ids))[0], seen(bert.encoder.layer[1], lambda: bert(ids))[1]))
    torch.save(bert.state_dict(), HERE / "bert.bin")

    bart = settled(
        BartEncoderLayer(
            BartConfig(d_model=4, encoder_attention_heads=2, encoder_ffn_dim=6, dropout=0.0, attention_dropout=0.0)
        )
    )
    bart.self_attn.config._attn_implementation = "eager"
    keep("bart.attn", seen(bart.self_attn, lambda: bart(x, attention_mask=None)))
    np.savez(HERE / "bart.npz", **{name: tensor.numpy() for name, tensor in bart.state_dict().items()})

    numbers = torch.tensor([[0.5, -1.25], [3.0, 100.0]])
    kinds = [torch.float64, torch.float32, torch.float16, torch.bfloat16, torch.int64, torch.int8]
    typed = {str(kind).removeprefix("torch."): numbers.to(kind) for kind in kinds} | {"bool": numbers > 0}
    save_file(typed, HERE / "types.safetensors")
    torch.save(typed | {"turned": numbers.T, "part": torch.arange(12.0).reshape(3, 4)[1:, ::2]}, HERE / "types.pt")
    np.savez(HERE / "expected.npz", **{name: tensor.detach().numpy() for name, tensor in expected.items()})


if __name__ == "__main__":
    main()
