"""Notebooks and Word documents as text; PDFs and pictures are refused."""

from __future__ import annotations

import json
import zipfile
from io import BytesIO
from xml.etree.ElementTree import Element, ParseError

from tmat.errors import InputError, LimitError
from tmat.reading.plain_lines import bar
from tmat.reading.zips import DAMAGED, kind_of_zip
from tmat.visible import visible

LARGEST = 1 << 26
"""Bytes of a document's text, unpacked."""

_UNREADABLE: tuple[type[Exception], ...] = (*DAMAGED, KeyError, ParseError)
_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_PICTURES = (
    (b"%PDF", "a PDF"), (b"\x89PNG", "a picture"), (b"\xff\xd8\xff", "a picture"), (b"GIF8", "a picture"), (b"BM", "a picture"),
    (b"II*\0", "a picture"), (b"MM\0*", "a picture"), (b"\xd0\xcf\x11\xe0", "an old Office file"), (b"{\\rtf", "an RTF document"),
)  # fmt: skip


def refuse_pictures(data: bytes, origin: str) -> None:
    """Refuse PDFs, pictures and old Office files, and say what to hand in instead."""
    for begins, what in _PICTURES:
        if data.startswith(begins) and (begins != b"BM" or b"\0" in data[:20]):
            raise InputError(
                f"{origin} is {what}", "its numbers cannot be read from it",
                mend="hand in the text it was made of: .txt, .md, .tex, .docx, .ipynb, .csv, .xlsx or .npz",
            )  # fmt: skip
    if data[4:12] in (b"ftypheic", b"ftypmif1", b"ftypheix") or (data[:4] == b"RIFF" and data[8:12] == b"WEBP"):
        raise InputError(
            f"{origin} is a picture", "its numbers cannot be read from it", mend="hand in text: .txt, .md or .csv"
        )


def text_of_word(data: bytes, origin: str) -> str:
    """The paragraphs of a Word document as lines, its tables as rows between bars."""
    from xml.etree.ElementTree import TreeBuilder, XMLParser

    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            info = archive.getinfo("word/document.xml")
            if info.file_size > LARGEST:
                raise LimitError(f"{origin} unpacks to {info.file_size} bytes", f"at most {LARGEST} are read")
            with archive.open(info) as member:
                content = member.read(LARGEST + 1)
        if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
            raise InputError(f"{origin} declares entities", "no word processor writes them")
        parser = XMLParser(target=TreeBuilder())
        parser.feed(content)
        root = parser.close()
    except _UNREADABLE as error:
        raise InputError(f"{origin} is no Word document that can be read", visible(str(error), 120)) from None
    lines: list[str] = []
    body = root.find(f"{_WORD}body")
    for part in body if body is not None else ():
        if part.tag == f"{_WORD}p":
            lines += _words(part).split("\n")
        elif part.tag == f"{_WORD}tbl":
            for row in part.iter(f"{_WORD}tr"):
                cells = [" ".join(_words(p) for p in cell.iter(f"{_WORD}p")) for cell in row.iter(f"{_WORD}tc")]
                lines.append(bar([cell.replace("\n", " ") for cell in cells]))
            lines.append("")
    return "\n".join(lines)


def _words(paragraph: Element) -> str:
    """A paragraph's text, with its tabs and breaks."""
    parts = []
    for part in paragraph.iter():
        if part.tag in (f"{_WORD}t", "{http://schemas.openxmlformats.org/officeDocument/2006/math}t"):
            parts.append(part.text or "")
        elif part.tag == f"{_WORD}tab":
            parts.append("\t")
        elif part.tag in (f"{_WORD}br", f"{_WORD}cr"):
            parts.append("\n")
    return "".join(parts)


def text_of_notebook(data: bytes, origin: str) -> str:
    """The Markdown cells and the printed outputs of a notebook; the code only where it has no output."""
    try:
        cells = json.loads(data)["cells"]
        parts = [part for cell in cells for part in _of_cell(cell)]
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise InputError(f"{origin} is no notebook that can be read", visible(str(error), 120)) from None
    return "\n\n".join(parts)


def _of_cell(cell: dict[str, object]) -> list[str]:
    source = _joined(cell.get("source"))
    if cell.get("cell_type") != "code":
        return [source] if cell.get("cell_type") == "markdown" else []
    found = []
    outputs = cell.get("outputs")
    for output in outputs if isinstance(outputs, list) else []:
        data = output.get("data") or {}
        text = _joined(output.get("text")) or _joined(data.get("text/plain"))
        if text.strip():
            found.append(text)
    last = source.strip().rpartition("\n")[2].strip()
    if found and last.isidentifier():
        found[-1] = f"{last} =\n{found[-1]}"  # a cell that ends in a name shows that name's value
    return found or [source]


def _joined(lines: object) -> str:
    return "".join(map(str, lines)) if isinstance(lines, list) else lines if isinstance(lines, str) else ""


def handed_in_text(data: bytes, suffix: str, origin: str) -> str | None:
    """The text of a notebook or a Word document; None for other files; InputError for pictures."""
    refuse_pictures(data, origin)
    if suffix == ".ipynb":
        return text_of_notebook(data, origin)
    if data.startswith(b"PK\x03\x04") and (suffix == ".docx" or kind_of_zip(BytesIO(data)) == "docx"):
        return text_of_word(data, origin)
    return None
