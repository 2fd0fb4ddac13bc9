"""Decoders like Llama: rotary positions in halves, grouped heads, RMSNorm, a gated network."""

from __future__ import annotations

import math
from typing import Any

from tmat.models.config import NOTHING, Config
from tmat.models.family import ACTIVATIONS, Design, Slot, linear, norm


def grouped(
    config: Config,
    family: str,
    *,
    qkv_bias: bool = False,
    output_bias: bool = False,
    network_bias: bool = False,
    qk_norm: bool = False,
    windows: tuple[int | None, ...] = (),
) -> Design:
    """The design of such a decoder; the arguments are what differs between families."""
    layers = config.whole("num_hidden_layers", "layers")
    d_model, heads = config.whole("hidden_size", "d_model"), config.whole("num_attention_heads", "heads")
    shared = config.whole("num_key_value_heads", "key and value heads", heads)
    if heads % shared:
        raise config.wrong("num_key_value_heads", f"the {heads} heads cannot share them: expected a divisor")
    split = None if config.values.get("head_dim") is not None else config.divided("hidden_size", "num_attention_heads")
    d_k = config.whole("head_dim", "d_k", split)
    epsilon = config.number("rms_norm_eps", "ε")
    base, scaling = _rotary(config)
    tied = config.flag("tie_word_embeddings", "tied words", False)
    options: dict[str, object] = {
        "heads": heads,
        "kv_heads": shared,
        "d_k": d_k,
        "activation": config.one_of("hidden_act", ACTIVATIONS, "activation"),
        "epsilon": epsilon,
        "norm": "rms",
        "norm_order": "pre",
        "encoding": "none",
        "rotary": "halves",
        "base": base,
    }
    if scaling is not None:
        options["rope_scaling"] = scaling
    if qk_norm:
        options |= {"qk_norm": "rms", "qk_epsilon": epsilon}
    config.whole("intermediate_size", "d_ff")
    config.fixed(
        norm="rms", norm_order="pre", final_norm=True, gated_network=True, rotary="halves", qk_norm=qk_norm,
        biases=" and ".join(
            name for name, on in (("projections", qkv_bias), ("output", output_bias), ("network", network_bias)) if on
        ) or "none",
        mask="causal",
    )  # fmt: skip
    config.whole("vocab_size", "vocabulary")
    return Design(
        family=family,
        kind="decoder",
        layers=layers,
        d_model=d_model,
        places=_places(config, scaling),
        options=options,
        prefixes=("model.", ""),
        words="embed_tokens.weight",
        of_layer=(
            *norm("input_layernorm", "gamma1"),
            *linear("self_attn.q_proj", "Q", bias=qkv_bias),
            *linear("self_attn.k_proj", "K", bias=qkv_bias),
            *linear("self_attn.v_proj", "V", bias=qkv_bias),
            *(_qk_norms() if qk_norm else ()),
            *linear("self_attn.o_proj", "O", bias=output_bias),
            *norm("post_attention_layernorm", "gamma2"),
            *linear("mlp.gate_proj", "1", bias=network_bias),
            *linear("mlp.up_proj", "3", bias=network_bias),
            *linear("mlp.down_proj", "2", bias=network_bias),
        ),
        outside=tuple(norm("norm", "final.gamma")),
        head="" if tied else "lm_head.weight",
        windows=windows,
        buffers=(r"layers\.\d+\.self_attn\.rotary_emb\.inv_freq",),
    )


def _places(config: Config, scaling: str | None) -> int:
    """The largest number of tokens; with dynamic scaling 64 times the trained length."""
    places = config.whole("max_position_embeddings", "most tokens")
    return places * 64 if (scaling or "").startswith("dynamic") else places


def _qk_norms() -> list[Slot]:
    return [*norm("self_attn.q_norm", "gamma_Q"), *norm("self_attn.k_norm", "gamma_K")]


def _rotary(config: Config) -> tuple[float, str | None]:
    """The base of the rotary frequencies and their scaling; newer files have both in rope_parameters."""
    said = config.values.get("rope_parameters") or config.values.get("rope_scaling") or {}
    own = Config({**config.values, **said} if isinstance(said, dict) else {}, config.origin)
    own.refuse("partial_rotary_factor", 1, 1.0, because="expected 1: all columns of a head are turned")
    base = own.number("rope_theta", default=10000.0)
    config.fact("rotary base", base, "rope_theta" if "rope_theta" in own.values else "no rope_theta")
    field = "rope_type" if "rope_type" in own.values else "type"
    kinds = {"default": "", "linear": "linear", "dynamic": "dynamic", "llama3": "llama3", "yarn": "yarn"}
    how = own.one_of(field, kinds, default="default")
    if not how:
        return base, None
    factor = own.number("factor")
    names = {"linear": {}, "dynamic": {"length": "max_position_embeddings"}, "llama3": _LLAMA3, "yarn": _YARN}[how]
    numbers = {name: own.number(each, default=_default(own, each)) for name, each in names.items()}
    if how == "yarn":
        numbers |= _times(own, factor) | ({} if own.flag("truncate", default=True) else {"truncate": 0.0})
    scaling = ":".join([f"{how}:{_short(factor)}", *(f"{name}={_short(number)}" for name, number in numbers.items())])
    config.fact("rotary scaling", scaling, field)
    return base, scaling


_LLAMA3 = {"low": "low_freq_factor", "high": "high_freq_factor", "length": "original_max_position_embeddings"}
_YARN = {"length": "original_max_position_embeddings", "fast": "beta_fast", "slow": "beta_slow"}
_DEFAULTS = {"beta_fast": 32.0, "beta_slow": 1.0}


def _short(number: float) -> str:
    """A number in full, without a .0 at its end."""
    return repr(number).removesuffix(".0")


def _default(own: Config, field: str) -> Any:
    """The default of a missing field, as in transformers."""
    if field == "original_max_position_embeddings":
        return own.values.get("max_position_embeddings")
    return _DEFAULTS.get(field, NOTHING)


def _times(own: Config, factor: float) -> dict[str, float]:
    """YaRN's attention factor, where it is not the paper's 1 + 0.1·ln factor."""
    if own.values.get("attention_factor") is not None:
        return {"times": own.number("attention_factor")}
    both = [own.values.get(name) for name in ("mscale", "mscale_all_dim")]
    if not all(both) or factor <= 1.0:
        return {}
    up, down = (0.1 * own.number(name) * math.log(factor) + 1.0 for name in ("mscale", "mscale_all_dim"))
    return {"times": up / down}


def windows_of(config: Config, layers: int) -> tuple[int | None, ...]:
    """The sliding window of each layer of a Qwen, the token itself included; None where there is none."""
    if not config.flag("use_sliding_window", default=False):
        return ()
    width = config.whole("sliding_window")
    kinds = config.values.get("layer_types")
    if kinds is None:
        full = config.whole("max_window_layers", default=layers, least=0)
        kinds = ["full_attention" if n < full else "sliding_attention" for n in range(layers)]
    known = {"full_attention": None, "sliding_attention": width}
    if not isinstance(kinds, list) or len(kinds) != layers or not all(kind in known for kind in kinds):
        raise config.wrong("layer_types", f"expected {layers} times one of {', '.join(known)}")
    windows = tuple(known[kind] for kind in kinds)
    sliding = [str(n) for n, each in enumerate(windows, start=1) if each is not None]
    if sliding:
        config.fact("window", f"{width} in layer {', '.join(sliding)}", "sliding_window, layer_types")
    return windows
