"""A stage's command, made from its declaration; Typer reads the signature that is built here."""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any

import typer

from tmat.cli.completing import listed
from tmat.cli.options import Common, with_common
from tmat.engine.declaration import Declaration, Option, StageFunction
from tmat.errors import spelled_with
from tmat.stages import declared as declaration_of
from tmat.stages import stage_names

KEYWORD = inspect.Parameter.KEYWORD_ONLY
Spelled = Callable[[str, str], str]
OF_EVERY_COMMAND = {"keep": "only"}
"""Where the flag is not the name with dashes and no stage declares it."""


def command_of(function: StageFunction[...], first: Callable[..., bool] | None = None) -> Callable[..., Any]:
    """The command of a stage, with the stage's options and the shared ones.

    ``first``, called with (common, values of the stage's options, *, further options), is tried first; if it returns True,
    the stage is not run.
    """
    declared = function.declared
    extra = [] if first is None else list(inspect.signature(first).parameters.values())[2:]

    def command(common: Common, **values: Any) -> None:
        extra_values = {parameter.name: values.pop(parameter.name) for parameter in extra}
        if first is not None and first(common, values, **extra_values):
            return
        from tmat.cli.flow import run_stage

        options, matrices = options_of(declared, values)
        run_stage(function, common.having(matrix=[*(common.matrix or ()), *matrices] or None), options)

    command.__signature__ = inspect.Signature([*extra, *parameters(declared)])  # type: ignore[attr-defined]
    return with_common(prints=declared.prints, opens=declared.opens)(command)


def parameters(declared: Declaration) -> list[inspect.Parameter]:
    """The options of a stage as parameters; a value with its own flag (--causal) is a further parameter."""
    spelled = spelling(declared.name)
    fields = declared.options.__dataclass_fields__
    found = []
    for name, option in declared.conventions.items():
        default = fields[name].default
        kind, default = _typed(option, declared.hints[name], default)
        aliases = [f"--{option.also}"] if option.also and option.also not in declared.prints else []
        flag = flag_of(name, option.flag, fields[name].default)
        found.append(_parameter(kind, default, option, flag, spelled, aliases))
        for value in option.alone:
            same = Option(f"The same as ‹{name} {value}›.", option.panel)
            found.append(_parameter(bool, False, same, f"--{value}", spelled))
    return found


def _parameter(
    kind: Any, default: Any, option: Option, flag: str, spelled: Spelled, aliases: Sequence[str] = ()
) -> inspect.Parameter:
    flags = f"{flag}/--no-{flag[2:]}" if kind == bool | None else flag
    typer_option = typer.Option(
        flags, *aliases, metavar=option.metavar, rich_help_panel=option.panel,
        help=spelled_with(option.help, spelled), autocompletion=_completing(option),
    )  # fmt: skip
    return inspect.Parameter(_key(flag), KEYWORD, default=default, annotation=Annotated[kind, typer_option])


def _key(flag: str) -> str:
    """The name of the parameter of a flag."""
    return flag.lstrip("-").replace("-", "_")


def flag_of(name: str, flag: str | None, default: object) -> str:
    """The flag of an option: its name with dashes, or --no-… if it is on by default."""
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
    """The type of an option on the command line, and its default there."""
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
    """The completion of legal values; a mask may have several, of which those not typed yet are offered."""
    if not option.legal:
        return None
    return (lambda incomplete: listed(option.legal, incomplete)) if option.matrix else lambda: list(option.legal)


def options_of(
    declared: Declaration, values: Mapping[str, Any], typed: frozenset[str] | None = None
) -> tuple[dict[str, Any], list[str]]:
    """The options as the library takes them, and masks given as matrices, written as for -m; of ``typed`` only those."""
    chosen: dict[str, Any] = {}
    matrices: list[str] = []
    for name, option in declared.conventions.items():
        default = declared.options.__dataclass_fields__[name].default
        key = _key(flag_of(name, option.flag, default))
        if typed is not None and not {key, *option.alone} & typed:
            continue
        value = values[key]
        if isinstance(default, bool):
            value = value != default
        elif option.matrix:
            rules = [each for each in option.alone if values[each]]
            value, given = _words(name, option, rules, value or ())
            matrices += given
        elif isinstance(default, tuple):
            value = [word.strip() for part in value or () for word in part.split(",") if word.strip()]
        elif option.read is not None and value is not None:
            value = option.read(value)
        if typed is None or value != ():
            chosen[name] = value
    return chosen, matrices


def _words(name: str, option: Option, rules: list[str], parts: Sequence[str]) -> tuple[tuple[str, ...], list[str]]:
    """Rules of a mask by name; other values are matrices, as if given by -m mask=…"""
    matrices = []
    for part in parts:
        words = [word.strip() for word in part.split(",")]
        if all(word in option.legal for word in words):
            rules += [word for word in words if word != option.legal[0] and word not in rules]
        elif all(word.isalpha() for word in words) and not os.path.exists(part):
            rules += words  # the stage refuses unknown rules
        else:
            matrices.append(f"{name}={part}")
    return tuple(rules), matrices


def help_of(declared: Declaration) -> str:
    """The help of a stage: formula, steps in order, matrices with their shapes, further text."""
    steps = [name for name, step in declared.steps.items() if step.of_a_head]
    others = [name for name, step in declared.steps.items() if not step.of_a_head]
    heads = f"; with heads {steps[0]}1 … {steps[-1]}1, {steps[0]}2 …, " if steps else ""
    shapes: dict[str, list[str]] = {}
    masks = {name: declared.conventions[name].matrix for name in declared.masks}
    for name, shape in {**{name: matrix.shape for name, matrix in declared.inputs.items()}, **masks}.items():
        shapes.setdefault(shape, []).append(name)
    matrices = ", ".join(f"{' '.join(names)} {shape}" for shape, names in shapes.items())
    paragraphs = [declared.formula]
    if declared.made_of:
        paragraphs.append(f"Steps: those of {', '.join(inner.__name__ for inner in declared.made_of)}.")
    elif steps or others:
        paragraphs.append(f"Steps: {' '.join(steps)}{heads}{' '.join(others)}.")
    if shapes:
        paragraphs.append(f"Matrices: {matrices}.")
    if declared.about:
        paragraphs.append(declared.about)
    return spelled_with("\n\n".join(paragraphs), spelling(declared.name))
