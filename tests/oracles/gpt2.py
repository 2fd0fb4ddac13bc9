"""Makes fixtures/oracles/gpt2.npz: small random GPT-2s of transformers in float64, and what they say after a prompt.

For each: the weights by the names that decode takes, the hidden states of the prompt after the embedding and after each
layer, the logits, the words of greedy decoding, and the sequences of beam search with their sums of log p.

Run: python tests/oracles/gpt2.py
"""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import torch
from store import rounded, save_cases
from transformers import GPT2Config, GPT2LMHeadModel

COUNT = 14
STEPS = 4


def main() -> None:
    rng = np.random.default_rng(20190214)
    pick = random.Random(20190214)
    torch.set_default_dtype(torch.float64)
    save_cases("gpt2", [case(rng, pick) for _ in range(COUNT)])


def case(rng: np.random.Generator, pick: random.Random) -> dict[str, Any]:
    heads = pick.randint(1, 3)
    width, layers, words = heads * pick.randint(2, 3), pick.randint(1, 3), pick.randint(4, 9)
    config = GPT2Config(
        vocab_size=words, n_positions=12, n_embd=width, n_layer=layers, n_head=heads, n_inner=pick.randint(3, 9),
        resid_pdrop=0.0, embd_pdrop=0.0, attn_pdrop=0.0, attn_implementation="eager",
        bos_token_id=None, eos_token_id=None, pad_token_id=0,
    )  # fmt: skip
    model = GPT2LMHeadModel(config).eval()
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            low, high = (0.5, 1.5) if "ln_" in name and name.endswith("weight") else (-0.8, 0.8)
            parameter.copy_(torch.from_numpy(rounded(rng, *parameter.shape, low=low, high=high)))
        prompt = [pick.randrange(words) for _ in range(pick.randint(1, 4))]
        ids = torch.tensor([prompt])
        out = model(ids, output_hidden_states=True)
        greedy = model.generate(ids, attention_mask=torch.ones_like(ids), max_new_tokens=STEPS, do_sample=False)
        beams = pick.randint(2, 4)
        found = model.generate(
            ids, attention_mask=torch.ones_like(ids), max_new_tokens=STEPS, do_sample=False, num_beams=beams,
            num_return_sequences=beams, length_penalty=0.0, return_dict_in_generate=True, output_scores=True,
        )  # fmt: skip
    return {
        "heads": heads, "layers": layers, "words": words, "prompt": prompt, "epsilon": config.layer_norm_epsilon,
        **named(model), **{f"hidden{n}": state[0] for n, state in enumerate(out.hidden_states)}, "logits": out.logits[0],
        "greedy": greedy[0, len(prompt) :].tolist(), "beams": beams,
        "sequences": found.sequences[:, len(prompt) :].tolist(), "sums": found.sequences_scores[None],
    }  # fmt: skip


def named(model: GPT2LMHeadModel) -> dict[str, torch.Tensor]:
    """The weights by decode's names: GPT-2 keeps d_in × d_out, and queries, keys and values side by side."""
    own = model.transformer
    found = {"W_E": own.wte.weight, "PE": own.wpe.weight, "final.gamma": own.ln_f.weight, "final.beta": own.ln_f.bias}
    for n, block in enumerate(own.h, start=1):
        weights, biases = block.attn.c_attn.weight.chunk(3, dim=1), block.attn.c_attn.bias.chunk(3)
        for letter, w, b in zip("QKV", weights, biases, strict=True):
            found |= {f"layer{n}.W_{letter}": w, f"layer{n}.b_{letter}": b}
        found |= {
            f"layer{n}.W_O": block.attn.c_proj.weight, f"layer{n}.b_O": block.attn.c_proj.bias,
            f"layer{n}.W_1": block.mlp.c_fc.weight, f"layer{n}.b_1": block.mlp.c_fc.bias,
            f"layer{n}.W_2": block.mlp.c_proj.weight, f"layer{n}.b_2": block.mlp.c_proj.bias,
            f"layer{n}.gamma1": block.ln_1.weight, f"layer{n}.beta1": block.ln_1.bias,
            f"layer{n}.gamma2": block.ln_2.weight, f"layer{n}.beta2": block.ln_2.bias,
        }  # fmt: skip
    return {name: value[None] if value.ndim == 1 else value for name, value in found.items()}


if __name__ == "__main__":
    main()
