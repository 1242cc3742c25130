#!/usr/bin/env bash
# Makes .venv from requirements.lock, or does nothing when it already has just that.
set -euo pipefail
cd "$(dirname "$0")/../.."

stamp=.venv/installed.lock
if cmp -s requirements.lock "$stamp" && .venv/bin/python -c '' 2>/dev/null; then
  exit 0
fi

python=
for candidate in python3 python3.11 /usr/bin/python3.11 /usr/local/bin/python3.11; do
  if "$candidate" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null; then
    python=$candidate
    break
  fi
done
if [ -z "$python" ]; then
  echo "Dermis needs Python 3.11, and neither python3 nor python3.11 on this machine is that:" \
    "install Python 3.11 and run this again." >&2
  exit 1
fi
if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
  echo "This Python 3.11 ($python) comes without venv and pip:" \
    "install them (on Debian: apt-get install python3.11-venv) and run this again." >&2
  exit 1
fi

echo "Setting up .venv (once per change of requirements.lock) ..."
rm -f "$stamp"
if ! .venv/bin/python -c '' 2>/dev/null; then
  rm -rf .venv
fi
"$python" -m venv .venv
if ! .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes \
  --only-binary :all: -r requirements.lock; then
  echo "The packages of requirements.lock could not be installed (the lines above say why):" \
    "check the network and pip's index settings, then run this again." >&2
  exit 1
fi
cp requirements.lock "$stamp"
