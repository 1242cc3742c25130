"""What a claim still lacks before it may go to the batcher. Every answer names the field."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from services.submission.domain.claim import Coded, CodedLine, Hold, Visit
from services.submission.domain.profile import PracticeProfile, Profiles
from shared.kernel.cite import Cite
from shared.kernel.rule import rule
from shared.x12.professional import Provider

PROFILE_REASONS = frozenset(
    {
        "practice_profile_missing",
        "payer_unknown",
        "filing_code_missing",
        "fee_missing",
        "laboratory_number_missing",
        "rendering_name_missing",
        "facility_missing",
        "outside_laboratory_missing",
        "description_missing",
        "supervisor_missing",
        "no_visit",
        "coverage_missing",
        "coverage_unknown",
        "scrub",
        "route_unknown",
    }
)
"""Holds that a changed profile or visit may lift."""


def with_charges(coded: Coded, practice: PracticeProfile | None) -> Coded:
    """The coded claim with the practice's own fee where coding knew none."""
    if practice is None:
        return coded
    return replace(coded, lines=tuple(_charged(line, practice) for line in coded.lines))


def _charged(line: CodedLine, practice: PracticeProfile) -> CodedLine:
    fee = practice.charges.get(line.code)
    if line.charge > 0 or fee is None:
        return line
    return replace(line, charge=fee * line.units)


@rule("SC-2", since=date(2012, 1, 1), cite=Cite("own"))
@rule("SC-10", since=date(2012, 1, 1), cite=Cite("42 CFR 493; own"))
def missing(coded: Coded, visit: Visit | None, profiles: Profiles) -> Hold | None:
    """A claim leaves only when patient, payer, billing identity, fees and CLIA are known."""
    return next(_missing(coded, visit, profiles), None)


def _missing(coded: Coded, visit: Visit | None, profiles: Profiles) -> Iterator[Hold]:
    if visit is None:
        yield Hold("no_visit", "No visit names the patient and the coverage.", "/visit_id")
        return
    if visit.payer_id is None:
        yield _without_payer(visit)
        return
    practice, payer = profiles.practice, profiles.payers.get(visit.payer_id)
    if practice is None:
        yield Hold(
            "practice_profile_missing", "The practice has no billing profile.", "/v1/practice"
        )
        return
    if payer is None:
        place = f"/v1/payers/{visit.payer_id}"
        yield Hold("payer_unknown", "The payer has no profile.", place)
        return
    if payer.sbr_filing_code is None:
        place = f"/v1/payers/{payer.payer_id}/filing_code"
        yield Hold("filing_code_missing", "No filing code follows from the program.", place)
    for line in coded.lines:
        if line.charge <= 0:
            place = f"/lines/{line.number - 1}/charge"
            yield Hold("fee_missing", f"No fee is known for {line.code}.", place)
    if needs_laboratory_number(coded) and not practice.laboratory_number:
        yield Hold(
            "laboratory_number_missing",
            "A laboratory test is billed and the practice has no CLIA number.",
            "/v1/practice/clia",
        )
    yield from _places_and_bought(coded, practice)
    if rendering_of(coded, visit, practice).last_name is None:
        yield Hold(
            "rendering_name_missing",
            "The rendering provider has no name.",
            "/v1/practice/providers",
        )


def _places_and_bought(coded: Coded, practice: PracticeProfile) -> Iterator[Hold]:
    """What the guide asks for besides: facility, outside laboratory, description, supervisor."""
    place = coded.place_of_service
    if place not in OWN_ROOMS and place not in practice.facilities:
        says = "The service was given elsewhere and no facility is known for the place."
        yield Hold("facility_missing", says, "/v1/practice/facilities")
    for line in coded.lines:
        laboratory = practice.outside_laboratory
        if is_bought(line) and (laboratory is None or line.code not in laboratory.prices):
            says = f"{line.code} was performed outside: laboratory and price are not known."
            yield Hold("outside_laboratory_missing", says, "/v1/practice/outside_laboratory")
        if line.code in UNLISTED and line.code not in practice.descriptions:
            says = f"{line.code} is unlisted and has no description."
            yield Hold("description_missing", says, "/v1/practice/descriptions")
    supervisor = practice.supervisors.get(coded.rendering.npi)
    if supervisor is not None and practice.provider(supervisor) is None:
        says = "The supervising provider is not in the practice's list."
        yield Hold("supervisor_missing", says, "/v1/practice/providers")


OWN_ROOMS = frozenset({"02", "10", "11", "12"})
"""Office, telehealth and the patient's home need no facility loop (2310C)."""

UNLISTED = frozenset(
    {"17999", "19499", "20999", "21499", "30999", "40799", "67999", "69399", "88199", "88399",
     "89398", "95199", "96549", "96999", "99199", "99499", "J3490", "J3590"}
)  # fmt: skip
"""Codes that say nothing without a description (SV101-7)."""

_BOUGHT = "90"


def is_bought(line: CodedLine) -> bool:
    """Whether an outside laboratory performed the test (modifier 90)."""
    return _BOUGHT in line.modifiers


def _without_payer(visit: Visit) -> Hold:
    if visit.coverage_known:
        return Hold("coverage_missing", "The visit is self-pay: no payer to bill.", "/coverage")
    return Hold("coverage_unknown", "It is not known who covers the visit.", "/coverage")


def needs_laboratory_number(coded: Coded) -> bool:
    """Whether a line is a CLIA-covered test (CPT 80047 to 89398)."""
    return any(is_laboratory_test(line.code) for line in coded.lines)


def is_laboratory_test(code: str) -> bool:
    """Whether the code lies in the pathology and laboratory section."""
    return len(code) == 5 and code.isdecimal() and 80047 <= int(code) <= 89398


def rendering_of(coded: Coded, visit: Visit, practice: PracticeProfile) -> Provider:
    """The rendering provider with the best name known: coded, visit, then the practice's list."""
    listed = practice.provider(coded.rendering.npi)
    taxonomy = listed.taxonomy if listed else None
    names = (coded.rendering, visit.rendering, listed)
    for name in names:
        if name is not None and name.npi == coded.rendering.npi and name.last_name:
            return Provider(name.npi, name.last_name, name.first_name, taxonomy)
    return Provider(coded.rendering.npi, None, None, taxonomy)
