"""`--write` makes the page and the cases of the rule book; `--check` fails where one is stale."""

import argparse
import json
import sys
from pathlib import Path

from services.coding import rules
from services.coding.rules.page import cases_in, page

_ROOT = Path(__file__).parents[3]
_PAGE = _ROOT / "docs" / "rules.md"
_TESTS = _ROOT / "services" / "coding" / "tests"


def main(arguments: list[str]) -> int:
    """Write the page, or compare it with what is committed; 1 where it is stale."""
    parser = argparse.ArgumentParser(prog="python -m services.coding.rules", description=__doc__)
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--write", action="store_true", help="write docs/rules.md")
    what.add_argument("--check", action="store_true", help="fail where docs/rules.md is stale")
    asked = parser.parse_args(arguments)
    cases = json.dumps(cases_in(_TESTS), indent=1, ensure_ascii=False) + "\n"
    if asked.check and _read(rules.CASES) != cases:
        return _stale(rules.CASES)
    if asked.write:
        rules.CASES.write_text(cases)
    text = page(rules.entries())
    if asked.check and _read(_PAGE) != text:
        return _stale(_PAGE)
    if asked.write:
        _PAGE.write_text(text)
    return 0


def _read(path: Path) -> str:
    return path.read_text() if path.exists() else ""


def _stale(path: Path) -> int:
    where = path.relative_to(_ROOT)
    sys.stderr.write(f"{where} is stale: run python -m services.coding.rules --write\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
