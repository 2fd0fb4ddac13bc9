"""The tensors of a state dict by the names, sizes and orientation that the stages use.

torch's Linear keeps its weight out × in and multiplies X·Wᵀ: it is transposed here. GPT-2's Conv1D keeps it in × out. What
one tensor packs (in_proj_weight: queries, keys and values) is cut. Nothing is read but what is asked for.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from tmat.reading.tensors import Tensor
from tmat.sheet.worksheet import Matrix

_ATTENTION = r"(?:self_?attn|attn|attention|self_attention|selfattention|att|mha|sa|mixer)"
_ROLES = (  # the first that ends a name says what it is for; before it stands the place
    (r"DenseReluDense\.wi(?:_0)?", "1"),
    (r"DenseReluDense\.wo", "2"),
    (r"heads\.(?P<head>\d+)\.(?P<qkv>query|key|value)", ""),
    (r"(?:linears\.0|q_?proj|q_lin|(?:w_?)?q(?:uery)?|to_q|SelfAttention\.q|EncDecAttention\.q)", "Q"),
    (r"(?:linears\.1|k_?proj|k_lin|(?:w_?)?k(?:ey)?|to_k|SelfAttention\.k|EncDecAttention\.k)", "K"),
    (r"(?:linears\.2|v_?proj|v_lin|(?:w_?)?v(?:alue)?|to_v|SelfAttention\.v|EncDecAttention\.v)", "V"),
    (r"(?:c_attn|qkv|qkv_proj|w_?qkv|in_proj)", "QKV"),
    (r"query_key_value", "packed a head"),
    (rf"(?:linears\.3|out_?proj|o_?proj|out_lin|w_?o(?:ut)?|to_out(?:\.0)?|(?:SelfAttention|EncDecAttention)\.o"
     rf"|{_ATTENTION}\.(?:c_proj|proj|dense|output\.dense)|crossattention\.output\.dense)", "O"),
    (r"(?:linear_?1|fc_?1|fc_in|c_fc|lin1|w_?1|gate_proj|intermediate\.dense|dense_h_to_4h"
     r"|(?:net|ff|ffn|ffwd|mlp|feed_?forward)(?:\.(?:net|layers))?\.0)", "1"),
    (r"(?:linear_?2|fc_?2|fc_out|mlp\.c_proj|lin2|w_?2|down_proj|output\.dense|dense_4h_to_h"
     r"|(?:net|ff|ffn|ffwd|mlp|feed_?forward)(?:\.(?:net|layers))?\.[23])", "2"),
    (r"(?:up_proj|w_?3|DenseReluDense\.wi_1)", "3"),
    (r"(?:[a-z_]*layer_?norm(?:_before|_after)?|(?:[a-z]+_)?norm_?\d*|ln_?(?:\d|f)?)", "norm"),
    (r"(?:wte|[a-z_]*word_embeddings|embed_tokens|tok_embeddings|token_embedding_table|tok_emb)", "E"),
    (r"(?:lm_head|out_head)", "vocab"),
)  # fmt: skip
_PARAMETER = re.compile(r"(?P<module>.+)\.(?P<kind>weight|bias|kernel|gamma|beta|scale|shift|a_2|b_2)")
_OF_MHA = re.compile(r"(?P<before>(?:.+\.)?)(?P<what>in|[qkv])_proj_(?P<kind>weight|bias)")
_CROSS = re.compile(r"(?:^|[._])(?:cross|encoder_attn|multihead_attn|encdecattention|src_attn)", re.IGNORECASE)
_BLOCK = re.compile(r"(?:.*\.)?\d+(?=\.|$)")
_WITHIN = re.compile(r"\.(?:sublayer|sublayers)\.\d+$|(?<=\d)\.layer\.\d+$")  # of the Annotated Transformer, of T5


@dataclass(frozen=True, slots=True)
class Weight:
    """What a tensor is for: its name in a stage, the layer that it stands in, which part of the tensor, which way round."""

    name: str
    block: str
    cross: bool
    key: str
    module: str
    part: int = 0  # the n-th third of the tensor; 0: all of it
    turned: bool = False
    columns: bool = False  # the thirds stand side by side, not one below the other

    def matrix(self, tensor: Tensor) -> Matrix:
        """The matrix as stages take it; its origin says what was done."""
        values, done = tensor.values(), []
        if self.part:
            third = values.shape[-1 if self.columns else 0] // 3
            cut = slice((self.part - 1) * third, self.part * third)
            values = values[..., cut] if self.columns else values[cut]
            done.append(
                f"{'columns' if self.columns else 'rows' if values.ndim > 1 else 'numbers'} {cut.start + 1}–{cut.stop}"
            )
        if self.turned:
            values = np.atleast_2d(values).T
            done.append("transposed")
        return Matrix.of(self.name, values.copy(), origin=", ".join([tensor.origin, *done]))


def weights(tensors: Mapping[str, Tensor]) -> list[Weight]:
    """What the tensors are for; those whose names say nothing are left out."""
    upright = any(key.endswith("c_attn.weight") and _packs(each.shape) == "columns" for key, each in tensors.items())
    gated = any(re.search(r"gate_proj|wi_0|w_?3\.weight", key) for key in tensors)
    return [weight for key, tensor in tensors.items() for weight in _of(key, tensor, tensors, upright, gated)]


def _of(key: str, tensor: Tensor, tensors: Mapping[str, Tensor], upright: bool, gated: bool) -> list[Weight]:
    """What one tensor is for."""
    found = _OF_MHA.fullmatch(key)
    if found:
        before, role, head, kind = found["before"].rstrip("."), found["what"].upper(), "", found["kind"]
        role = "QKV" if role == "IN" else role
        module = key
    else:
        parameter = _PARAMETER.fullmatch(key)
        if parameter is None:
            return []
        module, kind = parameter["module"], parameter["kind"]
        before, role, head = _role(module)
    if not role or len(tensor.shape) > 2:
        return []
    role = "1" if role == "3" and not gated else role
    block, cross = _block(before), bool(_CROSS.search(key[len(_block(before)) :]))
    is_weight = kind in ("weight", "kernel")
    if role == "norm":
        name = "gamma" if kind in ("weight", "gamma", "scale", "a_2") else "beta"
        return [Weight(name, block, cross, key, module)]
    if kind not in ("weight", "bias", "kernel"):
        return []
    if role == "E":
        return [Weight("W_E", block, cross, key, module)] if is_weight else []
    conv = kind == "kernel" or (module.rpartition(".")[2].startswith("c_") and _is_conv(module, tensors, upright))
    letter = "W" if is_weight else "b"
    if role in ("QKV", "packed a head"):
        packs = _packs(tensor.shape)
        if role != "QKV" or packs is None:
            return [Weight(f"{letter}_{role}", block, cross, key, module)]
        columns, turned = packs == "columns", packs == "rows" and is_weight
        return [Weight(f"{letter}_{q}", block, cross, key, module, n, turned, columns) for n, q in enumerate("QKV", 1)]
    return [Weight(f"{letter}_{role}{head}", block, cross, key, module, turned=is_weight and not conv)]


def _role(module: str) -> tuple[str, str, str]:
    """Where a module stands, what it is for, and which head's it is."""
    for pattern, role in _ROLES:
        found = re.search(rf"(?:^|\.){pattern}$", module, re.IGNORECASE)
        if found:
            before = module[: found.start()]
            if not role:
                return before, found["qkv"][0].upper(), str(int(found["head"][:6]) + 1)
            return before, role, ""
    return "", "", ""


def _packs(shape: tuple[int, ...]) -> str | None:
    """How a tensor packs three of one size: rows (torch's Linear, and a bias), columns (GPT-2's Conv1D); None where it cannot."""
    if len(shape) == 1:
        return "rows" if shape[0] % 3 == 0 else None
    height, width = shape
    return "rows" if height == 3 * width else "columns" if width == 3 * height else None


def _is_conv(module: str, tensors: Mapping[str, Tensor], upright: bool) -> bool:
    """Whether a c_… module keeps its weight in × out, as GPT-2's does: as its bias is long, else as the file's c_attn."""
    weight, bias = (tensors.get(f"{module}.{kind}") for kind in ("weight", "bias"))
    if weight is not None and bias is not None and len(weight.shape) == 2 and weight.shape[0] != weight.shape[1]:
        return weight.shape[1] == bias.shape[0]
    return upright


def _block(before: str) -> str:
    """The layer that a place is in: up to its last number."""
    found = _BLOCK.match(before)
    return _WITHIN.sub("", found[0]) if found else ""
