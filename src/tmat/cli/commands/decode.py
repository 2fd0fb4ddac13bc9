"""tmat decode: from an encoder's output or from a prompt to words, by given or drawn layers or by a model's own."""

from typing import Annotated, Any

from tmat.cli.made import command_of
from tmat.cli.options import Common, flag
from tmat.engine.declaration import INPUT
from tmat.errors import InputError
from tmat.stages.decode import decode


def _run_model(
    common: Common,
    values: dict[str, Any],
    *,
    model: Annotated[str | None, flag("--model", INPUT, "A model's folder: GPT-2, Llama, Mistral, Qwen. It goes on from --prompt.", "FOLDER")] = None,
    ids: Annotated[str | None, flag("--ids", INPUT, "With --model: the ids of the prompt's tokens. --tokens: the tokens themselves.", "NUMBERS")] = None,
) -> bool:  # fmt: skip
    if model is not None:
        from tmat.cli.modelled import run_on_model

        run_on_model(decode.declared, model, ids, common, values)
    elif ids is not None:
        raise InputError("--ids has no use without --model", "words are decoded", mend="give --prompt")
    return model is not None


command = command_of(decode, _run_model)
