"""Qwen2, with biases of Q, K and V (Yang et al. 2024), and Qwen3, with norms of Q and K (2025)."""

from __future__ import annotations

from tmat.models.config import Config
from tmat.models.family import Design, Family
from tmat.models.grouped import grouped, windows_of


def design(config: Config) -> Design:
    windows = windows_of(config, config.whole("num_hidden_layers"))
    if config.values["model_type"] == "qwen2":
        return grouped(config, "Qwen2", qkv_bias=True, windows=windows)
    biased = config.flag("attention_bias", default=False)
    return grouped(config, "Qwen3", qkv_bias=biased, output_bias=biased, qk_norm=True, windows=windows)


FAMILY = Family(("qwen2", "qwen3"), design)
