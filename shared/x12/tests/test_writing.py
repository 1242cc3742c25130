"""Writing: the character map, refusals, and every 837P read back by two other readers."""

import logging
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from x12sdk.io import X12ModelReader

from shared.x12.envelope import read_interchanges
from shared.x12.guide import guide_objections
from shared.x12.professional import (
    FUNCTIONAL_ID,
    GUIDE,
    Address,
    BillingProvider,
    Coverage,
    Drug,
    Header,
    Payer,
    Person,
    ProfessionalClaim,
    Provider,
    Receiver,
    ServiceLine,
    Submitter,
    write_claim_set,
)
from shared.x12.writer import Envelope, SetWriter, Unwritable, number, plain, write_interchange

AT = datetime(2026, 3, 16, 9, 0, tzinfo=UTC)
ADDRESS = Address("18 Harbor Street", "Springfield", "IL", "627010000")
BILLING = BillingProvider(
    "Prairie Dermatology", "1497758544", "311234567", "207N00000X", ADDRESS,
    Address("PO Box 1", "Springfield", "IL", "627010000"),
)  # fmt: skip
HEADER = Header(
    Submitter("Prairie Dermatology", "PRAIRIE", "Billing", "2175550100"),
    Receiver("Clearinghouse", "HOUSE"), BILLING, "B1", AT,
)  # fmt: skip
SELF = Person("Ada", "Moreno", date(1956, 7, 19), "F", ADDRESS)
HOLDER = Person("Ada", "Moreno", date(1956, 7, 19), "F")
CHILD = Person("Noah", "Moreno", date(2015, 7, 19), "M", ADDRESS)
PLAN = Payer("Example Health Plan", "60054", "CI")
LINE = ServiceLine(1, "CL-1-1", "11102", ["59"], Decimal("185.00"), 1, [1, 2], date(2026, 3, 2))
ORIGINAL = ProfessionalClaim(
    "CL-1", Coverage(PLAN, "W1234", SELF, "GRP-2"), "1", "11", ["C44.311", "L70.0"],
    [LINE, replace(LINE, number=2, id="CL-1-2", code="99213", modifiers=["25"], pointers=[2])],
    rendering=Provider("1234567893", "Okafor", "Ruth", "207N00000X"),
)  # fmt: skip
DEPENDENT = replace(
    ORIGINAL, id="CL-2", coverage=Coverage(PLAN, "W1234", HOLDER, None, CHILD, "19")
)
REPLACEMENT = replace(ORIGINAL, id="CL-3", frequency_code="7", payer_control_number="ICN1")
AUTHORIZED = replace(
    ORIGINAL,
    id="CL-4",
    authorization="AUTH1",
    laboratory_number="14D0000001",
    referring=Provider("1245319599", "Ames"),
    lines=[
        replace(LINE, code="J3301", drug=Drug("00003029305", Decimal("0.5"), "ML"), units=4),
        replace(LINE, number=2, id="CL-4-2", authorization="A2", laboratory_number="14D0000002"),
    ],
)
EVERY = [ORIGINAL, DEPENDENT, REPLACEMENT, AUTHORIZED]


def written(*sets: SetWriter) -> str:
    envelope = Envelope("ZZ", "PRAIRIE", "ZZ", "HOUSE", 7, "T", AT, FUNCTIONAL_ID, GUIDE)
    return write_interchange(envelope, sets)


def test_every_kind_of_claim_passes_the_guide_and_is_read_back_alike(tmp_path: Path):
    text = written(write_claim_set(HEADER, EVERY), write_claim_set(HEADER, EVERY[:1]))
    assert guide_objections(text, 2) == []
    path = tmp_path / "claims.edi"
    path.write_text(text)
    with X12ModelReader(str(path)) as reader:
        claims = [claim for each in reader.models() for claim in each.claims()]
    assert [claim.patient_control_number for claim in claims] == [
        "CL-1",
        "CL-2",
        "CL-3",
        "CL-4",
        "CL-1",
    ]
    assert [claim.charge for claim in claims] == [Decimal(370)] * 5
    assert [claim.is_dependent for claim in claims] == [False, True, False, False, False]


def test_control_counts_hold_and_set_numbers_count_on():
    (found,) = read_interchanges(
        written(write_claim_set(HEADER, EVERY), write_claim_set(HEADER, EVERY)).encode()
    )
    assert found.complete and found.faults == [] and found.control_number == "000000007"
    assert [(each.control_number, each.faults) for each in found.sets] == [
        ("0001", []),
        ("0002", []),
    ]


def test_the_position_index_names_the_claim_and_line_of_a_segment():
    one = write_claim_set(HEADER, EVERY)
    segments = one.text("0001")
    for mark in one.marks:
        begins = "HL*" if mark.line is None else f"LX*{mark.line}"
        assert segments[mark.position - 1].startswith(begins)


def test_the_guide_names_the_place_and_not_the_value():
    bad = replace(ORIGINAL, place_of_service="ZZ")
    findings = guide_objections(written(write_claim_set(HEADER, [bad])), 1)
    assert [(each.element, each.set_control_number) for each in findings] == [("CLM05-1", "0001")]
    assert findings[0].position == 22


@pytest.mark.parametrize("text", ["", "ISA", "\ufeff" + "x" * 300, "ISA*00*~"])
def test_the_guide_answers_any_text(text: str):
    assert guide_objections(text, 1)


def test_the_guides_loggers_print_nothing_of_a_claim(
    caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
):
    caplog.set_level(logging.DEBUG)
    bad = replace(ORIGINAL, coverage=replace(ORIGINAL.coverage, subscriber=replace(SELF, sex="Q")))
    assert guide_objections(written(write_claim_set(HEADER, [bad])), 1)
    shown = capfd.readouterr()
    assert "MORENO" not in caplog.text + shown.out + shown.err


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        ("Moreno", "MORENO"),
        ("Pérez\u2013Ñúñez", "PEREZ-NUNEZ"),
        ("O\u2019Brien", "O'BRIEN"),
        ("Smi*th~X", "SMI-TH-X"),
        ("  two   blanks ", "TWO BLANKS"),
        ("Åsa Øst", "ASA OST"),
        ("a" * 80, "A" * 60),
    ],
)
def test_prose_is_mapped_to_what_can_be_sent(text: str, sent: str):
    assert plain(text, 60) == sent


@pytest.mark.parametrize("text", ["", "***", "李", "a\x00b"])
def test_prose_that_leaves_nothing_or_controls_is_refused(text: str):
    with pytest.raises(Unwritable):
        plain(text, 60)


@pytest.mark.parametrize("value", ["W*1", "W:1", "W~1", "W^1", "W\n1", "Wé"])
def test_an_identifier_is_never_cleaned(value: str):
    with pytest.raises(Unwritable) as refused:
        SetWriter("837", GUIDE).add("REF", "G1", value)
    assert refused.value.place == "REF02"
    assert value not in str(refused.value)


@pytest.mark.parametrize(
    ("value", "sent"),
    [
        ("185.00", "185"),
        ("0.50", ".5"),
        ("-0.5", "-.5"),
        ("1000", "1000"),
        ("0", "0"),
        ("1E+3", "1000"),
    ],
)
def test_numbers_have_no_ornament(value: str, sent: str):
    assert number(Decimal(value)) == sent


@settings(max_examples=25, deadline=None)
@given(st.text(max_size=40), st.text(max_size=40))
def test_any_name_is_written_cleanly_or_refused(first: str, last: str):
    person = replace(SELF, first_name=first, last_name=last)
    claim = replace(ORIGINAL, coverage=replace(ORIGINAL.coverage, subscriber=person))
    try:
        text = written(write_claim_set(HEADER, [claim]))
    except Unwritable:
        return
    assert text.count("~") == written(write_claim_set(HEADER, [ORIGINAL])).count("~")
    assert guide_objections(text, 1) == []
