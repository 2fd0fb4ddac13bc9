"""An example as a page in Markdown: its errata in a table, its steps with what the article printed, the script that does the same."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tmat.articles.article import Example
from tmat.articles.auditing import Audit, Audited
from tmat.articles.changes import changed, side_by_side_rows
from tmat.articles.drawing import SAME, spaced
from tmat.articles.letters import due
from tmat.articles.numbers import BLANK
from tmat.articles.running import Done, PartDone
from tmat.articles.scripting import script
from tmat.articles.verdicts import Said, errata, summary, verdict
from tmat.errors import fold
from tmat.marking.reports.words import mend, sentence
from tmat.operations.printing.markdown import MARKDOWN_LINE
from tmat.rendering.formats.markdown import ROOM, escaped, label, mathematics, table
from tmat.rendering.layout.look import Look
from tmat.rendering.layout.numbers import texts
from tmat.rendering.page import formula_in, shown
from tmat.sheet.worksheet import Matrix, Step


def page(audited: Audited, look: Look | None = None, *, verdicts: bool = True) -> str:
    """The whole page; without ``verdicts`` the steps alone."""
    return "\n\n".join(_blocks(audited, look or Look(), verdicts)) + "\n"


def _blocks(audited: Audited, look: Look, verdicts: bool) -> Iterator[str]:
    example = audited.example
    yield f"# {escaped(example.name)}: {escaped(example.title)}"
    yield f"{escaped(_begun(example.summary))}. `tmat example {example.name}` prints this on a terminal."
    if verdicts:
        yield _listed(summary(audited))
    found = list(errata(audited))
    if found:
        yield "## Errata"
        yield table(
            ("where", "matrix", "numbers", "slip", "what happened", "what is due"), list(_errata(found)), "llrlll"
        )
    others = [*_conventions(audited), *example.remarks]
    if others and verdicts:
        yield "## Otherwise than the paper"
        yield table(("the article", "the paper"), [[escaped(a), escaped(b)] for a, b in others], "ll")
    if example.compares:
        yield "## Side by side"
        head, *rows = side_by_side_rows(audited.parts)
        yield table(head, [[escaped(text) for text in row] for row in rows], "l" * len(head))
    before: PartDone | None = None
    for part in audited.parts:
        for done in part.calls:
            yield from _call(audited, part, done, before, look)
        before = part
    if audited.agreements and verdicts:
        yield "## Claims"
        rows_ = [[escaped(one.same.claim), f"{one.equal} of {one.size}"] for one in audited.agreements]
        yield table(("claim", "cells"), rows_, "lr")
    said = f"{example.name}{'' if verdicts else ' --corrected'}"
    yield "## By pipes"
    yield f"`tmat example {said} --script` prints the same as shell commands:"
    yield f"```sh\n{script(example, corrected=not verdicts)}```"


def _conventions(audited: Audited) -> Iterator[tuple[str, str]]:
    """What the stages themselves note of a convention that is not the paper's."""
    for part in audited.parts:
        for done in part.calls:
            for note in done.key.notes:
                ours, mark, paper = note.partition(" (the paper: ")
                if mark:
                    yield ours, paper.removesuffix(")")


def _errata(found: Sequence[tuple[str, Audit]]) -> Iterator[list[str]]:
    for title, one in found:
        for finding in one.findings:
            yield [
                escaped(title), escaped(one.name), f"{len(finding.cells)} of {one.size}",
                escaped(" or ".join(finding.names)), escaped(sentence(finding)), escaped(mend(finding)),
            ]  # fmt: skip
        if one.unexplained.any():
            yield [
                escaped(title),
                escaped(one.name),
                f"{int(one.unexplained.sum())} of {one.size}",
                "unexplained",
                "",
                "",
            ]


def _call(audited: Audited, part: PartDone, done: Done, before: PartDone | None, look: Look) -> Iterator[str]:
    key = done.key
    yield f"## {escaped(_begun(done.call.title or part.part.title))}"
    if key.notes:
        yield " · ".join(escaped(note) for note in key.notes)
    if done.call.says:
        yield f"{escaped(_begun(done.call.says))}."
    if audited.example.compares and before is not None:
        yield "\n".join(f"- {escaped(text)}" for text in changed(before, part))
    if done.stage.stage == "vocab" and done.sheet.vocabulary is not None:
        words = done.sheet.vocabulary
        yield "Ids: " + ", ".join(f"{n} {label(word)}" for n, word in enumerate(words.words, start=words.first_id))
    told: dict[str, list[Audit]] = {}
    for one in audited.of(done):
        told.setdefault(fold(one.name), []).append(one)
    taken: set[str] = set()
    for name, matrix in key.given.items():
        if fold(name) in told or matrix.origin not in {stage.id for stage in done.sheet.stages}:
            taken.add(fold(name))
            yield f"### {escaped(name)}"
            yield _table(matrix.renamed(name), look)
            yield from _quoted(told.get(fold(name), []), audited.example)
    for number, step in enumerate(key.steps, start=1):
        yield from _step(audited.example, done, number, step, told.get(fold(step.name), []), look)
        taken.add(fold(step.name))
    for name, audits in told.items():
        if name not in taken:
            for one in audits:
                yield f"{escaped(_begun(one.name))}: {' '.join(text for row in one.texts for text in row)}"
                yield from _quoted([one], audited.example)
    if part.part.batch > 1:
        yield f"The same for each of the {part.part.batch} of the batch."


def _step(example: Example, done: Done, number: int, step: Step, audits: Sequence[Audit], look: Look) -> Iterator[str]:
    yield f"### {number} · {escaped(step.name)}"
    own = done.stage.step(step.name) or step
    seen = shown(done.key, step.result, step, number, look, ROOM)
    latex = formula_in(step, MARKDOWN_LINE)
    yield " — ".join(
        part for part in (mathematics(latex) if latex else escaped(seen.formula), escaped(seen.shapes)) if part
    )
    wrong = next(
        (one for one in audits if not one.good and not one.symbols and one.printed is not None and _is_whole(one)), None
    )
    if wrong is None:
        yield _table(own.result, look)
    else:
        yield from _compared(own.result, wrong)
    if example.symbols:
        yield _symbols(spaced(due(done.key, step.name, "cells")))
    for one in audits:
        if one.symbols:
            yield _symbols(one.texts)
    yield from _quoted(audits, example)


def _symbols(cells: Sequence[Sequence[str]]) -> str:
    return table([""] * len(cells[0]), [[escaped(text) for text in row] for row in cells], "l" * len(cells[0]))


def _compared(result: Matrix, one: Audit) -> Iterator[str]:
    assert one.printed is not None
    places = max(len(text.partition(".")[2]) for row in one.texts for text in row)
    good = one.reproduced | one.follows
    printed = texts(one.printed, places)
    marked = [[text if good[i, j] else f"**{text}**" for j, text in enumerate(row)] for i, row in enumerate(printed)]
    yield "As printed, what is not right in bold:"
    yield _labelled(result, marked)
    if one.right is not None:
        right = [
            [SAME if good[i, j] else text for j, text in enumerate(row)]
            for i, row in enumerate(texts(one.right, places))
        ]
        yield "Right:"
        yield _labelled(result, right)


def _table(matrix: Matrix, look: Look) -> str:
    return _labelled(matrix, texts(matrix.values, look.digits))


def _labelled(matrix: Matrix, cells: Sequence[Sequence[str]]) -> str:
    head = ["", *(label(text, in_table=True) for text in matrix.cols)]
    rows = [[label(text, in_table=True), *row] for text, row in zip(matrix.rows, cells, strict=True)]
    return table(head, rows, "l" + "r" * matrix.width)


def _quoted(audits: Sequence[Audit], example: Example) -> Iterator[str]:
    lines = [said for n, one in enumerate(audits) for said in verdict(one, example.data, again=n > 0)]
    if lines:
        yield "\n>\n".join(f"> {escaped(said.text)}" for said in lines)


def _listed(said: Sequence[Said]) -> str:
    return "\n".join(f"{' ' * one.indent}- {escaped(one.text)}" for one in said)


def _begun(text: str) -> str:
    return text[:1].upper() + text[1:]


def _is_whole(one: Audit) -> bool:
    return not any(text == BLANK for row in one.texts for text in row)
