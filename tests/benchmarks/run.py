"""Measures everything in one run, as ratios, and writes docs/performance.md.

python -m tests.benchmarks.run            everything: some ten minutes
python -m tests.benchmarks.run --short    fewer rounds and smaller growth: some four minutes
"""

from __future__ import annotations

import argparse
import platform
import tempfile
from importlib.metadata import PackageNotFoundError, version
from os import cpu_count
from pathlib import Path

from tests.benchmarks import growth, large, marking, starting, texts
from tests.benchmarks.growth import Curve
from tests.benchmarks.measure import Figure

DOCS = Path(__file__).parents[2] / "docs"

HEAD = """# Performance

This page is written by `python -m tests.benchmarks.run`, which measures everything in one run. What counts is the
ratio: both sides of it are run in turns on the same machine, as whole processes. Of what starts it is the middle of
the ratios of neighbours, of the rest the best of each side. Where a ratio is of time, it is the time on the wall unless
the line says otherwise.

"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--short", action="store_true", help="fewer rounds, smaller growth")
    parser.add_argument("--folder", help="where the large files go; a temporary folder unless said")
    parser.add_argument("--output", type=Path, default=DOCS, help="where performance.md is written")
    asked = parser.parse_args()
    rounds = 7 if asked.short else 15
    with tempfile.TemporaryDirectory(dir=asked.folder) as name:
        folder = Path(name)
        parts = [
            ("Starting", starting.figures(3 * rounds)),
            ("Large matrices", large.figures(folder, max(rounds // 3, 2), 16384)),
            ("Long texts", texts.figures(folder, max(rounds // 2, 3), 200)),
            ("A class", marking.figures(folder, max(rounds // 5, 2))),
        ]
        curves = growth.curves(folder, asked.short)
    text = (
        HEAD + _machine() + "".join(_table(title, figures) for title, figures in parts) + _growth(curves, asked.output)
    )
    (asked.output / "performance.md").write_text(text, encoding="utf-8")
    missed = [figure.what for _, figures in parts for figure in figures if not figure.met]
    print(f"wrote {asked.output / 'performance.md'}" + "".join(f"\nnot met: {what}" for what in missed))


def _machine() -> str:
    versions = []
    for name in ("numpy", "typer", "rich", "orjson", "torch"):
        try:
            versions.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            continue
    system = f"{platform.system()} on {platform.machine()}, {cpu_count()} processors"
    return f"Measured on {system}, Python {platform.python_version()}, {', '.join(versions)}.\n\n"


def _table(title: str, figures: list[Figure]) -> str:
    lines = [f"## {title}\n", "| what | measured | asked for | met | |", "|---|---:|---:|---|---|"]
    for figure in figures:
        sign = "≥" if figure.at_least else "≤"
        lines.append(
            f"| {figure.what} | {figure.value:.2f}{_spaced(figure.unit)} | {sign} {figure.bound:g}{_spaced(figure.unit)} "
            f"| {'yes' if figure.met else 'no'} | {figure.detail} |"
        )
    return "\n".join(lines) + "\n\n"


def _spaced(unit: str) -> str:
    return f" {unit.strip()}"


def _growth(curves: list[Curve], docs: Path) -> str:
    lines = [
        "## Growth\n",
        "Exponents are fitted to the logarithms of the upper half of the points; below, what every call costs rules.",
        "Memory is the most that is allocated at once (of `check`, the whole process).\n",
        "| what | against | of | fitted | by the formulas | why |",
        "|---|---|---|---:|---:|---|",
    ]
    pictures = docs / "performance"
    pictures.mkdir(exist_ok=True)
    shown = []
    for curve in curves:
        lines.append(
            f"| {curve.title} | {curve.against} | {curve.unit} | {curve.fitted:.2f} | {curve.expected:g} | {curve.why} |"
        )
        words = (
            f"{curve.title} {curve.against} {curve.unit.split()[0]}".replace(",", "").replace("_", " ").lower().split()
        )
        path = pictures / f"{'-'.join(words)}.svg"
        path.write_text(growth.svg(curve), encoding="utf-8")
        shown.append(f"![{curve.title}: {curve.unit} against {curve.against}](performance/{path.name})")
    return "\n".join([*lines, "", *shown]) + "\n"


if __name__ == "__main__":
    main()
