"""What holds of every claim, whatever was documented: encounters drawn at random.

Now and then a fact is left out: what cannot be coded is asked for.
"""

from collections import Counter
from collections.abc import Callable
from datetime import date
from itertools import permutations
from typing import Any

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from services.coding.domain.claim import Claim
from services.coding.domain.references import Tables

DAY = date(2026, 3, 2)
BYPASS = {"59", "XE", "XP", "XS", "XU", "24", "25", "57", "58", "78", "79", "LT", "RT"}
PRIMARY_BIOPSIES = {"11102", "11104", "11106"}
ONE_AMONG = ({"17000", "17004"}, {"17003", "17004"}, {"11900", "11901"}, {"17110", "17111"})
"""Codes of which a visit bills one kind: a count says which."""
SITES = ("back", "nose", "scalp", "left ear", "lower eyelid", "hand", "trunk", "neck", "vermilion")
SUSPECTED, KNOWN = (None, "D49.2", "D48.5"), ("C44.311", "L57.0", "D22.5", "B07.8", "L40.0")

patiently = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def known(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """A fact that is charted, or now and then not."""
    return st.one_of(values, values, values, values, st.none())


SIZE = known(st.decimals("0.1", "12", places=1).map(str))
COUNT = known(st.integers(1, 20))
DIGITS = st.lists(st.sampled_from(["FA", "F1", "F5", "TA", "T5"]), max_size=3, unique=True)
KINDS: dict[str, dict[str, st.SearchStrategy[Any]]] = {
    "biopsy": {"technique": known(st.sampled_from(["tangential", "punch", "incisional"]))},
    "shave_removal": {"diameter_cm": SIZE},
    "excision": {"lesion_diameter_cm": SIZE, "margin_cm": SIZE},
    "destruction": {
        "lesion_class": known(st.sampled_from(["premalignant", "benign", "malignant", "vascular"])),
        "count": COUNT,
        "diameter_cm": SIZE,
        "area_sq_cm": SIZE,
    },
    "skin_tag_removal": {"count": COUNT},
    "mohs": {"stages": st.lists(st.fixed_dictionaries({"blocks": COUNT}), max_size=3)},
    "repair": {
        "complexity": known(st.sampled_from(["simple", "intermediate", "complex"])),
        "length_cm": SIZE,
    },
    "adjacent_tissue_transfer": {"area_sq_cm": SIZE},
    "skin_graft": {"thickness": known(st.sampled_from(["full", "split"])), "area_sq_cm": SIZE},
    "intralesional_injection": {"count": COUNT},
    "incision_drainage": {"complexity": known(st.sampled_from(["simple", "complicated"]))},
    "phototherapy": {
        "modality": known(st.sampled_from(["narrowband_uvb", "puva", "goeckerman", "excimer"])),
        "area_sq_cm": SIZE,
    },
    "photodynamic_therapy": {
        "applied_by": known(st.sampled_from(["staff", "provider"])),
        "debridement": known(st.booleans()),
    },
    "patch_test": {"count": COUNT},
    "nail": {
        "procedure": known(st.sampled_from(["avulsion", "matrixectomy", "biopsy", "debridement"])),
        "digits": DIGITS,
    },
}


@st.composite
def visits(draw: st.DrawFn) -> dict[str, Any]:
    """Procedures on lesions of their own or on one another's, and an evaluation beside them."""
    number = draw(st.integers(1, 5))
    lesions = [
        {
            "lesion_id": f"L{place}",
            "site": draw(st.sampled_from(SITES)),
            "laterality": draw(known(st.sampled_from(["left", "right"]))),
            **draw(
                st.one_of(
                    st.fixed_dictionaries(
                        {"suspicion": st.just(True), "diagnosis": st.sampled_from(SUSPECTED)}
                    ),
                    st.fixed_dictionaries(
                        {"suspicion": st.just(False), "diagnosis": st.sampled_from(KNOWN)}
                    ),
                )
            ),
        }
        for place in range(number)
    ]
    procedures = []
    # few kinds a visit: procedures of one kind are those that are counted with each other
    kinds = draw(st.lists(st.sampled_from(sorted(KINDS)), min_size=1, max_size=3))
    for _ in range(draw(st.integers(1, 6))):
        kind = draw(st.sampled_from(kinds))
        facts = draw(st.fixed_dictionaries(KINDS[kind]))
        distinct = draw(known(st.booleans()))
        on = f"L{draw(st.integers(0, number - 1))}"
        procedures.append({"kind": kind, "lesion_id": on, "distinct": distinct, **facts})
    evaluation = draw(
        known(
            st.fixed_dictionaries(
                {
                    "patient_status": known(st.sampled_from(["new", "established"])),
                    "mdm": known(st.just({"problems": "low", "data": "minimal", "risk": "low"})),
                    "separately_identifiable": known(st.booleans()),
                    "decision_for_surgery": known(st.booleans()),
                    "diagnoses": st.just(["L70.0"]),
                }
            )
        )
    )
    return {"procedures": procedures, "lesions": lesions, "evaluation": evaluation}


def lines(claim: Claim) -> Counter[tuple[str, tuple[str, ...], int]]:
    return Counter((line.code, line.modifiers, line.units) for line in claim.lines)


@patiently
@given(visit=visits())
def test_the_order_of_procedures_never_changes_the_claim(coded: Any, visit: dict[str, Any]) -> None:
    named = [
        {"procedure_id": f"P{place}", **each} for place, each in enumerate(visit["procedures"])
    ]
    one = coded(named, visit["lesions"], evaluation=visit["evaluation"])
    other = coded(named[::-1], visit["lesions"], evaluation=visit["evaluation"])
    assert (lines(one.claim), one.status, one.holds, one.edits) == (
        lines(other.claim),
        other.status,
        other.holds,
        other.edits,
    )


@patiently
@given(visit=visits())
def test_an_unrelated_lesion_never_changes_another_code(coded: Any, visit: dict[str, Any]) -> None:
    """A keloid of the elbow injected beside it, which no section counts with anything else."""
    procedures = visit["procedures"]
    assume(all(each["kind"] != "intralesional_injection" for each in procedures))
    keloid = {"lesion_id": "K", "site": "elbow", "suspicion": False, "diagnosis": "L91.0"}
    injected = {
        "kind": "intralesional_injection",
        "lesion_id": "K",
        "count": 1,
        "distinct": True,
    }
    alone = coded(procedures, visit["lesions"])
    both = coded([*procedures, injected], [*visit["lesions"], keloid])
    before = Counter({line.code: line.units for line in alone.claim.lines})
    after = Counter({line.code: line.units for line in both.claim.lines})
    assert not before - after


def unbypassed(tables: Tables, claim: Claim) -> list[tuple[str, str]]:
    """Pairs of codes that nothing parts: no modifier and, where one may, no question either."""
    found = []
    asked = any(hold.reason == "ncci_distinct" for hold in claim.holds)
    for one, other in permutations(claim.lines, 2):
        pair = tables.pair(one.code, other.code, DAY)
        if pair is None or (pair.column_1, pair.column_2) != (one.code, other.code):
            continue
        apart = BYPASS.intersection((*one.modifiers, *other.modifiers)) or {
            each for line in (one, other) for each in line.modifiers if each[0] in "EFT"
        }
        if pair.indicator == "0" or (pair.indicator == "1" and not apart and not asked):
            found.append((one.code, other.code))
    return found


@patiently
@given(visit=visits())
def test_what_never_passes(coded: Any, tables: Tables, visit: dict[str, Any]) -> None:
    """NCCI, and the errors seen in the market (coding-rules, section 14 and issue list)."""
    found = coded(visit["procedures"], visit["lesions"], evaluation=visit["evaluation"])
    claim = found.claim
    assert unbypassed(tables, claim) == []
    codes = Counter(line.code for line in claim.lines)
    assert "11100" not in codes and "88305" not in codes
    assert sum(line.units for line in claim.lines if line.code in PRIMARY_BIOPSIES) <= 1
    assert not [group for group in ONE_AMONG if group <= set(codes)]
    for line in claim.lines:
        assert len({"59", "XE", "XP", "XS", "XU"}.intersection(line.modifiers)) <= 1
        assert len({"58", "78", "79"}.intersection(line.modifiers)) <= 1
        assert len(line.modifiers) <= 4
    # nothing is pathologically uncertain before a pathologist has said so
    assert not {"D48.5", "D37.01"}.intersection(claim.diagnoses)
    assert all(
        pointer <= len(claim.diagnoses)
        for line in claim.lines
        for pointer in line.diagnosis_pointers
    )


@patiently
@given(visit=visits())
def test_units_never_exceed_what_was_documented(coded: Any, visit: dict[str, Any]) -> None:
    procedures: list[dict[str, Any]] = visit["procedures"]

    def documented(kind: str, many: Callable[[dict[str, Any]], int] = lambda _: 1) -> int:
        return sum(many(each) for each in procedures if each["kind"] == kind)

    claim = coded(procedures, visit["lesions"]).claim

    def billed(*codes: str) -> int:
        return sum(line.units for line in claim.lines if line.code in codes)

    def count(each: dict[str, Any]) -> int:
        return each.get("count") or 0

    assert billed("17000", "17003") <= documented("destruction", lambda each: count(each) or 1)
    assert billed("95044") == documented("patch_test", count)
    sampled = documented("biopsy") + documented("destruction")
    assert billed("11102", "11103", "11104", "11105", "11106", "11107") <= sampled
    assert billed("17311", "17313") <= documented("mohs")
    nails = documented("nail", lambda each: len(each["digits"]))
    assert billed("11730", "11732", "11750", "11755") <= nails + documented("biopsy")
    assert billed("96567", "96573", "96574") <= 1
    assert all(line.units > 0 for line in claim.lines)
