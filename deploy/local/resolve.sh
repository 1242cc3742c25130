#!/usr/bin/env bash
# Resolves pyproject.toml into requirements.lock: exact versions with hashes, no index host named.
set -euo pipefail
cd "$(dirname "$0")/../.."

tools=$(mktemp -d)
trap 'rm -rf "$tools"' EXIT
.venv/bin/python -m pip install --quiet --disable-pip-version-check --target "$tools" uv
"$tools/bin/uv" pip compile --quiet --universal --python-version 3.11 --generate-hashes \
  --no-header --no-annotate --no-emit-index-url --extra local --extra dev \
  --output-file requirements.lock pyproject.toml
