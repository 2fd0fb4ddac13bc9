"""BERT: an encoder with norms after the residuals, learned positions, token types, a norm of the embeddings (Devlin et al. 2019)."""

from __future__ import annotations

from tmat.models.config import Config
from tmat.models.family import ACTIVATIONS, Design, Family, linear, norm


def design(config: Config) -> Design:
    config.refuse("is_decoder", False, because="a BERT that decodes is not read: expected false")
    config.refuse("add_cross_attention", False, because="cross-attention in BERT is not read: expected false")
    config.refuse(
        "position_embedding_type",
        "absolute",
        because="expected absolute: a learned row a position, added to the words'",
    )
    heads, d_model = config.whole("num_attention_heads", "heads"), config.whole("hidden_size", "d_model")
    d_k = config.divided("hidden_size", "num_attention_heads")
    options = {
        "heads": heads,
        "d_k": d_k,
        "activation": config.one_of("hidden_act", ACTIVATIONS, "activation"),
        "epsilon": config.number("layer_norm_eps", "ε"),
    }
    config.whole("intermediate_size", "d_ff")
    config.fixed(norm="layer", norm_order="post", embedding_norm=True, positions="learned", mask="none")
    return Design(
        family="BERT",
        kind="encoder",
        layers=config.whole("num_hidden_layers", "layers"),
        d_model=d_model,
        heads=heads,
        d_k=d_k,
        vocabulary=config.whole("vocab_size", "vocabulary"),
        places=config.whole("max_position_embeddings", "most tokens"),
        options=options,
        prefixes=("", "bert."),
        words="embeddings.word_embeddings.weight",
        positions="embeddings.position_embeddings.weight",
        types="embeddings.token_type_embeddings.weight",
        layer="encoder.layer",
        of_layer=(
            *linear("attention.self.query", "Q", bias=True),
            *linear("attention.self.key", "K", bias=True),
            *linear("attention.self.value", "V", bias=True),
            *linear("attention.output.dense", "O", bias=True),
            *norm("attention.output.LayerNorm", "gamma1", "beta1"),
            *linear("intermediate.dense", "1", bias=True),
            *linear("output.dense", "2", bias=True),
            *norm("output.LayerNorm", "gamma2", "beta2"),
        ),
        outside=tuple(norm("embeddings.LayerNorm", "embed.gamma", "embed.beta")),
        buffers=(r"embeddings\.position_ids",),
    )


FAMILY = Family(("bert",), design)
