"""A stage's command, made of its declaration: Typer reads the signature that is put together here."""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any

import typer

from tmat.cli.options import Common, one_of, some_of, with_common
from tmat.engine.declaration import Declaration, Option, StageFunction
from tmat.errors import spelled_with
from tmat.stages import declared as declaration_of
from tmat.stages import stage_names

KEYWORD = inspect.Parameter.KEYWORD_ONLY
Spelled = Callable[[str, str], str]
OF_EVERY_COMMAND = {"keep": "only"}
"""Where the flag is not the name with dashes and no stage declares it."""


def command_of(function: StageFunction[...], first: Callable[..., bool] | None = None) -> Callable[..., Any]:
    """The command of a stage: its options, then those of every stage.

    ``first`` takes (common, values of the stage's options, *, options of its own) and answers whether it did all.
    """
    declared = function.declared
    own = [] if first is None else list(inspect.signature(first).parameters.values())[2:]

    def command(common: Common, **values: Any) -> None:
        mine = {each.name: values.pop(each.name) for each in own}
        if first is not None and first(common, values, **mine):
            return
        from tmat.cli.flow import run_stage

        options, matrices = options_of(declared, values)
        run_stage(function, common.having(matrix=[*(common.matrix or ()), *matrices] or None), options)

    command.__doc__ = help_of(declared)
    command.__signature__ = inspect.Signature([*own, *parameters(declared)])  # type: ignore[attr-defined]
    return with_common(prints=declared.prints, opens=declared.opens)(command)


def parameters(declared: Declaration) -> list[inspect.Parameter]:
    """The options of a stage as Typer takes them; a value with a flag of its own (--causal) is one more."""
    spelled = spelling(declared.name)
    fields = declared.options.__dataclass_fields__
    found = []
    for name, option in declared.conventions.items():
        default = fields[name].default
        kind, default = _typed(option, declared.hints[name], default)
        also = [f"--{option.also}"] if option.also and option.also not in declared.prints else []
        flag = flag_of(name, option.flag, fields[name].default)
        found.append(_parameter(kind, default, option, flag, spelled, also))
        for value in option.alone:
            shown = Option(f"The same as ‹{name} {value}›.", option.panel)
            found.append(_parameter(bool, False, shown, f"--{value}", spelled))
    return found


def _parameter(
    kind: Any, default: Any, option: Option, flag: str, spelled: Spelled, also: Sequence[str] = ()
) -> inspect.Parameter:
    flags = f"{flag}/--no-{flag[2:]}" if kind == bool | None else flag
    typed = typer.Option(
        flags, *also, metavar=option.metavar, rich_help_panel=option.panel,
        help=spelled_with(option.help, spelled), autocompletion=_completing(option),
    )  # fmt: skip
    return inspect.Parameter(_key(flag), KEYWORD, default=default, annotation=Annotated[kind, typed])


def _key(flag: str) -> str:
    """The parameter of a flag: stages and all commands share one signature, in which --weights is a file."""
    return flag.lstrip("-").replace("-", "_")


def flag_of(name: str, flag: str | None, default: object) -> str:
    """The flag of an option: its name with dashes; --no-… for what is on unless told; both where nothing is said."""
    dashed = "--" + (flag or name.replace("_", "-"))
    return dashed.replace("--", "--no-", 1) if default is True and flag is None else dashed


def spelling(command: str) -> Spelled:
    """How the options of a command are written, for ``TmatError.told``."""
    flags = dict(OF_EVERY_COMMAND)
    if command in stage_names():
        options = declaration_of(command).conventions
        flags |= {name: one.flag for name, one in options.items() if one.flag}

    def spelled(name: str, value: str) -> str:
        if name == "-m":
            return f"-m {value}" if "=" in value else f"-m {value}=…"
        if name == "-o":
            return f"-o {value}"
        flag = "--" + (flags.get(name) or name.replace("_", "-"))
        if value in ("True", "False"):
            return flag if value == "True" or name in flags else flag.replace("--", "--no-", 1)
        return f"{flag} {value}" if value else flag

    return spelled


def _typed(option: Option, hint: Any, default: Any) -> tuple[Any, Any]:
    """What is typed for an option, and what stands for nothing typed."""
    if option.matrix or isinstance(default, tuple):
        return list[str] | None, None
    if isinstance(default, bool):
        return bool, False
    if option.read is not None:
        return (str | None, None) if default is None else (str, f"{default:g}")
    if option.legal or hint == str | None:
        return (str | None, None) if default is None else (str, default)
    return hint if hint in (int | None, float | None, bool | None, int, float) else str | None, default


def _completing(option: Option) -> Callable[..., list[str]] | None:
    """The legal values; of a mask, which may have several rules, those not said yet."""
    if not option.legal:
        return None
    return some_of(option.legal) if option.matrix else one_of(option.legal)


def options_of(declared: Declaration, values: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """What was typed as the library takes it, and the masks that are matrices as -m has them."""
    found: dict[str, Any] = {}
    matrices: list[str] = []
    for name, option in declared.conventions.items():
        default = declared.options.__dataclass_fields__[name].default
        value = values[_key(flag_of(name, option.flag, default))]
        if isinstance(default, bool):
            value = value != default
        elif option.matrix:
            said = [each for each in option.alone if values[each]]
            value, more = _words(name, option, said, value or ())
            matrices += more
        elif isinstance(default, tuple):
            value = [word.strip() for part in value or () for word in part.split(",") if word.strip()]
        elif option.read is not None and value is not None:
            value = option.read(value)
        found[name] = value
    return found, matrices


def typed_of(
    declared: Declaration, values: Mapping[str, Any], typed: frozenset[str]
) -> tuple[dict[str, Any], list[str]]:
    """As ``options_of``, of what was typed alone: the rest is for somebody else to say."""
    found, matrices = options_of(declared, values)
    fields = declared.options.__dataclass_fields__
    said = {
        name
        for name, option in declared.conventions.items()
        if {_key(flag_of(name, option.flag, fields[name].default)), *option.alone} & typed
    }
    return {name: value for name, value in found.items() if name in said and value != ()}, matrices


def _words(name: str, option: Option, said: list[str], parts: Sequence[str]) -> tuple[tuple[str, ...], list[str]]:
    """Rules by name; anything else is a matrix, as if by -m mask=…"""
    matrices = []
    for part in parts:
        words = [word.strip() for word in part.split(",")]
        if all(word in option.legal for word in words):
            said += [word for word in words if word != option.legal[0] and word not in said]
        elif all(word.isalpha() for word in words) and not os.path.exists(part):
            said += words  # let the stage say what it does not know
        else:
            matrices.append(f"{name}={part}")
    return tuple(said), matrices


def help_of(declared: Declaration) -> str:
    """The formula, the steps in order, the matrices with their shapes, and what else is to be said."""
    steps = [name for name, step in declared.steps.items() if step.of_a_head]
    rest = [name for name, step in declared.steps.items() if not step.of_a_head]
    heads = f"; with heads {steps[0]}1 … {steps[-1]}1, {steps[0]}2 …, " if steps else ""
    shapes: dict[str, list[str]] = {}
    masks = {name: declared.conventions[name].matrix for name in declared.masks}
    for name, shape in {**{name: one.shape for name, one in declared.inputs.items()}, **masks}.items():
        shapes.setdefault(shape, []).append(name)
    matrices = ", ".join(f"{' '.join(names)} {shape}" for shape, names in shapes.items())
    paragraphs = [declared.formula]
    if declared.made_of:
        paragraphs.append(f"Steps: those of {', '.join(inner.__name__ for inner in declared.made_of)}.")
    elif steps or rest:
        paragraphs.append(f"Steps: {' '.join(steps)}{heads}{' '.join(rest)}.")
    if shapes:
        paragraphs.append(f"Matrices: {matrices}.")
    if declared.about:
        paragraphs.append(declared.about)
    return spelled_with("\n\n".join(paragraphs), spelling(declared.name))
