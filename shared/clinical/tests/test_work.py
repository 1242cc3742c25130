"""Reading takes work in proportion to the text, whatever is posted: counted, not timed.

Calls are counted by the interpreter's profile hook; what a pattern does inside one call is bounded
by its shape: nothing but white space or the rest of a word repeats without a limit.
"""

import re
import re._compiler as compiler
import re._constants as sre
import re._parser as parser
import sys
from collections.abc import Callable, Iterator

import pytest

from shared.clinical import clauses, criteria, report_sections, signs
from shared.clinical.criteria import read_criteria
from shared.clinical.reports import interpret

_HOSTILE = (
    "no pain and ",
    "itch ",
    "tolerated ",
    "catches on red ",
    "not, ",
    "if bleeding, ",
    "denies a or b, itchy ",
    "nevus ",
    "no nevus, ",
    "melanoma not seen ",
    "melanoma, ulceration: absent, ",
    "margin, ",
    "deep margin: positive; peripheral - ",
    "history: ",
    "comment\n",
    "favor ",
    "\n",
    "\n \n",
    "\n nevus",
    "1,",
    ". ",
    ": ",
    "(((",
    "A. ",
    "specimen a: ",
    "scar but ",
    "prior biopsy site ",
    "8090/3 ",
    "basal cell ",
    "squamous cell carcinoma in situ bowen ",
    "zzzz ",
    "é",
)


def _calls(read: Callable[[str], object], text: str) -> int:
    made = 0

    def count(frame: object, event: str, argument: object) -> None:
        nonlocal made
        made += event in ("call", "c_call")

    sys.setprofile(count)
    try:
        read(text)
    finally:
        sys.setprofile(None)
    return made


@pytest.mark.parametrize("repeated", _HOSTILE)
def test_twice_the_text_is_no_more_than_twice_the_work(repeated: str) -> None:
    for read in (read_criteria, lambda text: interpret(text, site="back")):
        read(repeated)  # tables are loaded once
        small, large = (
            _calls(read, (repeated * (size // len(repeated) + 1))[:size]) for size in (600, 2_400)
        )
        assert large <= 4.4 * small + 200


def _patterns() -> Iterator[re.Pattern[str]]:
    """All but that of tokens, whose repeats begin with a sign: decimals, blank lines."""
    yield report_sections._heading()
    for module in (clauses, criteria, signs):
        yield from (each for each in vars(module).values() if isinstance(each, re.Pattern))
    yield from signs.LEXICON.values()


def _endless(parsed: parser.SubPattern) -> Iterator[parser.SubPattern]:
    """What a pattern repeats without a limit."""
    for operator, argument in parsed:
        if operator in (sre.MAX_REPEAT, sre.MIN_REPEAT):
            _, most, repeated = argument
            if most == sre.MAXREPEAT:
                yield repeated
            yield from _endless(repeated)
        elif operator is sre.SUBPATTERN:
            yield from _endless(argument[-1])
        elif operator is sre.BRANCH:
            for each in argument[1]:
                yield from _endless(each)
        elif operator in (sre.ASSERT, sre.ASSERT_NOT):
            yield from _endless(argument[1])


def test_no_pattern_runs_on_over_other_words() -> None:
    for pattern in _patterns():
        for repeated in _endless(parser.parse(pattern.pattern, pattern.flags)):
            assert len(repeated) == 1, pattern.pattern
            once = compiler.compile(repeated)
            assert not (once.fullmatch(" ") and once.fullmatch("a")), pattern.pattern
