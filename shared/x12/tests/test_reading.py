"""Reading: any delimiters, broken envelopes, and the public fixtures as a library reads them.

The fixtures are read in place beside the repository (`../shared/fixtures/x12`); where that folder
is absent those tests are skipped.
"""

from decimal import Decimal
from pathlib import Path

import oxedi
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.x12.acknowledgements import (
    read_group_acknowledgement,
    read_interchange_acknowledgements,
)
from shared.x12.balance import imbalances
from shared.x12.claim_status import read_status_report
from shared.x12.envelope import read_interchanges, sets_of
from shared.x12.remittance import read_payment
from shared.x12.segments import NotX12, tokenize

FIXTURES = Path(__file__).parents[4] / "shared" / "fixtures" / "x12"
needs_fixtures = pytest.mark.skipif(not FIXTURES.exists(), reason="the public fixtures are absent")

BODY = ["ST*835*0001", "BPR*I*10*C*ACH************20260330", "TRN*1*T*1", "CLP*C-1*1*10*10",
        "SVC*HC:11402:59*10*10", "SE*6*0001"]  # fmt: skip
ISA = (
    "ISA*00*          *00*          *ZZ*PAYER          *ZZ*US             *260330*0600*^*00501"
    "*000000001*0*P*:"
)


def file(element: str = "*", component: str = ":", repetition: str = "^", terminator: str = "~",
         between: str = "") -> bytes:  # fmt: skip
    segments = [
        ISA,
        "GS*HP*PAYER*US*20260330*0600*1*X*005010X221A1",
        *BODY,
        "GE*1*1",
        "IEA*1*000000001",
    ]
    marks = {"*": element, ":": component, "^": repetition}
    text = "".join(
        "".join(marks.get(letter, letter) for letter in segment) + terminator + between
        for segment in segments
    )
    return text.encode()


@pytest.mark.parametrize("element", ["*", "|", "+"])
@pytest.mark.parametrize("component", [":", ">", "<", "\\"])
@pytest.mark.parametrize(
    ("terminator", "between"),
    [("~", ""), ("~", "\r\n"), ("\n", ""), ("\r", "\n"), ("\x1d", ""), ("'", "\n  ")],
)
def test_delimiters_are_read_from_the_isa(
    element: str, component: str, terminator: str, between: str
):
    data = b"\xef\xbb\xbf" + file(element, component, "^", terminator, between)
    (found,) = sets_of(data, "835")
    payment = read_payment(found)
    assert (payment.amount, payment.claims[0].lines[0].modifiers) == (Decimal(10), ("59",))
    assert found.complete and not found.faults and not payment.faults


def test_an_alphanumeric_repetition_separator_means_none_is_in_use():
    assert next(tokenize(file(repetition="U"))).delimiters.repetition is None


def test_several_interchanges_of_one_file_may_differ_in_their_delimiters():
    both = read_interchanges(file() + b"\n" + file("|", ">", "^", "\n"))
    assert [len(each.sets) for each in both] == [1, 1]


def test_a_set_without_its_end_costs_no_neighbour():
    text = file().decode()
    cut = text.replace("SE*6*0001~", "") .replace("GE*1*1~", "ST*835*0002~" + "~".join(BODY[1:5])
                                                  + "~SE*6*0002~GE*2*1~")  # fmt: skip
    first, second = (read_payment(each) for each in sets_of(cut.encode(), "835"))
    assert [fault.rule for fault in first.faults] == ["cut_off"]
    assert second.faults == [] and second.amount == 10


@pytest.mark.parametrize("data", [b"", b"ISA", b"ISA*", ISA.encode(), b"\x00" * 200, b"UNA:+.? '"])
def test_what_is_no_interchange_says_so(data: bytes):
    with pytest.raises(NotX12):
        list(tokenize(data))


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 400), st.binary(max_size=3))
def test_a_damaged_file_is_read_or_refused_and_never_crashes(place: int, put: bytes):
    whole = file()
    damaged = whole[:place] + put + whole[place + len(put) :]
    try:
        for each in read_interchanges(damaged):
            for found in each.sets:
                imbalances(read_payment(found))
                read_status_report(found)
                read_group_acknowledgement(found)
    except NotX12:
        pass


@needs_fixtures
def test_remittances_are_read_as_oxedi_reads_them():
    paths = sorted(FIXTURES.glob("835*.edi"))
    assert len(paths) == 6
    for path in paths:
        data = path.read_bytes()
        other = oxedi.parse(data)
        payments = [read_payment(each) for each in sets_of(data, "835")]
        assert sum(len(each.claims) for each in payments) == other.count_claims()
        assert sum(each.amount for each in payments) == other.sum_payments()
        balance = [each for each in other.diagnostics if each.level == 3]
        assert [imbalances(each) for each in payments] == [[]] and not balance, path.name


@needs_fixtures
def test_an_imbalance_is_found_where_oxedi_finds_one():
    data = (FIXTURES / "835-secondary-payments.edi").read_bytes()
    for old, new in ((b"BPR*I*1222", b"BPR*I*1223"), (b"CAS*CO*42*85", b"CAS*CO*42*84")):
        broken = data.replace(old, new)
        (payment,) = (read_payment(each) for each in sets_of(broken, "835"))
        assert imbalances(payment)
        assert any(each.level == 3 for each in oxedi.parse(broken).diagnostics)


@needs_fixtures
def test_a_999_and_a_ta1_name_set_place_claim_and_element():
    data = (FIXTURES / "999-partial.edi").read_bytes()
    group = read_group_acknowledgement(sets_of(data, "999")[0])
    assert (group.control_number, group.code) == ("17456", "P")
    assert [each.code for each in group.sets] == ["A", "R", "R"]
    error = group.sets[1].errors[0]
    assert (error.segment, error.position, error.claim_id) == ("CLM", 22, "123456789")
    assert "782" not in error.says()
    (interchange,) = read_interchanges((FIXTURES / "ta1-rejected.edi").read_bytes())
    (ta1,) = read_interchange_acknowledgements(interchange)
    assert (ta1.control_number, ta1.rejected, ta1.note) == ("000000019", True, "001")


@needs_fixtures
def test_a_277_is_told_from_a_277ca_by_its_guide():
    kinds = {}
    for path in sorted(FIXTURES.glob("277*.edi")):
        report = read_status_report(sets_of(path.read_bytes(), "277")[0])
        kinds[path.stem] = (report.kind, [e.trace for e in report.entries if e.level == "claim"])
    assert kinds["277ca-accepted"] == ("277ca", ["5781"])
    assert kinds["277-claim-level"][0] == "277"
    rejected = read_status_report(sets_of((FIXTURES / "277ca-rejected.edi").read_bytes(), "277")[0])
    (status,) = rejected.entries[-1].statuses
    assert (status.category, status.status, status.entity) == ("A7", "562", "85")
