"""Medical-or-cosmetic criteria read in words: signs, wishes and denials, each with its place.

What is read here is evidence; `supports` says which of it a contractor's article on benign lesions
takes as a reason (WPS L35498, Noridian L33979, CGS L34200).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from shared.clinical.clauses import Clause, Status, clauses
from shared.clinical.signs import INTENSE, LEXICON, NOT_INFLAMED, NOT_SAID, OWN_NEGATION, Sign


class Contractor(StrEnum):
    """Whose article on benign skin lesions is read."""

    WPS = "wps"
    NORIDIAN = "noridian"
    CGS = "cgs"


ARTICLE = {Contractor.WPS: "L35498", Contractor.NORIDIAN: "L33979", Contractor.CGS: "L34200"}
SYMPTOMS = frozenset({Sign.BLEEDING, Sign.PAIN, Sign.ITCH})
CRITERIA = SYMPTOMS | {
    Sign.INFLAMMATION,
    Sign.INFECTION,
    Sign.CHANGE,
    Sign.OBSTRUCTION,
    Sign.TRAUMA,
    Sign.FUNCTION,
    Sign.MALIGNANCY,
    Sign.FAILED_TREATMENT,
}
_SAID_AS_IT_STANDS = frozenset({Sign.ASYMPTOMATIC, Sign.STABLE})


@dataclass(frozen=True, slots=True)
class Evidence:
    """A sign as one place of a text says it."""

    sign: Sign
    status: Status
    start: int
    end: int
    intense: bool = False

    @property
    def present(self) -> bool:
        """Whether it is asserted, neither denied nor merely possible or past."""
        return self.status is Status.PRESENT

    @property
    def denied(self) -> bool:
        """Whether the text says it is not so."""
        return self.status is Status.DENIED


def read_criteria(text: str) -> tuple[Evidence, ...]:
    """Every sign the text mentions, in order, with what it says of it."""
    masked = NOT_SAID.sub(lambda found: "·" * len(found.group()), text)
    found = [each for clause in clauses(masked) for each in _read_clause(masked, clause)]
    found += [
        Evidence(Sign.INFLAMMATION, Status.DENIED, each.start(), each.end())
        for each in NOT_INFLAMED.finditer(masked)
    ]
    return tuple(sorted(set(found), key=lambda each: (each.start, each.end, each.sign)))


def _read_clause(text: str, clause: Clause) -> Iterator[Evidence]:
    unchanged = [
        found.span() for found in LEXICON[Sign.STABLE].finditer(text, clause.start, clause.end)
    ]
    intense = INTENSE.search(clause.text) is not None
    for sign, pattern in LEXICON.items():
        for found in pattern.finditer(text, clause.start, clause.end):
            start, end = found.span()
            if sign is Sign.CHANGE and any(s <= start < e for s, e in unchanged):
                continue
            as_it_stands = sign in _SAID_AS_IT_STANDS or OWN_NEGATION.search(found.group())
            status = Status.PRESENT if as_it_stands else clause.status(start, end)
            yield Evidence(sign, status, start, end, intense)


def supports(evidence: Evidence, contractor: Contractor) -> bool:
    """Whether a stated sign is a reason to treat a benign lesion under the contractor's article."""
    if not evidence.present or evidence.sign not in CRITERIA:
        return False
    if contractor is Contractor.NORIDIAN:
        if evidence.sign is Sign.ITCH:
            return evidence.intense
        return evidence.sign is not Sign.CHANGE
    return True


def wishes_appearance(evidence: Sequence[Evidence]) -> bool:
    """Whether a wish for looks is stated."""
    return any(each.present and each.sign is Sign.APPEARANCE for each in evidence)


def says_asymptomatic(evidence: Sequence[Evidence]) -> bool:
    """Whether absence of symptoms is stated, or bleeding, pain and itch are all three denied."""
    if any(each.sign is Sign.ASYMPTOMATIC and each.present for each in evidence):
        return True
    return {each.sign for each in evidence if each.denied} >= SYMPTOMS
