"""Generators for what NumPy and spreadsheets save: .npy, .npz and .xlsx, sound and damaged."""

from __future__ import annotations

import io
import struct
import zipfile
from random import Random
from xml.sax.saxutils import escape, quoteattr

import numpy as np
from tests.fuzz.words import grid, mutated, name, number, word

TYPES = ("<f8", "<f4", ">f8", "<i8", "|i1", "|b1", "<f2", "<c16", "<U3", "|S2", "|u1", "<m8[s]")
HEADERS = (
    "{'descr': '|O', 'fortran_order': False, 'shape': (1, 1), }", "{'descr': '<f8', 'fortran_order': False, 'shape': (100000, 100000), }",
    "{'descr': '<f8', 'fortran_order': False, 'shape': (-1, 2), }", "{'descr': [('a', '<f8')], 'fortran_order': False, 'shape': (2,), }",
    "{'descr': '<f8'}", "{", "__import__('os').abort()", "{'descr': 5, 'fortran_order': 1, 'shape': 3}", "[" * 900, "()", "{'descr': '<f8', 'fortran_order': [], 'shape': (2, True)}",
    "{'descr': '<f99999999999', 'fortran_order': False, 'shape': (1,)}", "{'descr': '<f8', 'fortran_order': False, 'shape': (0, 10**9)}",
    "{'descr': '<f8', 'fortran_order': False, 'shape': (0, 999999999999)}", "{'descr': '|V0', 'fortran_order': False, 'shape': (9,)}",
)  # fmt: skip


def npy(random: Random) -> bytes:
    """An array saved, damaged more often than not."""
    if random.random() < 0.2:
        header = random.choice(HEADERS).encode()
        version = random.choice((1, 1, 1, 2, 3, 0, 9))
        length = struct.pack("<H" if version == 1 else "<I", len(header))
        return b"\x93NUMPY" + bytes((version, 0)) + length + header + random.randbytes(random.randrange(40))
    shape = random.choice(((2, 3), (3,), (), (0,), (0, 3), (3, 0), (2, 2, 2), (4, 4), (1, 7)))
    array = np.asarray(np.arange(int(np.prod(shape))).reshape(shape)).astype(random.choice(TYPES))
    if array.dtype.kind == "f" and array.size and random.random() < 0.3:
        array.flat[0] = random.choice((np.nan, np.inf, -np.inf, -0.0, np.float16(6e-8)))
    stream = io.BytesIO()
    np.lib.format.write_array(stream, np.asfortranarray(array) if random.random() < 0.3 else array, allow_pickle=False)
    data = stream.getvalue()
    return mutated(random, data) if random.random() < 0.5 else data


def npz(random: Random) -> bytes:
    """Several arrays zipped."""
    members = {
        f"{name(random)}{random.choice(('.npy', '.npy', '.npy', '', '.txt'))}": npy(random)
        for _ in range(random.randrange(4))
    }
    return _zipped(random, members)


def _zipped(random: Random, members: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    kind = random.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA))
    with zipfile.ZipFile(stream, "w", kind) as archive:
        for path, data in members.items():
            info = zipfile.ZipInfo(path.encode("utf-8", "replace").decode(), (2020, 1, 1, 0, 0, 0))
            archive.writestr(info, data, kind)
    data = stream.getvalue()
    return mutated(random, data) if random.random() < 0.4 else data


SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def xlsx(random: Random) -> bytes:
    """A workbook made by hand: sheets, shared texts, odd cells, parts that are missing or damaged."""
    count = random.randrange(1, 4)
    shared = [word(random) for _ in range(random.randrange(3))]
    named = "".join(
        f'<sheet name={quoteattr(_clean(word(random) or "S"))} sheetId="{n}" r:id="r{n}"/>' for n in range(1, count + 1)
    )
    related = "".join(
        f'<Relationship Id="r{n}" Type="{OFFICE}/worksheet" Target="worksheets/sheet{n}.xml"/>'
        for n in range(1, count + 1)
    )
    parts = {
        "xl/workbook.xml": f'<workbook xmlns="{SHEET}" xmlns:r="{OFFICE}"><sheets>{named}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="x">{related}</Relationships>',
        "xl/sharedStrings.xml": f'<sst xmlns="{SHEET}">'
        + "".join(f"<si><t>{escape(_clean(text))}</t></si>" for text in shared)
        + "</sst>",
    }
    for n in range(1, count + 1):
        parts[f"xl/worksheets/sheet{n}.xml"] = (
            f'<worksheet xmlns="{SHEET}"><sheetData>{_sheet(random)}</sheetData></worksheet>'
        )
    if random.random() < 0.15:
        parts.pop(random.choice(list(parts)))
    if random.random() < 0.1:
        part = random.choice(list(parts))
        parts[part] = '<!DOCTYPE a [<!ENTITY b "cc">]>' + parts[part]
    damaged = random.choice(list(parts)) if parts and random.random() < 0.3 else ""
    return _zipped(
        random,
        {path: mutated(random, text.encode()) if path == damaged else text.encode() for path, text in parts.items()},
    )


def _sheet(random: Random) -> str:
    rows, at = "", 1
    for _ in range(random.randrange(4)):
        rows += f'<row r="{at}">{_cell(random, 1, at, name(random))}</row>'
        for cells in grid(random):
            at += 1
            rows += (
                f'<row r="{at}">' + "".join(_cell(random, n, at, text) for n, text in enumerate(cells, 1)) + "</row>"
            )
        at += random.choice((1, 2, 2, 1_000_000))
    return rows


def _cell(random: Random, column: int, row: int, text: str) -> str:
    place = random.choice((f"{chr(64 + column)}{row}",) * 8 + ("", "XFD1048576", "ZZZ9999999", "1A"))
    kind = random.random()
    text = escape(_clean(text if random.random() < 0.9 else number(random)))
    if kind < 0.5:
        return f'<c r="{place}"><v>{text}</v></c>'
    if kind < 0.8:
        return f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'
    form = random.choice(
        (
            f't="s"><v>{random.choice((0, 1, 99, -1))}</v>',
            't="e"><v>#REF!</v>',
            't="b"><v>1</v>',
            "><f>A1+1</f>",
            f't="str"><f>A1</f><v>{text}</v>',
        )
    )
    return f'<c r="{place}" {form}</c>'


def _clean(text: str) -> str:
    """What XML can hold, for the most part: the rest is damage, which has its own turn."""
    return "".join(character for character in text if character >= " " and not "\ud800" <= character <= "\udfff")
