"""The families of models, a file each, found by listing this folder."""

from __future__ import annotations

import re
from functools import cache
from importlib import import_module

from tmat.errors import InputError
from tmat.models.config import Config
from tmat.models.family import Design, Family
from tmat.modules import modules_in
from tmat.visible import visible


@cache
def families() -> dict[str, Family]:
    """The families by the model_type of their config.json."""
    found: dict[str, Family] = {}
    for name in modules_in(__file__):
        family: Family = import_module(f"{__name__}.{name}").FAMILY
        found |= dict.fromkeys(family.kinds, family)
    return found


def design_of(config: Config) -> Design:
    """The design of a model by its config.

    Errors: a model_type of none of the families.
    """
    known = families()
    kind = config.values.get("model_type")
    family = known.get(kind) if isinstance(kind, str) else None
    if family is None:
        said = f"model_type is {kind!r}" if kind is not None else "it has no model_type"
        raise InputError(
            f"{config.origin} is of no model that is known",
            f"{said}, and that field decides where the tensors go and what is computed",
            f"known are {', '.join(sorted(known))}",
            *_deciding(config),
        )
    return family.design(config)


_NO_ARITHMETIC = re.compile(
    "^_|token_id|drop|initializer|init_std|dtype|version|architectures|use_cache|name_or_path|^output_|return_|label|problem_type|chunk_size|"
    "torchscript|pruned|is_encoder_decoder|is_decoder|tie_encoder|add_cross|finetuning|task_specific|model_type|pretraining_tp|summary_|"
    "vocab_size|gradient|loss|jitter|_aux|^qa_"
)
"""Fields about training, storage and use, which do not change the arithmetic."""


def _deciding(config: Config) -> list[str]:
    """A line of the error: the fields of the config that a new family would have to read."""
    names = sorted(
        name for name, value in config.values.items() if value is not None and not _NO_ARITHMETIC.search(name)
    )
    shown = ", ".join(map(visible, names[:24])) + (" …" if len(names) > 24 else "")
    return [f"missing is a family that says what its {shown} mean, and which tensor is which"] if names else []
