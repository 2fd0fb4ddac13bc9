"""The families of models, a file each, found by listing this folder."""

from __future__ import annotations

from functools import cache
from importlib import import_module

from tmat.errors import InputError, meant
from tmat.listing import modules_in
from tmat.models.config import Config
from tmat.models.family import Design, Family


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

    Errors: a model of none of the families: which field decides, and what is known.
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
            mend=meant(str(kind), known),
        )
    return family.design(config)
