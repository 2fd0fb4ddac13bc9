"""The scaling experiment as a worksheet of tables: the estimates with theory, and the saturation of softmax."""

from __future__ import annotations

import math
from collections.abc import Sequence

from tmat.experiment.scaling import Comparison, Estimate, Scaling, Scores
from tmat.numbers import format_number
from tmat.sheet.remarks import Cover, Said, Table
from tmat.sheet.worksheet import Worksheet

Named = tuple[str, Scores]


def worksheet(result: Scaling) -> Worksheet:
    """The results in tables, for any format that draws pages.

    >>> from tmat.experiment.scaling import scaling
    >>> sheet = worksheet(scaling(d=(4, 16), draws=100))
    >>> [table.title for table in sheet.cover.tables][:2]
    ['q·k and q·k / √d', 'softmax over 256 rows of 64 keys']
    """
    over = format_number(result.deviation)
    drawn = f"N(0, {over}²)"
    widths = [one for each in result.widths for one in _named(f"q·k, d = {each.d}", f"q·k / √{each.d}", each)]
    article = _named(drawn, f"{drawn} / {over}", result.article)
    keys = result.widths[0].before.softmax.keys
    tables = (
        _estimates("q·k and q·k / √d", "theory: mean 0, variance d; divided by √d, variance 1", widths),
        _softmaxes(
            f"softmax over {_count(result.queries, 'row')} of {_count(keys, 'key')}",
            f"the median row; the entropy is at most ln {keys} = {format_number(math.log(keys), 3)}; gradient: ‖∂w/∂s‖",
            widths,
        ),
        _estimates(f"{_count(result.article_draws, 'draw')} of {drawn}, and the same over {over}", "", article),
        _softmaxes("softmax over all of them", "", article),
    )
    summary = f"seed {result.seed} · {_count(result.draws, 'draw')} of q·k for each d · q, k standard normal"
    return Worksheet(cover=Cover("scaling", "why scores are divided by √d", summary, _verdict(result), tables))


def _named(before: str, after: str, compared: Comparison) -> list[Named]:
    return [(before, compared.before), (after, compared.after)]


def _estimates(title: str, caption: str, named: Sequence[Named]) -> Table:
    """Means and variances; se is the standard error, off the distance from theory in standard errors."""
    means = _measured([scores.mean for _, scores in named])
    variances = _measured([scores.variance for _, scores in named])
    rows = tuple((name, *mean, *variance) for (name, _), mean, variance in zip(named, means, variances, strict=True))
    return Table(
        title, ("scores", "mean ± se", "theory", "off", "variance ± se", "theory", "off"), rows, caption=caption
    )


def _measured(estimates: Sequence[Estimate]) -> list[tuple[str, str, str]]:
    """Estimates rounded to two significant digits of their standard error; more digits are noise."""
    decimals = [max(1 - math.floor(math.log10(each.error)), 0) for each in estimates]
    errors = [format_number(each.error, n) for each, n in zip(estimates, decimals, strict=True)]
    wide = max(map(len, errors))
    return [
        (f"{format_number(each.value, n)} ± {error:{wide}}", format_number(each.theory), format_number(each.off, 1))
        for each, n, error in zip(estimates, decimals, errors, strict=True)
    ]


def _softmaxes(title: str, caption: str, named: Sequence[Named]) -> Table:
    head = ("softmax of", "largest weight", "weights > 1e-6", "entropy", "gradient")
    rows = []
    for name, scores in named:
        found = scores.softmax
        numbers = (
            _short(found.largest, 4),
            f"{found.noticed:,.0f}",
            _short(found.entropy, 4),
            _short(found.gradient, 4),
        )
        rows.append((name, *numbers))
    return Table(title, head, tuple(rows), caption=caption)


def _verdict(result: Scaling) -> tuple[Said, ...]:
    """Whether theory holds: no estimate is further off than chance allows."""
    estimates = list(result.estimates())
    outside = sum(abs(each.off) > result.bound for each in estimates)
    bound = format_number(result.bound, 1)
    sentence = f"All {len(estimates)} estimates are within {bound} standard errors: theory holds."
    if outside:
        sentence = (
            f"{outside} of {len(estimates)} estimates are off by more than {bound} standard errors: theory fails."
        )
    return (
        Said("se: standard error; off: by how many of them", "caption"),
        Said(sentence, "wrong" if outside else "right"),
    )


def _short(x: float, decimals: int) -> str:
    """A number in short form, a small one as a power of ten and not as 0."""
    return f"{x:.1e}" if 0 < abs(x) < 9.5 * 10.0**-decimals else format_number(x, decimals)


def _count(count: int, thing: str) -> str:
    return f"{count:,} {thing}{'' if count == 1 else 's'}"
