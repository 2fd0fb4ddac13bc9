"""Names of matrices in a stack (layer1.W_Q, layer2.gamma1, layer1.cross.W_K, final.gamma), sorted into its sublayers."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tmat.engine.declaration import Declaration
from tmat.errors import InputError, fold, meant
from tmat.sheet.worksheet import Matrix
from tmat.stages.addnorm import addnorm
from tmat.stages.attention import attention
from tmat.stages.ffn import ffn
from tmat.visible import visible


def _own(stage: Declaration) -> list[str]:
    """The names of a sublayer's own matrices: all but its inputs from other sublayers and its output."""
    flowing = {stage.main, "context", "key_input", "value_input", "residual", "output"}
    return [name for name in (*stage.inputs, *stage.masks, *stage.steps) if name not in flowing]


ATTENTION, FFN = _own(attention.declared), _own(ffn.declared)
NORM = [name for name in addnorm.declared.inputs if name in _own(addnorm.declared)]


def taken(matrices: dict[str, object], *names: str) -> object:
    """Remove and return the matrix of one of these names, folded; the transpose of NAME.T; None without one.

    >>> matrices = {"w_e": [[1.0, 2.0]], "Q": 3}
    >>> taken(matrices, "W_E"), matrices
    ([[1.0, 2.0]], {'Q': 3})
    """
    wanted = {fold(name) for name in names}
    found = None
    for key in [key for key in matrices if fold(key.removesuffix(".T")) in wanted]:
        found = matrices.pop(key)
        if key.endswith(".T"):
            other = found if isinstance(found, Matrix) else Matrix.of(key, found)
            found = Matrix(key[:-2], other.values.T, other.cols, other.rows, other.origin)
    return found


def outside(matrices: dict[str, object], place: str) -> dict[str, object]:
    """Remove and return the matrices of the norm before the first layer (embed) or after the last one (final).

    >>> matrices = {"final.gamma": [[2.0]], "layer1.gamma1": 3}
    >>> outside(matrices, "final"), matrices
    ({'gamma': [[2.0]]}, {'layer1.gamma1': 3})
    """
    own = [name for name in matrices if name.lower().startswith(f"{place}.")]
    found = {name.partition(".")[2]: matrices.pop(name) for name in own}
    for name in found:
        if not _is(fold(name.removesuffix(".T")), NORM):
            raise InputError(f"'{place}.{name}' is no matrix of this stack", f"that norm takes {', '.join(NORM)}")
    return found


@dataclass
class Sublayers:
    """The matrices of one layer, by sublayer."""

    attention: dict[str, object] = field(default_factory=dict)
    cross: dict[str, object] = field(default_factory=dict)
    ffn: dict[str, object] = field(default_factory=dict)
    norms: dict[int, dict[str, object]] = field(default_factory=dict)


def by_layer(matrices: Mapping[str, object], layers: int, norms: int, *, crossing: bool = False) -> list[Sublayers]:
    """The matrices of a stack sorted into its layers; a name without a layer is for every layer.

    >>> [layer.ffn for layer in by_layer({"layer2.W_1": 5}, layers=2, norms=2)]
    [{}, {'W_1': 5}]
    """
    stack = [Sublayers() for _ in range(layers)]
    # Names without a layer go first, so that a layer's own wins.
    for name, value in sorted(matrices.items(), key=lambda item: item[0].lower().startswith("layer")):
        found = re.fullmatch(r"(?:layer(\d+)\.)?(?:(self|cross)\.)?(.*)", name, re.IGNORECASE | re.DOTALL)
        assert found is not None, name
        number, side, own = found[1], (found[2] or "").lower(), found[3]
        if number is not None and not 1 <= int(number[:9]) <= layers:
            raise InputError(
                f"'{visible(name)}' is no matrix of this stack", f"it has {layers} layer{'' if layers == 1 else 's'}"
            )
        chosen = stack if number is None else [stack[int(number) - 1]]
        for layer in chosen:
            _put(layer, name, side, own, value, norms, crossing)
    return stack


def _put(layer: Sublayers, name: str, side: str, own: str, value: object, norms: int, crossing: bool) -> None:
    stem = fold(own.removesuffix(".T"))
    if _is(stem, ATTENTION):
        (layer.cross if side == "cross" and crossing else layer.attention)[own] = value
        if crossing and not side:
            raise InputError(f"'{name}' does not say which attention it is for", mend=f"say self.{own} or cross.{own}")
    elif _is(re.sub(r"^expert\d+\.", "", stem), FFN) and not side:
        layer.ffn[own] = value
    elif (found := re.fullmatch(rf"({'|'.join(NORM)})(\d{{0,9}})", stem)) and not side:
        places = [int(found[2])] if found[2] else range(1, norms + 1)
        for n in places:
            if not 1 <= n <= norms:
                raise InputError(
                    f"'{visible(name)}' is no matrix of this stack", f"a layer has {norms} norms, 1 to {norms}"
                )
            layer.norms.setdefault(n, {})[found[1]] = value
    else:
        known = [*ATTENTION, *FFN, *(f"{letter}{n}" for letter in NORM for n in range(1, norms + 1))]
        raise InputError(
            f"'{visible(name)}' is no matrix of this stack",
            f"a layer takes {', '.join(known[:8])}, {', '.join(FFN[:4])}, gamma1, beta1, …",
            mend=meant(own, known),
        )


def _is(stem: str, names: Sequence[str]) -> bool:
    folded = {fold(name) for name in names}
    return stem in folded or (stem not in ("w", "b") and re.sub(r"\d+$", "", stem) in folded)
