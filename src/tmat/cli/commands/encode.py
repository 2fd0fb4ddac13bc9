"""tmat encode: a stack of layers, or a model's own."""

from typing import Annotated, Any

from tmat.cli.made import command_of
from tmat.cli.options import Common, flag
from tmat.engine.declaration import INPUT
from tmat.errors import InputError
from tmat.stages.encode import encode


def _run_model(
    common: Common,
    values: dict[str, Any],
    *,
    model: Annotated[str | None, flag("--model", INPUT, "A model's folder (config.json, model.safetensors, tokenizer.json): BERT.", "FOLDER")] = None,
    text: Annotated[str | None, flag("--text", INPUT, "With --model: the text. --tokens: the model's own tokens, separated by blanks.", "TEXT")] = None,
    ids: Annotated[str | None, flag("--ids", INPUT, "With --model: the ids of the tokens.", "NUMBERS")] = None,
) -> bool:  # fmt: skip
    if model is not None:
        from tmat.cli.modelled import run_on_model

        run_on_model(encode.declared, model, ids, common, values, text=text)
        return True
    for name, value in (("--text", text), ("--ids", ids)):
        if value is not None:
            raise InputError(
                f"{name} has no use without --model", "X is what is encoded", mend="give -m X=…, or pipe it in"
            )
    return False


command = command_of(encode, _run_model)
