"""tmat scaling."""

import os
from typing import TYPE_CHECKING, Annotated

from tmat.cli.options import Common, flag, with_common
from tmat.engine.declaration import DRAWS, OUTPUT, SHAPE
from tmat.errors import InputError, meant

if TYPE_CHECKING:
    from tmat.experiment.scaling import Scaling
    from tmat.rendering.styled import Line

EXAMPLES = (
    "tmat scaling",
    "tmat scaling --d-k 8,512 --draws 2000 --format json",
)

ABOUT = """mean(q·k) = 0, var(q·k) = d and var(q·k / √d) = 1, for q and k of d standard normal numbers: drawn and compared.

Then what softmax makes of both: its largest weight, its entropy, the size of its gradient, which vanishes where
one weight takes all. And the same for 20,000 draws of N(0, 100²), as they are and divided by 100."""

LEFT_OUT = "plot fragment matrix weights batch tokens init round dtype format digits only work work_steps trace depth heat full"
FORMATS = {"table": ".txt", "json": ".json"}


@with_common(*LEFT_OUT.split())
def command(
    common: Common,
    d_k: Annotated[str, flag("--d-k --d", SHAPE, "How wide q and k are, one width or several.", "N,N,…")] = "4,16,64,256",
    keys: Annotated[int, flag("--keys", SHAPE, "Keys in a row that softmax is taken over.", "N")] = 64,
    queries: Annotated[int, flag("--queries", SHAPE, "How many such rows.", "N")] = 256,
    deviation: Annotated[float, flag("--deviation", DRAWS, "The deviation of the article's 20,000 draws, by which they are divided.", "NUMBER")] = 100.0,
    draws: Annotated[int, flag("--draws", DRAWS, "How many q·k for each d.", "N")] = 10_000,
    format: Annotated[str | None, flag("--format -f", OUTPUT, "table on a terminal, json elsewhere.", "FORMAT")] = None,
    plot: Annotated[str | None, flag("--plot", OUTPUT, "A picture of it too: .png, .svg or .pdf (the extra plot).", "FILE")] = None,
) -> None:  # fmt: skip
    from tmat.cli.terminal import put
    from tmat.outputs import write_file
    from tmat.rendering.styled import to_text

    env = common.environment
    output_format = _format(format, common.output)
    widths = _widths(d_k)
    if plot is not None:
        from tmat.experiment.plot import check_plot

        check_plot(plot)
    from tmat.experiment.scaling import scaling

    result = scaling(widths, draws=draws, queries=queries, keys=keys, deviation=deviation, seed=common.seed_value)
    if plot is not None:
        from tmat.experiment.plot import plotted

        write_file(plot, plotted(result, os.path.splitext(plot)[1].lower()[1:]))
    if common.output is not None:
        text = _json(result) if output_format == "json" else to_text(_lines(result, common.width, "utf-8"))
        write_file(common.output, text.encode())
    elif output_format == "json" or (output_format is None and not env.stdout_tty):
        env.write(_json(result))
    else:
        put(_lines(result, common.width or env.columns, env.encoding), env, common)
    wrote = [path for path in (common.output, plot) if path is not None]
    if wrote:
        env.hint(f" wrote {' and '.join(wrote)}")


def _lines(result: "Scaling", width: int | None, encoding: str) -> "list[Line]":
    """The tables, printed as those of a worksheet, and the histograms below them."""
    from tmat.experiment.histograms import histograms
    from tmat.experiment.tables import worksheet
    from tmat.rendering.layout import Look, render

    tables = render(worksheet(result), width=width, look=Look(encoding=encoding))
    return [*tables, (), (), *histograms(result, width=width, encoding=encoding)]


def _json(result: "Scaling") -> str:
    import json

    return json.dumps(result.as_json(), ensure_ascii=False, allow_nan=False) + "\n"


def _format(format: str | None, path: str | None) -> str | None:
    """table or json, by the option or by the file's suffix; None without either."""
    if format is not None:
        if format not in FORMATS:
            raise InputError(
                f"--format {format} is not known",
                f"expected one of {', '.join(FORMATS)}",
                mend=meant(format, FORMATS) or "a picture comes by --plot FILE",
            )
        return format
    if path is None:
        return None
    suffix = os.path.splitext(path)[1].lower()
    for name, format_suffix in FORMATS.items():
        if suffix == format_suffix:
            return name
    raise InputError(
        f"cannot tell the format of {path}",
        f"its suffix is {suffix or 'missing'}; expected one of {' '.join(FORMATS.values())}",
        mend="or say it: --format table",
    )


def _widths(text: str) -> list[int]:
    widths = []
    for part in text.replace(",", " ").split():
        if not (part.isascii() and part.isdigit()) or len(part) > 9:
            raise InputError(
                f"--d-k {part} is no width", "expected whole numbers from 1, with commas", mend="try --d-k 4,16,64"
            )
        widths.append(int(part))
    return widths
