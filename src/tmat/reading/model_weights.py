"""What a stage takes of a model's weights: the ones of one layer, or of all layers for a stack."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from tmat.errors import InputError, fold
from tmat.reading.state_dict import Weight, weights
from tmat.reading.tensors import Tensor
from tmat.sheet.names import canonical
from tmat.sheet.worksheet import Matrix
from tmat.stages.parts.options import Layers
from tmat.visible import visible

if TYPE_CHECKING:
    from tmat.engine.declaration import Declaration

_FIRST_NORM = re.compile(r"attention\.output|self_attn|sa_|input|before|attention_norm|^ln$", re.IGNORECASE)
_CROSS_NORM = re.compile(r"encoder_attn|cross", re.IGNORECASE)
_PACKED = ("QKV", "packed a head")


def weights_for(
    tensors: Mapping[str, Tensor], declared: Declaration | None, place: str | None, origin: str, layers: int | None = None
) -> dict[str, Matrix] | None:  # fmt: skip
    """The weights that a stage takes (None: that any takes) from the layer at a place; None where no name is a framework's.

    Raises InputError where there are none for it, where there are several places and none is said, and for what cannot
    be cut rightly.
    """
    known = weights(tensors)
    if not known:
        return None
    if declared is not None and issubclass(declared.options, Layers):
        return _stack(tensors, known, place, origin, layers)
    inputs = None if declared is None else {fold(name) for name in declared.inputs}
    wanted = [weight for weight in known if inputs is None or _is_input(weight, inputs)]
    if not wanted:
        raise InputError(
            f"{origin} has no weights of {declared.name if declared else 'a stage'}",
            f"it has {', '.join(visible(key, 40) for key in list(tensors)[:8])}{', …' if len(tensors) > 8 else ''}",
        )
    chosen = _chosen(wanted, place, origin)
    plain = [key for key in tensors if inputs is not None and fold(key.removesuffix(".T")) in inputs]
    return {weight.name: weight.matrix(tensors[weight.key]) for weight in chosen} | {
        key: Matrix.of(key, tensors[key].values(), origin=tensors[key].origin) for key in plain
    }


def weight_of(
    name: str, tensors: Mapping[str, Tensor], place: str | None, origin: str, *, turned: bool
) -> Matrix | None:
    """The weight of a name among a model's tensors, or the tensor that a place says, as stages take it.

    None where no tensor is known as one. ``turned`` says that a Linear's weight is transposed; else it is as it stands.
    """
    *within, last = name.split(".")
    if is_lone(tensors) and (place is None or place in tensors):
        return _of_module(name, last, tensors, turned=turned)
    known = weights(tensors)
    place = next(iter(tensors)) if place is None and len(tensors) == 1 else place
    key = next((key for key in tensors if place is not None and fold(key) == fold(place)), None)
    near = [each for each in known if each.key == key] if key is not None else _at(known, place) if place else known
    named = [each for each in near if canonical(each.name) == canonical(last)]
    if not named and key is not None and len(near) == 1 and last[:1].upper() == near[0].name[:1] == "W":
        named = near  # given as another weight: which way round it stands is known all the same
    named = [each for each in named if each.cross is ("cross" in within)] or named
    if len(named) > 1:
        raise InputError(
            f"{len(named)} tensors in {origin} may be {name}",
            ", ".join(visible(each.key, 60) for each in named[:12]) + (", …" if len(named) > 12 else ""),
            mend=f"choose one: ‹-m {name}={origin}:{visible(named[0].key, 60)}›",
        )
    if not named:
        if any(canonical(last) == canonical(f"{letter}_{role}") for letter in "Wb" for role in "QKV"):
            _refuse_packed(near, origin)
        return None
    return replace(named[0], turned=named[0].turned and turned).matrix(tensors[named[0].key]).renamed(name)


def is_lone(tensors: Mapping[str, Tensor]) -> bool:
    """Whether the tensors are one module's: a weight, and perhaps a bias."""
    return "weight" in tensors and tensors.keys() <= {"weight", "bias"}


def _of_module(name: str, last: str, tensors: Mapping[str, Tensor], *, turned: bool) -> Matrix | None:
    """The weight or bias of a Linear, γ or β of a norm, the weight of an Embedding, which is not transposed."""
    wide = len(tensors["weight"].shape) == 2
    key = "weight" if last.startswith("W" if wide else "gamma") else "bias" if last.startswith("b") else None
    if key is None or key not in tensors:
        return None
    linear = key == "weight" and wide and canonical(last) != canonical("W_E")
    return Weight(last, "", False, key, "", turned=linear and turned).matrix(tensors[key]).renamed(name)


def _is_input(weight: Weight, inputs: set[str]) -> bool:
    name = fold(weight.name)
    return not inputs.isdisjoint({name, name.rstrip("0123456789")}) or (weight.name[2:] in _PACKED and "wq" in inputs)


def _unit(weight: Weight) -> str:
    """The unit that a weight belongs to: an attention, a network, a norm."""
    if weight.name in ("gamma", "beta", "W_E"):
        return weight.module
    return f"{weight.block}.cross".strip(".") if weight.cross else weight.block


def _at(found: list[Weight], place: str) -> list[Weight]:
    """The weights at a place: encoder.layer.0, layers.0.self_attn, norm1."""
    units = [each for each in found if _unit(each) == place]
    return units or [each for each in found if f".{place}." in f".{each.key}."]


def _chosen(found: list[Weight], place: str | None, origin: str) -> list[Weight]:
    """The weights of one unit: the only one, or the one at that place."""
    near = found if place is None else _at(found, place)
    units = list(dict.fromkeys(map(_unit, near or found)))
    if near and len(units) == 1:
        _refuse_packed(near, origin)
        _refuse_partial(near, units[0], origin)
        return near
    if units == [""]:
        raise InputError(f"no place '{visible(place or '', 60)}' in {origin}", "all its weights are of one place", mend="leave it out")  # fmt: skip
    names = ", ".join(visible(name, 60) or "(no place)" for name in units[:12]) + (", …" if len(units) > 12 else "")
    none = f"no place '{visible(place or '', 60)}' in {origin}"
    what = f"{len(units)} places in {origin} have such weights" if near else none
    first = visible(next(filter(None, units), ""), 60)
    raise InputError(what, f"they are {names}", mend=f"choose one: {origin}:{first}")


def _refuse_packed(found: Iterable[Weight], origin: str) -> None:
    for each in found:
        if each.name[2:] in _PACKED:
            raise InputError(
                f"{origin}:{visible(each.key, 60)} packs queries, keys and values in a way that it does not say",
                "three of one size, one after the other, can be cut; heads in turn, or keys of fewer heads, cannot",
                mend="cut it, and give ‹-m W_Q›, ‹-m W_K› and ‹-m W_V›",
            )


def _refuse_partial(found: list[Weight], place: str, origin: str) -> None:
    """Refuse missing weights, which would be drawn, and double ones, of which one would be lost."""
    names: dict[str, str] = {}
    for each in found:
        if each.name not in ("gamma", "beta") and names.setdefault(each.name, each.key) != each.key:
            raise InputError(
                f"two tensors in {origin} may be {each.name}", f"{visible(names[each.name], 60)}, {visible(each.key, 60)}",
                mend=f"give it: ‹-m {each.name}={origin}:{visible(each.key, 60)}›",
            )  # fmt: skip
    for needed in (("W_Q", "W_K", "W_V"), ("W_1", "W_2")):
        missing = [name for name in needed if not any(each.startswith(name) for each in names)]
        if missing and len(missing) < len(needed):
            raise InputError(
                f"{origin} has no {missing[0]} that is known as one",
                f"it has {', '.join(visible(key, 60) for key in names.values())}{f' at {visible(place, 60)}' if place else ''}",
            )


def _stack(
    tensors: Mapping[str, Tensor], found: list[Weight], place: str | None, origin: str, layers: int | None
) -> dict[str, Matrix]:
    """The weights of all layers as a stack has them: layer1.W_Q, layer1.gamma2, layer1.cross.W_Q."""
    numbered = [each for each in found if each.block and (place is None or f".{place}." in f".{each.key}.")]
    stems = list(dict.fromkeys(_parted(each.block)[0] for each in numbered if each.name.startswith("W_")))
    if len(stems) != 1:
        what = f"{len(stems)} stacks of layers" if stems else "no layers"
        raise InputError(
            f"{origin} has {what}", f"they are {', '.join(visible(stem, 40) for stem in stems[:12])}" if stems else "none has a number",
            mend=f"choose one: {origin}:{visible(stems[0], 40)}" if stems else None,
        )  # fmt: skip
    stack = [each for each in numbered if _parted(each.block)[0] == stems[0]]
    _refuse_packed(stack, origin)
    blocks = sorted({each.block for each in stack}, key=lambda block: _parted(block)[1])
    if layers is not None and layers != len(blocks):
        what = f"‹layers {layers}› does not fit {origin}"
        raise InputError(what, f"it has {len(blocks)} layers", mend=f"try ‹layers {len(blocks)}›")
    crossing = any(each.cross and each.name[:2] in ("W_", "b_") for each in stack)
    given: dict[str, Matrix] = {}
    for n, block in enumerate(blocks, start=1):
        inside = [each for each in stack if each.block == block]
        for cross in (False, True):
            _refuse_partial([each for each in inside if each.cross is cross], block, origin)
        norms = _in_order([each.module for each in inside if each.name in ("gamma", "beta")], origin)
        if norms and len(norms) != 2 + crossing:
            raise InputError(
                f"a layer of {origin} has {len(norms)} norm{'' if len(norms) == 1 else 's'}",
                f"they are {', '.join(visible(name, 60) for name in norms)}", f"expected {2 + crossing}",
            )  # fmt: skip
        for each in inside:
            if each.name in ("gamma", "beta"):
                name = f"{each.name}{norms.index(each.module) + 1}"
            elif crossing and each.name[2:3] in "QKVO":
                name = f"{'cross' if each.cross else 'self'}.{each.name}"
            else:
                name = each.name
            given[f"layer{n}.{name}"] = each.matrix(tensors[each.key])
    return given


def _parted(block: str) -> tuple[str, int]:
    """A layer's place without its number, and the number."""
    stem, _, number = block.rpartition(".")
    return stem, int(number[:9])


def _in_order(modules: list[str], origin: str) -> list[str]:
    """The norms of a layer in the order in which they are applied."""
    ranked: dict[int, str] = {}
    for module in dict.fromkeys(modules):
        numbered = re.search(r"(\d)$|(?:sublayer|layer)\.(\d)\.(?:layer_)?norm$", module)
        if numbered:
            rank = int(numbered[1] or numbered[2])
        else:
            first = _FIRST_NORM.search(module) and "post_attention" not in module
            rank = 0 if first else 1 if _CROSS_NORM.search(module) else 2
        twin = ranked.setdefault(rank, module)
        if twin != module:
            raise InputError(
                f"which norm of {origin} comes first is not known", f"{visible(twin, 60)} or {visible(module, 60)}",
                mend="give them: ‹-m layer1.gamma1›, ‹-m layer1.beta1›, …",
            )  # fmt: skip
    return [ranked[rank] for rank in sorted(ranked)]
