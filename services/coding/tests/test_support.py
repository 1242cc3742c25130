"""Over- and under-coding: what the record supports and no line bills, and the reverse."""

from typing import Any

import pytest

from services.coding.domain.charged import Charge, compared

L = {"lesion_id": "L1", "site": "back", "suspicion": True}
WART = {"lesion_id": "L1", "site": "hand", "suspicion": False, "diagnosis": "B07.8"}
S1 = {"specimen_id": "S1", "lesion_id": "L1"}
S2 = {"specimen_id": "S2", "lesion_id": "L1"}
BIOPSY = {"kind": "biopsy", "lesion_id": "L1", "technique": "tangential"}
INJECTION = {"kind": "intralesional_injection", "lesion_id": "L1", "count": 1}
DRUG = {"hcpcs": "J3301", "units": 1, "wasted_units": 0, "container": "multi_dose"}
LIGHT = {"kind": "photodynamic_therapy", "lesion_id": "L1", "applied_by": "staff"}


def charted(code: str, units: int = 1, *modifiers: str, **facts: Any) -> dict[str, Any]:
    """A code that the chart names itself."""
    charge = {"kind": "other", "code": code, "units": units, "modifiers": list(modifiers)}
    return {**charge, "diagnosis": "L40.0", **facts}


@pytest.mark.parametrize(
    ("procedures", "facts", "unsupported", "status"),
    [
        pytest.param(
            [charted("17110")], {}, ["17110x1 SU-1"], "needs_review", id="SU-1 no facts at all"
        ),
        pytest.param(
            [charted("14060")], {}, ["14060x1 SU-1"], "needs_review", id="SU-1 a flap by its code"
        ),
        pytest.param(
            [charted("99213")], {}, ["99213x1 SU-1"], "needs_review", id="SU-1 a visit by its code"
        ),
        pytest.param(
            [BIOPSY, charted("11102", lesion_id="L1")],
            {},
            ["11102x1 SU-1"],
            "needs_review",
            id="SU-1 documented and charted again",
        ),
        pytest.param(
            [charted("11750", 1, "T5")],
            {},
            ["11750x1 SU-1"],
            "needs_review",
            id="SU-1 a nail by its code",
        ),
        pytest.param(
            [charted("99211", diagnosis="L40.0")], {}, [], "ready", id="SU-1 not a nurse's visit"
        ),
        pytest.param([charted("11719")], {}, [], "ready", id="SU-1 not a code without a kind"),
        pytest.param(
            [BIOPSY, charted("88305", lesion_id="L1")],
            {"specimens": [S1]},
            [],
            "ready",
            id="SU-2 one reading, one specimen",
        ),
        pytest.param(
            [BIOPSY, charted("88305", 3, lesion_id="L1")],
            {"specimens": [S1, S2]},
            ["88305x1 SU-2"],
            "ready",
            id="SU-2 a reading more than specimens",
        ),
        pytest.param(
            [
                BIOPSY,
                charted("88305", 1, "26", lesion_id="L1"),
                charted("88305", 1, "TC", lesion_id="L1"),
            ],
            {"specimens": [S1]},
            [],
            "ready",
            id="SU-2 two components are one reading",
        ),
        pytest.param(
            [charted("11719", 1, "59")],
            {},
            ["11719-59x1 SU-3"],
            "ready",
            id="SU-3 apart from nothing",
        ),
        pytest.param([charted("11719", 1, "GA")], {}, [], "ready", id="SU-3 another modifier"),
    ],
)
def test_what_the_record_does_not_bear_out(
    coded: Any,
    procedures: list[dict[str, Any]],
    facts: dict[str, Any],
    unsupported: list[str],
    status: str,
) -> None:
    found = coded(procedures, [L], **facts)
    shown = [
        f"{'-'.join((each.code, *each.modifiers))}x{each.units} {each.reason.rule}"
        for each in found.claim.unsupported
    ]
    assert shown == unsupported
    assert found.status == status
    assert ("unsupported" in found.holds) == (status == "needs_review")
    assert {each.code for each in found.claim.unsupported} <= set(_codes(found))


@pytest.mark.parametrize(
    ("procedures", "facts", "missed"),
    [
        pytest.param(
            [], {"specimens": [S1]}, ["None x1 MS-1"], id="MS-1 a specimen and nothing that took it"
        ),
        pytest.param(
            [BIOPSY],
            {"specimens": [S1, {"specimen_id": "S9", "lesion_id": "L9"}]},
            ["None x1 MS-1"],
            id="MS-1 a specimen of another lesion",
        ),
        pytest.param([BIOPSY], {"specimens": [S1]}, [], id="MS-1 the biopsy took it"),
        pytest.param(
            [INJECTION | {"drug": DRUG}],
            {"specimens": [S1]},
            ["None x1 MS-1"],
            id="MS-1 an injection takes none",
        ),
        pytest.param(
            [BIOPSY | {"frozen_section": True}],
            {"specimens": [S1]},
            ["88331 x1 MS-3"],
            id="MS-3 a frozen section nobody charted",
        ),
        pytest.param(
            [BIOPSY | {"frozen_section": True}, charted("88331", lesion_id="L1")],
            {"specimens": [S1]},
            [],
            id="MS-3 the frozen section is charted",
        ),
        pytest.param(
            [charted("J3301", 1, "KX")], {}, ["None x1 MS-4"], id="MS-4 a drug that nothing gave"
        ),
        pytest.param(
            [charted("J3301", 1, "KX"), charted("96372")], {}, [], id="MS-4 the drug was injected"
        ),
        pytest.param([INJECTION], {}, ["None x1 MS-5"], id="MS-5 an injection of nothing"),
        pytest.param([INJECTION | {"drug": DRUG}], {}, [], id="MS-5 the drug is named"),
        pytest.param([LIGHT], {}, ["None x1 MS-5"], id="MS-5 light without its drug"),
    ],
)
def test_what_the_record_bears_out_and_no_line_bills(
    coded: Any, procedures: list[dict[str, Any]], facts: dict[str, Any], missed: list[str]
) -> None:
    found = coded(procedures, [L], **facts)
    assert [
        f"{each.code} x{each.units} {each.reason.rule}" for each in found.claim.missed
    ] == missed


@pytest.mark.parametrize(
    ("billed_by", "charges", "missed"),
    [
        pytest.param("practice", [], 1, id="MS-2 read here and not charted"),
        pytest.param("practice", [charted("88305", lesion_id="L1")], 0, id="MS-2 charted"),
        pytest.param("lab", [], 0, id="MS-2 the laboratory bills it"),
    ],
)
def test_a_reading_of_the_practice_is_asked_for_and_never_inferred(
    coded: Any, write: Any, billed_by: str, charges: list[dict[str, Any]], missed: int
) -> None:
    around = {"results": [write.report("S1", "benign", billed_by=billed_by)]}
    found = coded([BIOPSY, *charges], [L], specimens=[S1], around=around)
    assert [each.units for each in found.claim.missed] == [1] * missed
    assert ("88305" in _codes(found)) == bool(charges)


@pytest.mark.parametrize(
    ("charged", "missed", "unsupported"),
    [
        pytest.param("11104 17000-59 17003x2", [], [], id="CH-1, CH-2 charged as supported"),
        pytest.param("11104", ["17000x1", "17003x2"], [], id="CH-1 lines nobody charged"),
        pytest.param("11104 17000-59 17003", ["17003x1"], [], id="CH-1 a unit too few"),
        pytest.param("11104 17000 17003x2", ["17000-59x1"], [], id="CH-1 a modifier too few"),
        pytest.param(
            "11104 11102 17000-59 17003x2",
            [],
            ["11102x1"],
            id="CH-2 a second primary biopsy",
        ),
        pytest.param("11104 17000-59 17003x9", [], ["17003x7"], id="CH-2 units too many"),
        pytest.param("11104-59 17000-59 17003x2", [], ["11104-59x1"], id="CH-2 59 on column one"),
        pytest.param(
            "11100 17004", ["11104x1", "17000x1", "17003x2"], ["11100x1", "17004x1"], id="CH-2 all"
        ),
        pytest.param("", ["11104x1", "17000x1", "17003x2"], [], id="CH-1 nothing was charged"),
    ],
)
def test_charges_beside_the_claim(
    coded: Any, charged: str, missed: list[str], unsupported: list[str]
) -> None:
    keratoses = [
        {"lesion_id": f"K{n}", "site": "scalp", "suspicion": False, "diagnosis": "L57.0"}
        for n in range(3)
    ]
    frozen = {
        "kind": "destruction",
        "lesion_class": "premalignant",
        "lesion_ids": ["K0", "K1", "K2"],
    }
    claim = coded([BIOPSY | {"technique": "punch"}, frozen], [L, *keratoses]).claim
    found = compared(claim, [_charge(each) for each in charged.split()])

    def shown(those: Any) -> list[str]:
        return sorted(f"{'-'.join((each.code, *each.modifiers))}x{each.units}" for each in those)

    assert (shown(found.missed), shown(found.unsupported)) == (missed, unsupported)
    assert all(each.reason.evidence for each in (*found.missed, *found.unsupported))
    assert found.lines == claim.lines


def _charge(text: str) -> Charge:
    stem, *modifiers = text.split("-")
    name, _, units = stem.partition("x")
    return Charge(name, int(units or 1), tuple(modifiers))


def _codes(found: Any) -> list[str]:
    return [line.code for line in found.claim.lines]
