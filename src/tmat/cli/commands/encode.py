"""tmat encode: a stack of layers, or a model's own."""

import inspect
from typing import Annotated, Any

from tmat.cli.made import help_of, options_of, parameters
from tmat.cli.options import Common, flag, with_common
from tmat.engine.fields import INPUT
from tmat.errors import InputError
from tmat.stages.encode import encode


def _command(
    common: Common,
    model: Annotated[
        str | None,
        flag("--model", INPUT, "A model's folder (config.json, model.safetensors, tokenizer.json): BERT.", "FOLDER"),
    ] = None,
    text: Annotated[
        str | None,
        flag("--text", INPUT, "With --model: what it reads. --tokens: its own tokens, parted by blanks.", "TEXT"),
    ] = None,
    ids: Annotated[str | None, flag("--ids", INPUT, "With --model: the ids of the tokens.", "NUMBERS")] = None,
    **values: Any,
) -> None:
    if model is not None:
        from tmat.cli.modelled import encode_with

        encode_with(model, text, ids, common, encode.declared, values)
        return
    for name, said in (("--text", text), ("--ids", ids)):
        if said is not None:
            raise InputError(
                f"{name} has no use without --model", "X is what is encoded", mend="give -m X=…, or pipe it in"
            )
    from tmat.cli.flow import run_stage

    options, matrices = options_of(encode.declared, values)
    run_stage(encode, common.having(matrix=[*(common.matrix or ()), *matrices] or None), options)


_command.__doc__ = help_of(encode.declared)
_own = [each for each in inspect.signature(_command).parameters.values() if each.kind is not each.VAR_KEYWORD]
_command.__signature__ = inspect.Signature([*_own, *parameters(encode.declared)])  # type: ignore[attr-defined]
command = with_common(prints=encode.declared.prints, opens=encode.declared.opens)(_command)
