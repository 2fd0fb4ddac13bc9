"""Mistral: Llama with sliding-window attention (Jiang et al. 2023)."""

from __future__ import annotations

from tmat.models.config import Config
from tmat.models.family import Design, Family
from tmat.models.grouped import grouped


def design(config: Config) -> Design:
    windows: tuple[int | None, ...] = ()
    if config.values.get("sliding_window") is not None:
        windows = (config.whole("sliding_window", "window"),) * config.whole("num_hidden_layers")
    return grouped(config, "Mistral", windows=windows)


FAMILY = Family(("mistral",), design)
