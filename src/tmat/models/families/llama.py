"""Llama: grouped heads, rotary positions, RMSNorm, SwiGLU (Touvron et al. 2023)."""

from __future__ import annotations

from tmat.models.config import Config
from tmat.models.family import Design, Family
from tmat.models.grouped import grouped


def design(config: Config) -> Design:
    biased = config.flag("attention_bias", default=False)
    return grouped(
        config, "Llama", qkv_bias=biased, output_bias=biased, network_bias=config.flag("mlp_bias", default=False)
    )


FAMILY = Family(("llama",), design)
