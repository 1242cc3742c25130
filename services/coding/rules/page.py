"""The rule book as a page, and the test cases it names, read from the tests themselves."""

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from pathlib import Path

from services.coding.rules import Entry

_NAMED = re.compile(r"((?:[A-Z]{2,4}-\d+)(?:[, ]+[A-Z]{2,4}-\d+)*)[:, ]+(\S.*)", re.DOTALL)
_HEAD = """# The rules of coding

Generated from the code by `python -m services.coding.rules --write`; `GET /v1/rules` of coding
answers the same. † is from memory: verify it before relying on it. A rule that holds "always" is
older than any claim that can still be coded.
"""
_ALWAYS = 2000


def page(book: Iterable[Entry]) -> str:
    """Markdown: a table of rules by section, the cases of each below its sentence."""
    parts = [_HEAD]
    for section, rules in groupby(book, key=lambda each: each.section):
        parts.append(f"\n## {section}\n\n| rule | says | source | since | test cases |\n")
        parts.append("| --- | --- | --- | --- | --- |\n")
        parts += [_row(each) for each in rules]
    return "".join(parts)


def _row(entry: Entry) -> str:
    mark = "" if entry.verified else " †"
    since = "always" if entry.since.year == _ALWAYS else entry.since.isoformat()
    cells = (
        f"{entry.id}{mark}",
        entry.says,
        "; ".join(entry.sources),
        since,
        "<br>".join(entry.cases),
    )
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"


def cases_in(tests: Path) -> Mapping[str, list[str]]:
    """The cases of every rule: ids of table rows and first lines of tests that begin with it."""
    found: dict[str, list[str]] = {}
    for path in sorted(tests.glob("test_*.py")):
        for words in _words(ast.parse(path.read_text())):
            named = _NAMED.fullmatch(words)
            if named is None:
                continue
            for rule in re.split(r"[, ]+", named[1]):
                case = named[2].strip()
                if case not in found.setdefault(rule, []):
                    found[rule].append(case)
    return dict(sorted(found.items()))


def _words(module: ast.Module) -> Iterator[str]:
    for node in ast.walk(module):
        if isinstance(node, ast.Call):
            for keyword in node.keywords:
                value = keyword.value
                if keyword.arg == "id" and isinstance(value, ast.Constant):
                    yield str(value.value)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            said = ast.get_docstring(node)
            if node.name.startswith("test_") and said:
                yield said.partition("\n")[0].rstrip(".")
