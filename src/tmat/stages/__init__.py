"""The stages, one file each: a declaration, and a recipe that reads like its article. Shared code is in parts."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

from tmat.errors import fold
from tmat.modules import modules_in

if TYPE_CHECKING:
    from tmat.engine.declaration import Declaration


@cache
def stage_names() -> tuple[str, ...]:
    """The names of the stages: those of the files in this folder."""
    return tuple(name for folder in __path__ for name in modules_in(f"{folder}/__init__.py", packages=False))


@cache
def said_otherwise() -> dict[str, str]:
    """The steps of all stages by their other names; names are folded."""
    steps = [item for name in stage_names() for item in declared(name).steps.items()]
    return {fold(word): fold(name) for name, one in steps for word in one.called.split()}


def declared(name: str) -> Declaration:
    """The declaration of a stage, from its file."""
    return getattr(import_module(f"tmat.stages.{name}"), name).declared  # type: ignore[no-any-return]
