"""GPT-2: a decoder with norms before the sublayers and after the last layer, learned positions, tied words (Radford et al. 2019)."""

from __future__ import annotations

from tmat.models.config import Config
from tmat.models.family import ACTIVATIONS, Design, Family, conv, norm


def design(config: Config) -> Design:
    config.refuse("add_cross_attention", False, because="cross-attention in GPT-2 is not read: expected false")
    config.refuse("scale_attn_weights", True, because="expected true: scores / √d_k")
    config.refuse(
        "scale_attn_by_inverse_layer_idx", False, because="expected false: the scores of every layer are scaled alike"
    )
    heads, d_model = config.whole("n_head", "heads"), config.whole("n_embd", "d_model")
    tied = config.flag("tie_word_embeddings", "tied words", True)
    d_k = config.divided("n_embd", "n_head")
    options = {
        "heads": heads,
        "d_k": d_k,
        "activation": config.one_of("activation_function", ACTIVATIONS, "activation", "gelu_new"),
        "epsilon": config.number("layer_norm_epsilon", "ε"),
        "norm_order": "pre",
    }
    config.whole("n_inner", "d_ff", 4 * d_model)
    config.fixed(norm="layer", norm_order="pre", final_norm=True, positions="learned", mask="causal")
    return Design(
        family="GPT-2",
        kind="decoder",
        layers=config.whole("n_layer", "layers"),
        d_model=d_model,
        heads=heads,
        d_k=d_k,
        vocabulary=config.whole("vocab_size", "vocabulary"),
        places=config.whole("n_positions", "most tokens"),
        options=options,
        prefixes=("transformer.", ""),
        words="wte.weight",
        positions="wpe.weight",
        layer="h",
        of_layer=(
            *norm("ln_1", "gamma1", "beta1"),
            *conv("attn.c_attn", "Q", "K", "V"),
            *conv("attn.c_proj", "O"),
            *norm("ln_2", "gamma2", "beta2"),
            *conv("mlp.c_fc", "1"),
            *conv("mlp.c_proj", "2"),
        ),
        outside=tuple(norm("ln_f", "final.gamma", "final.beta")),
        head="" if tied else "lm_head.weight",
        buffers=(r"h\.\d+\.attn\.(masked_)?bias",),
    )


FAMILY = Family(("gpt2",), design)
