"""tmat decode: from an encoder's output or from a prompt to words, by given or drawn layers or by a model's own."""

import inspect
from typing import Annotated, Any

from tmat.cli.made import help_of, options_of, parameters
from tmat.cli.options import Common, flag, with_common
from tmat.engine.fields import INPUT
from tmat.errors import InputError
from tmat.stages.decode import decode


def _command(
    common: Common,
    model: Annotated[
        str | None,
        flag("--model", INPUT, "A model's folder: GPT-2, Llama, Mistral, Qwen. It goes on from --prompt.", "FOLDER"),
    ] = None,
    ids: Annotated[
        str | None, flag("--ids", INPUT, "With --model: the ids of the prompt's tokens. --tokens: these.", "NUMBERS")
    ] = None,
    **values: Any,
) -> None:
    if model is not None:
        from tmat.cli.modelled import decode_with

        decode_with(model, ids, common, decode.declared, values)
        return
    if ids is not None:
        raise InputError("--ids has no use without --model", "words are decoded", mend="give --prompt")
    from tmat.cli.flow import run_stage

    options, matrices = options_of(decode.declared, values)
    run_stage(decode, common.having(matrix=[*(common.matrix or ()), *matrices] or None), options)


_command.__doc__ = help_of(decode.declared)
_own = [each for each in inspect.signature(_command).parameters.values() if each.kind is not each.VAR_KEYWORD]
_command.__signature__ = inspect.Signature([*_own, *parameters(decode.declared)])  # type: ignore[attr-defined]
command = with_common(prints=decode.declared.prints, opens=decode.declared.opens)(_command)
