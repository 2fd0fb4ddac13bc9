"""Which of the words above and before the rows name the matrix, its columns and its rows."""

from __future__ import annotations

import re
from itertools import accumulate

from tmat.reading.blocks import Block
from tmat.reading.labels import counts
from tmat.reading.naming import is_known, name_of
from tmat.reading.rows import Row
from tmat.reading.text_rows import is_cell
from tmat.sheet.names import canonical

_ROW_OF = re.compile(r"([^\W\d][^\[\]]*)\[\s*([^\[\],:=]*[^\W\d][^\[\],:=]*?)\s*\]")  # Z[mat]: the row of that label


def title(block: Block) -> None:
    """Assign the words above the rows: those that fit the columns label them, the line before names the matrix."""
    above, row = block.above, block.rows[0]
    labels, columns = block.labels.get("rows", []), block.labels.get("columns", [])
    if len(labels) == len(block.rows):
        for each, label in zip(block.rows, labels, strict=True):
            each.label, each.relation = label, "remark"
    labelled = row.label is None and not is_cell((row.cells or row.text.split(None, 1))[0])
    if columns and all(map(str.strip, columns)) and len(columns) == len(row.cells or row.text.split()) - labelled:
        block.header = columns  # else it begins with a blank, the corner
    last, gap = above[-1] if above else (None, False)
    if last and block.header is None and last.kind == "words" and not last.ends and any(re.search(r"\w", word) for word in last.words):  # fmt: skip
        before = above[-2][0] if len(above) > 1 else None
        fits = block.heads(last.words, indented=last.indented)
        known = is_known(name_of(last.text)) and last.words[:1] != [""] and not (fits and "," in last.text.replace(", ", " "))  # fmt: skip
        if before is not None and not gap:
            takes = fits or not known
        else:  # nothing else names the matrix, or what does stands apart
            beside = before.kind == "heading" if before else not row.bracket and (last.indented or not block.apart)
            takes = len(last.words) > 1 and beside and fits and not known
        above_index = before.words if takes and before and not (fits or before.ends or last.words[1:]) else []
        if above_index and any(block.heads(words, indented=True) for words in (above_index, above_index[1:])):
            above.pop()  # what pandas calls its index
            last = above[-1][0]
        if takes:
            block.header = last.words
            above.pop()
    if not above:
        _name_in_corner(block)
        return
    words, _ = above.pop()
    block.line = words.line
    block.name = name_of(words.text)
    sizes = re.findall(r"(?<![0-9·→] )\b[0-9]{1,7} ?[×x] ?([0-9]{1,7})\b", words.text)
    block.said_width = int(sizes[0]) if len(sizes) == 1 else 0
    if above and words.ends:
        block.also = name_of(above.pop()[0].text)


def _name_in_corner(block: Block) -> None:
    first = block.rows[0]
    unlabelled = block.header is None and first.label is None and bool(first.cells)
    if unlabelled and is_known(first.cells[0]) and counts(first.cells[1:]):
        others = [row.cells[0] for row in block.rows[1:] if row.label is None and len(row.cells) == len(first.cells)]
        if len(others) == len(block.rows) - 1 > 0 and not any(is_cell(own) or is_known(own) for own in others):
            block.header = block.rows.pop(0).cells  # Q 1 2 3, over rows with other labels
    header = block.header
    if header and block.name is None and is_known(header[0]) and not any(is_cell(row.cells[0]) for row in block.rows if row.cells):  # fmt: skip
        block.name, header[0] = header[0], ""


def _named_beside(block: Block) -> list[Block] | None:
    """Matrices with their names beside the first rows, as in a spreadsheet: Q 1 2, then 3 4; None where they are not."""
    begins = [bool(row.cells) and is_known(row.cells[0]) for row in block.rows]
    if block.header is not None or block.beside or not begins[0] or len(block.rows) < 2:
        return None
    names = [name_of(row.cells[0]) for row, begin in zip(block.rows, begins, strict=True) if begin]
    if len({*map(canonical, names)}) < len(names):
        return None
    found: list[Block] = []
    for row, begin in zip(block.rows, begins, strict=True):
        if begin:
            found.append(Block(row.line, name_of(row.cells[0]), notes=list(block.notes)))
            due = len(row.cells) - 1
        own = row.cells[1:] if begin or (row.cells[:1] == [""] and len(row.cells) == due + 1) else row.cells
        if row.label is not None or len(own) != due or not all(map(is_cell, own)):
            return None
        found[-1].rows.append(Row(row.line, own, raw=row.raw))
    return found


def _are_rows_of(block: Block) -> bool:
    """Name the block by its rows' labels where these say whose rows they are: Z[mat], Z[sat]."""
    found = [match for row in block.rows if (match := _ROW_OF.fullmatch(row.label or ""))]
    stems = {name_of(match[1]) for match in found}
    if len(found) < len(block.rows) or len(stems) != 1 or not is_known(min(stems)):
        return False
    block.name = min(stems)
    for row, match in zip(block.rows, found, strict=True):
        row.label = match[2]
    return True


def parted(block: Block) -> list[Block]:
    """Split a run of labelled rows: each is a matrix where all labels are matrix names, else they are rows of one."""
    labels = [row.label or "" for row in block.rows]
    first = block.rows[0]
    if len(labels) > 1 and first.raw.lstrip().startswith("[1]"):
        starts = accumulate((len(row.cells) for row in block.rows), initial=1)
        if all(label == str(start) for label, start in zip(labels, starts, strict=False)) and len(first.cells) > 1:
            first.cells, first.label = [cell for row in block.rows for cell in row.cells], None
            block.rows = [first]  # R's print of one vector: [1], then [5] before the fifth number
            return [block]
    if block.name is not None:
        return [block]
    if (found := _named_beside(block)) is not None:
        return found
    if _are_rows_of(block):
        return [block]
    if "" in labels:
        own = {label for label in labels if label}
        # one name beside brackets drawn over lines
        if len(own) == 1 and len(labels) > 1 and all(row.column for row in block.rows):
            block.name = name_of(own.pop())
            for row in block.rows:
                row.label = None
        return [block]
    if any(not row.relation for row in block.rows):
        return [block]
    names = [name_of(label) for label in labels]
    stems = {re.sub(r"(?:\[?[0-9₀-₉]+\]?)$", "", label).strip(" $_") for label in labels}
    stem = min(stems)
    if len(stems) == 1 and len(labels) > 1 and len(set(labels)) == len(labels) and stem and not stem[-1].isdigit():
        known = is_known(name_of(stem)) or is_known(name_of(stem).upper())
        if known and (not stem.isupper() or len(stem) > 1 or "[" in labels[0]):
            block.name = stem.upper() if len(stem) == 1 else stem
        if not known or block.name:
            return [block]
    if len(labels) > 1 and not all(map(is_known, names)):
        return [block]
    for row in block.rows:
        row.label = None
    return [Block(row.line, name, rows=[row], notes=list(block.notes)) for row, name in zip(block.rows, names, strict=True)]  # fmt: skip
