"""A small random model of each family, and what transformers makes of it in float64: fixtures/models/FAMILY.

Needs torch, transformers, tokenizers and safetensors. Run anew: python -m tests.oracles.families

Each folder has config.json, model.safetensors (float32, bfloat16 in llama3) and tokenizer.json as Hugging Face saves them, and expected.npz:
the ids of a text, every hidden state, the logits, and what is generated greedily and with beams. transformers works out
rotary angles and RMSNorm in float32 even in a model of float64: both are replaced here by their formulas.
"""

from __future__ import annotations

import shutil
from copy import deepcopy
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import torch
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from transformers import (
    BertConfig,
    BertModel,
    GPT2Config,
    GPT2LMHeadModel,
    LlamaConfig,
    LlamaForCausalLM,
    MistralConfig,
    MistralForCausalLM,
    Qwen2Config,
    Qwen2ForCausalLM,
    Qwen3Config,
    Qwen3ForCausalLM,
)  # fmt: skip
from transformers.modeling_rope_utils import ROPE_INIT_FUNCTIONS

HERE = Path(__file__).parent.parent.parent / "fixtures" / "models"
CORPUS = ["when you play the game of thrones you win or you die"] * 9
TEXT = "when you play the game you win"
SIZES = {"num_hidden_layers": 2, "num_attention_heads": 4, "hidden_size": 16, "intermediate_size": 22}
GROUPED = SIZES | {"num_key_value_heads": 2, "max_position_embeddings": 32, "attn_implementation": "sdpa"}
ENDS = {"bos_token_id": 0, "eos_token_id": 1, "pad_token_id": None}
NEW = 6  # words generated


def word_pieces() -> Tokenizer:
    """As BERT's: [CLS] before a text, [SEP] after it, ## before what goes on."""
    words = sorted({word for line in CORPUS for word in line.split()} - {"thrones"})
    known = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *words, "throne", "##s"]
    made = Tokenizer(models.WordPiece({word: n for n, word in enumerate(known)}, unk_token="[UNK]"))
    made.normalizer, made.pre_tokenizer = normalizers.BertNormalizer(lowercase=True), pre_tokenizers.BertPreTokenizer()
    made.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[("[CLS]", known.index("[CLS]")), ("[SEP]", known.index("[SEP]"))],
    )
    made.decoder = decoders.WordPiece()
    made.enable_padding(length=16)  # as files of sentence-transformers have it
    return made


def bytes_paired(size: int) -> Tokenizer:
    """As GPT-2's: a blank before a word is part of it, Ġ."""
    made = Tokenizer(models.BPE())
    made.pre_tokenizer, made.decoder = pre_tokenizers.ByteLevel(add_prefix_space=False), decoders.ByteLevel()
    trainer = trainers.BpeTrainer(vocab_size=size, special_tokens=["<|start|>", "<|end|>"], show_progress=False)
    made.train_from_iterator(CORPUS, trainer)
    return made


def marked_pieces(size: int) -> Tokenizer:
    """As Llama's: ▁ for a blank, <s> before a text."""
    made = Tokenizer(models.BPE(unk_token="<unk>"))
    made.pre_tokenizer, made.decoder = pre_tokenizers.Metaspace(), decoders.Metaspace()
    trainer = trainers.BpeTrainer(vocab_size=size, special_tokens=["<s>", "</s>", "<unk>"], show_progress=False)
    made.train_from_iterator(CORPUS, trainer)
    made.post_processor = processors.TemplateProcessing(single="<s> $A", special_tokens=[("<s>", 0)])
    return made


def settled(model: Any) -> Any:
    """Every weight and bias drawn, none 0 or 1, so that no mix-up hides; as float32 holds them."""
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            gamma = "norm" in name.lower() or ".ln_" in name
            middle = 1.0 if gamma and name.endswith("weight") else 0.0
            table = parameter.ndim > 1 and ("embed" in name or ".wte" in name or ".wpe" in name)
            torch.nn.init.normal_(parameter, middle, 0.3 if parameter.ndim == 1 else 0.2 if table else 0.5)
    return model.float().eval()


class Rotary(torch.nn.Module):
    """cos and sin of position · base^(−2i/d) (Su et al. 2021), the halves side by side, in float64.

    Stretched by transformers' own functions, which work in float32: torch.float names float64 while they run.
    """

    def __init__(self, config: Any) -> None:
        super().__init__()
        said = config.rope_parameters
        d = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
        self.frequencies = said["rope_theta"] ** (-torch.arange(0, d, 2, dtype=torch.float64) / d)
        self.times = 1.0
        if said.get("rope_type", "default") != "default":
            with patch("torch.float", torch.float64), patch("torch.float32", torch.float64):
                self.frequencies, self.times = ROPE_INIT_FUNCTIONS[said["rope_type"]](config, "cpu")

    def forward(self, x: Any, position_ids: Any, *_: Any) -> Any:
        angles = position_ids[..., None].to(torch.float64) * self.frequencies
        both = torch.cat([angles, angles], dim=-1)
        return (both.cos() * self.times).to(x.dtype), (both.sin() * self.times).to(x.dtype)


class RMSNorm(torch.nn.Module):
    """x / √(mean of x² + ε) · γ (Zhang & Sennrich 2019), in the type of x."""

    def __init__(self, like: Any) -> None:
        super().__init__()
        self.weight, self.epsilon = like.weight, like.variance_epsilon

    def forward(self, x: Any) -> Any:
        return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + self.epsilon) * self.weight


def exact(model: Any) -> Any:
    """The model in float64, nothing inside it in float32."""
    model = model.double()
    for module in list(model.modules()):
        for name, inner in list(module.named_children()):
            if type(inner).__name__.endswith("RMSNorm"):
                setattr(module, name, RMSNorm(inner))
            elif type(inner).__name__.endswith("RotaryEmbedding"):
                setattr(module, name, Rotary(model.config))
    return model


def known(model: Any, ids: list[int]) -> dict[str, np.ndarray]:
    """The hidden states and the logits of a text."""
    with torch.no_grad():
        out = model(torch.tensor([ids]), output_hidden_states=True)
    found = {f"hidden{n}": state[0].numpy() for n, state in enumerate(out.hidden_states)}
    return found | ({"logits": out.logits[0].numpy()} if "logits" in out else {})


def generated(model: Any, ids: list[int]) -> dict[str, np.ndarray]:
    """What follows greedily, and with three beams, and the sums of the logarithms of the beams."""
    how: dict[str, Any] = {"max_new_tokens": NEW, "do_sample": False, "eos_token_id": None, "pad_token_id": 0}
    prompt = torch.tensor([ids])
    how["attention_mask"] = torch.ones_like(prompt)  # a prompt may have the token that pads
    greedy = model.generate(prompt, **how)[0, len(ids) :]
    beams = model.generate(
        prompt,
        num_beams=3,
        num_return_sequences=3,
        length_penalty=0.0,
        return_dict_in_generate=True,
        output_scores=True,
        **how,
    )
    return {
        "greedy": greedy.numpy(),
        "beams": beams.sequences[:, len(ids) :].numpy(),
        "beam_scores": beams.sequences_scores.numpy(),
    }


def save(family: str, model: Any, tokenizer: Tokenizer, shards: int = 1, dtype: Any = torch.float32) -> None:
    """The folder of a family, and what its model says."""
    folder = HERE / family
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(parameter.to(dtype))
    deepcopy(model).to(dtype).save_pretrained(folder, max_shard_size="8KB" if shards > 1 else "1GB")
    (folder / "generation_config.json").unlink(missing_ok=True)
    tokenizer.save(str(folder / "tokenizer.json"), pretty=False)
    tokenizer.no_padding()
    ids = tokenizer.encode(TEXT).ids
    plain = known(model, ids)
    expected = known(exact(model), ids)
    for name, values in expected.items():  # the formulas put in place are transformers' own, but for float32
        assert np.allclose(values, plain[name], rtol=1e-3, atol=1e-3), (family, name)
    if family != "bert":
        expected |= generated(model, ids)
    np.savez_compressed(folder / "expected.npz", ids=np.array(ids), **expected)


def main() -> None:
    torch.manual_seed(11)
    pieces, pairs, marks = word_pieces(), bytes_paired(64), marked_pieces(64)
    bert = BertConfig(
        vocab_size=pieces.get_vocab_size(), max_position_embeddings=24, type_vocab_size=2, hidden_act="gelu", layer_norm_eps=1e-12,
        attn_implementation="sdpa", **SIZES,
    )  # fmt: skip
    save("bert", settled(BertModel(bert, add_pooling_layer=True)), pieces)
    gpt2 = GPT2Config(
        vocab_size=pairs.get_vocab_size(), n_positions=24, n_embd=16, n_layer=2, n_head=4, n_inner=22, bos_token_id=0, eos_token_id=1,
        attn_implementation="sdpa",
    )  # fmt: skip
    save("gpt2", settled(GPT2LMHeadModel(gpt2)), pairs)
    llama = LlamaConfig(vocab_size=marks.get_vocab_size(), rms_norm_eps=1e-5, **GROUPED, **ENDS)
    save("llama", settled(LlamaForCausalLM(llama)), marks, shards=2)
    mistral = MistralConfig(
        vocab_size=marks.get_vocab_size(), sliding_window=4, head_dim=6, rms_norm_eps=1e-5, **GROUPED, **ENDS
    )
    save("mistral", settled(MistralForCausalLM(mistral)), marks)
    qwen2 = Qwen2Config(
        vocab_size=pairs.get_vocab_size(), use_sliding_window=True, sliding_window=3, max_window_layers=1,
        tie_word_embeddings=True, rope_theta=1e6, **GROUPED, **ENDS,
    )  # fmt: skip
    save("qwen2", settled(Qwen2ForCausalLM(qwen2)), pairs)
    qwen3 = Qwen3Config(vocab_size=pairs.get_vocab_size(), head_dim=6, tie_word_embeddings=True, **GROUPED, **ENDS)
    save("qwen3", settled(Qwen3ForCausalLM(qwen3)), pairs)
    stretched = {
        "rope_type": "llama3",
        "rope_theta": 5e5,
        "factor": 32.0,
        "low_freq_factor": 1.0,
        "high_freq_factor": 4.0,
    }
    llama3 = LlamaConfig(
        vocab_size=pairs.get_vocab_size(), head_dim=8, tie_word_embeddings=True, attention_bias=True,
        rope_parameters=stretched | {"original_max_position_embeddings": 16}, **GROUPED, **ENDS,
    )  # fmt: skip
    save("llama3", settled(LlamaForCausalLM(llama3)), pairs, dtype=torch.bfloat16)
    yarn = {"rope_type": "yarn", "rope_theta": 100.0, "factor": 4.0, "original_max_position_embeddings": 8}
    qwen25 = Qwen2Config(vocab_size=pairs.get_vocab_size(), rope_parameters=yarn, **GROUPED, **ENDS)
    save("qwen2.5", settled(Qwen2ForCausalLM(qwen25)), pairs)


if __name__ == "__main__":
    main()
