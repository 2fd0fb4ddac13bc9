"""tmat show."""

from typing import Annotated

import typer

from tmat.cli.options import Common, flag, with_common
from tmat.engine.declaration import INPUT, OUTPUT

EXAMPLES = (
    "tmat attention --d-k 6 -o sheet.json",
    "tmat show sheet.json --only weights --heat",
)

ABOUT = """Show a worksheet: all of its stages or some, as tables or in any format."""

LEFT_OUT = ("matrix", "weights", "tokens", "seed", "init", "round", "dtype")


@with_common(*LEFT_OUT)
def command(
    common: Common,
    files: Annotated[list[str] | None, typer.Argument(metavar="[FILE]…", help="Worksheets in JSON; standard input if none is given.")] = None,
    model: Annotated[str | None, flag("--model", INPUT, "What a model's folder holds: layers, shapes, parameters, conventions.", "FOLDER")] = None,
    stage: Annotated[list[str] | None, flag("--stage", INPUT, "Only these stages: attention, addnorm-2, layer2.", "ID")] = None,
    step: Annotated[bool, flag("--step", OUTPUT, "Wait for a key between steps: space next, b back, w working, q quit.")] = False,
    blank: Annotated[list[str] | None, flag("--blank", OUTPUT, "A sheet to fill in: these steps left blank, or all; the rest as they are.", "NAMES")] = None,
) -> None:  # fmt: skip
    from tmat.cli.emit import Emitter
    from tmat.cli.flow import incoming
    from tmat.cli.showing import as_sheet, picked, prepared, sheets_of
    from tmat.sheet.worksheet import Worksheet

    if model is not None:
        from tmat.cli.model_page import show_model

        show_model(model, common)
        return
    env = common.environment
    common = common.having(blank=blank, step=step, all_stages=True)
    emitter = Emitter(env, common, read=files or ())
    sheets = (
        sheets_of(files, common.batch)
        if files
        else (as_sheet(named, common.batch) if named else sheet for sheet, named in incoming(common))
    )
    any_input = False
    for sheet in sheets:
        any_input = True
        emitter.add(prepared(picked(sheet, stage or []), common), Worksheet())
    if not any_input:
        from tmat.errors import InputError

        raise InputError(
            "show has no worksheet", "none came on standard input", mend="give a file: tmat show sheet.json"
        )
    emitter.close()
