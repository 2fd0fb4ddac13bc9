"""The sentences under a step: how many printed numbers are right, the slips of the others, what cannot be recomputed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tmat.articles.article import Example
from tmat.articles.auditing import Audit, Audited, Count
from tmat.articles.numbers import BLANK, Data
from tmat.marking.reports.words import mend, sentence
from tmat.numbers.claim import Claim
from tmat.sheet.remarks import Said


def verdict(one: Audit, example: Example, *, again: bool = False) -> list[Said]:
    """The verdict on one printed matrix: how many numbers are right, then the slips and the right values."""
    first, *rest = _verdict(one, example, again)
    return [first, *(said._replace(indent=2) for said in rest)]


def _verdict(one: Audit, example: Example, again: bool) -> list[Said]:
    said: list[Said] = []
    if one.lacking:
        text = f"{_count(one, example)} cannot be computed again: {missing(one, example.data)}"
        said.append(Said(text if not one.findings else f"{text}; but", "caption"))
    else:
        text = f"{'again, ' if again else ''}{_came(one, example)}{_precision(one)}"
        followed = int(one.follows.sum())
        if one.good and followed:
            text += f"; {_all(followed, one.size)} from the printed {' and '.join(one.source)}"
        good = "follows" if followed else "right"
        said.append(Said(text, good if one.good else "wrong" if one.unexplained.any() else "slip"))
    for finding in one.findings:
        names = " or ".join(finding.names)
        said.append(Said(f"{len(finding.cells)} {names}: {sentence(finding)}", "slip"))
        said.append(Said(f"mend: {mend(finding)}", "caption"))
    if one.unexplained.any():
        said.append(Said(f"{int(one.unexplained.sum())} unexplained", "wrong"))
    return said


def missing(one: Audit, data: Data) -> str:
    """The matrices that are missing to recompute a step: W_1 is not printed, only 36 of the 828 numbers of W_vocab are.

    >>> from tmat.articles.article import Need
    >>> import numpy as np
    >>> none = np.zeros((1, 1), dtype=bool)
    >>> lacking = (Need("W_1", 36), Need("logits", 23, "shown"))
    >>> missing(Audit("a", "b", [["1"]], none, none, none, none, lacking), Data({"shown": [["1", "2"]]}))
    'W_1 is not printed, only 2 of the 23 numbers of logits are'
    """
    absent = [need.name for need in one.lacking if not data.count(need.block)]
    partly = [
        f"only {data.count(need.block)} of the {need.size} numbers of {need.name} are"
        for need in one.lacking
        if data.count(need.block)
    ]
    said = [f"{' and '.join(absent)} {'is' if len(absent) == 1 else 'are'} not printed"] if absent else []
    if partly and not said:
        partly[0] += " printed"
    return ", ".join(said + partly)


def totals(count: Count, agreements: Sequence[tuple[int, int]] = (), whose: str = "the article") -> list[Said]:
    """The counts of an example; the last line is the number of unexplained numbers."""
    said = [Said(f"{_gives(whose)} {count.printed}", "name")]
    if count.given:
        said.append(Said(f"given {count.given}", ""))
    made = count.reproduced + count.follows
    text = f"reproduced {made}"
    if count.follows:
        text += f", {count.follows} of them from slips printed before them"
    if made or not count.printed:
        said.append(Said(text, "right"))
    if count.slips:
        said.append(Said(f"explained {count.explained}", "slip"))
        said += [Said(f"{n} {name}", "slip", 2) for name, n in count.slips.most_common()]
    if count.lacking:
        said.append(Said(f"cannot be recomputed {count.lacking}: what they are made of is not printed", "caption"))
    if agreements:
        equal = sum(n for n, _ in agreements)
        held = sum(n == size for n, size in agreements)
        text = f"claims held {held} of {len(agreements)}, in {equal} of {sum(size for _, size in agreements)} cells"
        said.append(Said(text, "right" if held == len(agreements) else "wrong"))
    said.append(Said(f"unexplained {count.unexplained}", "wrong" if count.unexplained else "right"))
    return said


def summary(audited: Audited) -> list[Said]:
    """The counts of the whole example."""
    return totals(audited.count, [(one.equal, one.size) for one in audited.agreements], audited.example.whose)


def errata(audited: Audited) -> Iterator[tuple[str, Audit]]:
    """The printed matrices with wrong numbers, each with the title of its call."""
    for part in audited.parts:
        for done in part.calls:
            for one in audited.of(done):
                if one.findings or one.unexplained.any():
                    yield done.call.headed or part.part.title, one


def _precision(one: Audit) -> str:
    """The precision of the printed numbers, where there are enough of them."""
    told = one.size > 2 and one.claim != Claim() and one.claim.decimals != 0
    return f", to {one.claim}" if told else ""


def _came(one: Audit, example: Example) -> str:
    """How many are right: of the article's 24 numbers: 0 right."""
    came = int(one.reproduced.sum() + one.follows.sum())
    shown = [text for row in one.texts for text in row if text != BLANK]
    right = f"{came} right" if one.size > 1 else "right" if came else "not right"
    if len(shown) < sum(map(len, one.texts)):
        return f"of this {_gives(example.whose)} {', '.join(shown)}: {right}"
    if one.given:
        return f"given by {example.whose}: {came} of {one.size}"
    return f"of {_count(one, example)}: {right}" if one.size > 1 else f"{_count(one, example)}: {right}"


def _gives(whose: str) -> str:
    return f"{whose} {'prints' if whose == 'the article' else 'gives'}"


def _count(one: Audit, example: Example) -> str:
    """The article's 24 numbers."""
    kind = "cell" if one.symbols else "number"
    return f"{example.whose}'s {kind}" if one.size == 1 else f"{example.whose}'s {one.size} {kind}s"


def _all(n: int, size: int) -> str:
    return "all" if n == size else f"{n} of them"
