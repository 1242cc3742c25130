"""Lines of dermatopathology reports with answers derived by hand from interop 9 and the tables.

`report_lines.csv`, a line a row (`\\n` and `\\uXXXX` as in Python). expected: `automatic`, with the
whole answer; `review`, for the rule named; `unconfirmed`: review, and nothing malignant confirmed.
place: `site/side`. No margins: not reported.
"""

import csv
from pathlib import Path

import pytest

from shared.clinical.histology import Code, terms
from shared.clinical.reports import Interpretation, interpret
from shared.clinical.tables import rows

_LINES = list(
    csv.DictReader(
        Path(__file__).with_name("report_lines.csv").read_text(encoding="utf-8").splitlines()
    )
)
MALIGNANT = ("malignant", "in_situ")


def _code(code: str) -> tuple[Code, ...]:
    if not code:
        return ()
    if "/" in code:
        return (Code("icdo", code),)
    return (Code("snomed" if code.isdigit() else "icd10cm", code),)


def _read(line: dict[str, str]) -> Interpretation:
    text = line["text"].encode("latin-1", "backslashreplace").decode("unicode_escape")
    site, _, side = line["place"].partition("/")
    return interpret(text, _code(line["code"]), site or None, side or None)  # type: ignore[arg-type]


def _fault(line: dict[str, str]) -> str | None:
    """What is wrong with the answer to a line."""
    found = _read(line)
    if line["expected"] == "automatic":
        answer = (found.decision, found.behavior, found.diagnosis, found.icd10, found.margins)
        wanted = ("automatic", line["behavior"], line["diagnosis"], line["icd10"])
        wanted = (*wanted, line["margins"] or "not_reported")
        return None if answer == wanted else f"{answer}, {[each.says for each in found.reasons]}"
    if found.decision != "review":
        return f"decided alone: {found.diagnosis}"
    if line["rule"] and line["rule"] not in {reason.rule for reason in found.reasons}:
        return f"{line['rule']} is not among {found.reasons}"
    confirmed = found.confirmed and found.behavior in MALIGNANT
    coded = (found.icd10 or "").startswith(("C", "D03", "D04"))
    return "confirmed" if line["expected"] == "unconfirmed" and (confirmed or coded) else None


@pytest.mark.parametrize("expected", ["automatic", "unconfirmed", "review"])
def test_every_line_is_answered_as_derived_by_hand(expected: str) -> None:
    asked = [line for line in _LINES if line["expected"] == expected]
    assert len(asked) > 100
    faults = {line["text"]: fault for line in asked if (fault := _fault(line)) is not None}
    assert faults == {}


_UNCERTAIN = (
    "consistent with {}",
    "compatible with {}",
    "suspicious for {}",
    "features of {}",
    "at least {}",
    "favor {}",
    "{} is favored",
    "cannot exclude {}",
    "{} cannot be excluded",
    "rule out {}",
    "probable {}",
    "atypical proliferation versus {}",
    "{} versus reactive change",
    "{}?",
    "suggestive of {}",
    "in keeping with {}",
    "most likely {}",
    "the differential diagnosis includes {}",
    "{} is suspected",
)
_DENIED = (
    "no {}",
    "no evidence of {}",
    "negative for {}",
    "{} is not identified",
    "{}: absent",
    "{}: not identified",
    "free of {}",
    "no residual {}",
    "without {}",
    "lacks {}",
    "{} excluded",
)
_PAST = (
    "history of {}",
    "previous biopsy showed {}",
    "prior biopsy: {}",
    "status post excision of {}",
    "clinically {}",
    "clinical history: {}",
    "previously diagnosed {}",
    "re-excision of {}",
    "known {}",
)


@pytest.mark.parametrize("wording", (*_UNCERTAIN, *_DENIED, *_PAST))
def test_no_wording_of_doubt_denial_or_past_confirms_any_diagnosis(wording: str) -> None:
    for term in terms():
        for name in (term.name, *term.synonyms[:3]):
            text = wording.format(name)
            found = interpret(f"Skin, back: {text.upper()}." if term.icdo else text, site="back")
            assert found.decision == "review", text
            assert not (found.confirmed and found.behavior in MALIGNANT), text


@pytest.mark.parametrize(
    "wording",
    (
        "no {} melanoma",
        "melanoma {} not identified",
        "melanoma, {}, not seen",
        "history of {} melanoma",
        "{} melanoma cannot be excluded",
    ),
)
def test_no_known_word_between_breaks_the_scope(wording: str) -> None:
    contrasts = {"although", "but", "however", "nevertheless", "though", "whereas", "yet"}
    for phrase in sorted({row["phrase"] for row in rows("report_words.csv")} - contrasts):
        found = interpret(wording.format(phrase), site="back")
        assert found.decision == "review", phrase


_WHERE = {
    "plantar_wart": "foot",
    "condyloma": "penis",
    "onychomycosis": "fingernail",
    "B35.0": "scalp",
    "B35.2": "hand",
    "B35.3": "foot",
    "B35.6": "groin",
}
"""A site that the code of a diagnosis can be of, where that is not every skin."""


def test_every_diagnosis_of_the_lexicon_is_read_by_every_name() -> None:
    for term in terms():
        site = _WHERE.get(term.kind) or _WHERE.get(term.icd10, "forearm")
        for name in (term.name, *term.synonyms):
            found = interpret(f"Skin, left {site}, biopsy: {name}.", site=site, side="left")
            assert found.diagnosis is not None, name
            assert found.decision == ("automatic" if term.automatic else "review"), name
            assert found.behavior == (
                "uncertain" if term.name == "dysplastic nevus, severe" else term.behavior
            ), name


def test_spans_lie_in_the_text_in_order_and_name_what_they_mark() -> None:
    for line in _LINES:
        found = _read(line)
        places = [(span.start, span.end) for span in found.spans]
        assert places == sorted(places)
        assert all(0 <= start < end for start, end in places)
