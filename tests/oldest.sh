#!/usr/bin/env bash
# The whole suite with the oldest versions that pyproject.toml allows, in an environment of its own: tests/oldest.sh [FOLDER]
set -euo pipefail
cd "$(dirname "$0")/.."
folder=${1:-$(mktemp -d)}
python3 -m venv "$folder"
# The lower bounds as they stand there: "numpy>=1.26" becomes numpy==1.26.*
mapfile -t oldest < <(sed -n '/^dependencies/,/^]/p;/^plot/p;/^xlsx/p;/^cluster/p;/^models/p;/^dev/,/^]/p' pyproject.toml |
  grep -oE '"[A-Za-z-]+>=[0-9.]+' | tr -d '"' | grep -vE '^(ruff|mypy)' | sed -E 's/>=([0-9.]+)/==\1.*/')
printf '%s\n' "${oldest[@]}"
"$folder/bin/pip" install --quiet "${oldest[@]}" hatchling
"$folder/bin/pip" install --quiet --no-deps --editable .
"$folder/bin/python" -m pytest
