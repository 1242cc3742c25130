"""`x12 check` on the command line: what each file is, and whether something speaks against it."""

from datetime import date
from pathlib import Path

import pytest

from services.submission.x12 import told
from shared.x12.segments import NotX12
from shared.x12.tests.mutations import MUTATIONS, VALID

FIXTURES = Path("../shared/fixtures/x12")
TODAY = date(2026, 3, 16)


def said(data: bytes) -> tuple[str, bool]:
    lines = list(told(data, TODAY))
    return "\n".join(line for line, _ in lines), any(against for _, against in lines)


@pytest.mark.skipif(not FIXTURES.exists(), reason="the shared fixtures are not beside the project")
@pytest.mark.parametrize(
    ("name", "words", "against"),
    [
        ("835-plb-and-moa", "2 claim(s), 0 denied, paid 150000.00: would be posted", False),
        ("999-accepted", "999: set 0001 code A", False),
        ("999-partial", "999: set 0002 code R", True),
        ("ta1-accepted", "TA1: interchange 000000019 taken", False),
        ("ta1-rejected", "rejected", True),
        ("277ca-accepted", "277ca: claim A2:20 (by ", False),
        ("277ca-rejected", "277ca: claim A7:562 (by ", True),
        ("277-claim-level", "277: claim P3:317 (by ", False),
        ("270-subscriber", "1 interchange(s): 1 x 270", False),
        ("837p-office-drug-ndc", "2010AA N403@9: The billing ZIP code needs nine digits.", True),
    ],
)  # fmt: skip
def test_a_file_is_told_for_what_it_is(name: str, words: str, against: bool):
    text, found = said((FIXTURES / f"{name}.edi").read_bytes())
    assert words in text
    assert found is against


def test_a_mutated_claim_file_is_told_with_place_claim_and_sentence():
    text, against = said(MUTATIONS["no units"][0](VALID).encode())
    assert "2400 SV104@27 claim CL-1: A line has more than no units." in text
    assert against and "MORENO" not in text


def test_what_is_no_file_is_refused():
    with pytest.raises(NotX12):
        said(b"hello")
