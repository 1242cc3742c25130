"""Every line a payer answered, judged by what the case tells now."""

from base64 import b32encode
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from services.denials.domain.case import (
    Case,
    CodedVersion,
    Denial,
    Remittance,
    RemittedLine,
)
from services.denials.domain.classify import Answer, classify
from services.denials.domain.story import Adjustment, Line, Payer, SentClaim
from services.denials.domain.tables import Tables
from services.denials.domain.telling import story_of
from shared.kernel.ids import derived_id
from shared.kernel.money import ZERO


def judge(case: Case, tables: Tables) -> tuple[Case, tuple[Denial, ...]]:
    """The case with its denials judged anew, and those whose judgement is new.

    A line is judged as of the day its remittance came, so that judging again later, with more
    facts, changes only what the facts change.
    """
    news: list[Denial] = []
    for remittance, line, version in _answered(case):
        answer = _judged(case, remittance, line, version, tables)
        denial_id = id_of(remittance, line.number)
        known = case.denial(denial_id)
        if not answer.denial:
            if known is not None and known.state != "withdrawn":
                case = case.with_denial(replace(known, state="withdrawn"))
            continue
        denial = _denial(denial_id, remittance, line, answer)
        if denial != known:
            case = case.with_denial(denial)
            news.append(denial)
    return case, tuple(news)


def id_of(remittance: Remittance, number: int | None) -> str:
    """The denial of a line on a remittance is the same however often it is judged."""
    named = derived_id(
        "denial", remittance.claim_id, remittance.version, number, remittance.remittance_id
    )
    return "DN" + b32encode(named.bytes).decode()[:13]


def _answered(case: Case) -> Iterator[tuple[Remittance, RemittedLine, CodedVersion]]:
    for remittance in case.remittances:
        version = case.version(remittance.claim_id, remittance.version)
        if version is not None:
            for line in remittance.lines:
                yield remittance, line, version


def _judged(
    case: Case, remittance: Remittance, line: RemittedLine, version: CodedVersion, tables: Tables
) -> Answer:
    claim = _as_sent(case, version, remittance, line)
    sent = next((each for each in claim.lines if each.number == line.number), None)
    units = Decimal(line.units or 1) if sent is None else sent.units
    # A line that paid nothing counts no units; only a partial payment cuts some.
    paid_units = Decimal(line.units) if line.units is not None and line.paid > ZERO else None
    answered = Line(
        claim_status=remittance.claim_status,
        number=line.number,
        code=line.code,
        submitted_code=line.submitted_code,
        modifiers=line.modifiers,
        units=units,
        paid_units=paid_units,
        charge=line.charge,
        allowed=line.allowed,
        paid=line.paid,
        adjustments=line.adjustments,
        rarcs=line.rarcs,
        received_on=remittance.received_on,
    )
    origin = next((each for each in version.origins if each.number == line.number), None)
    story = story_of(case, version, origin)
    payer = _payer(case, remittance)
    return classify(payer, remittance.received_on, answered, claim, story, tables)


def _payer(case: Case, remittance: Remittance) -> Payer:
    """The payer of the remittance; its program from the visit where the posting knew none."""
    if remittance.program_known or case.visit is None or case.visit.program is None:
        return remittance.payer
    return replace(remittance.payer, program=case.visit.program)


def _as_sent(
    case: Case, version: CodedVersion, remittance: Remittance, line: RemittedLine
) -> SentClaim:
    """The claim as it left: with its day, the line's authorization and what was expected."""
    claim = version.claim
    sent_on = next(
        (
            each.on
            for each in case.submissions
            if (each.claim_id, each.version) == (claim.claim_id, claim.version)
        ),
        None,
    )
    expected = {each.number: each.expected_allowed for each in remittance.lines}
    code = line.submitted_code or line.code
    number = next(
        (number for number, codes in version.authorizations if not codes or code in codes), None
    )
    return replace(
        claim,
        submitted_on=sent_on,
        authorization_number=number,
        lines=tuple(
            replace(each, expected_allowed=expected.get(each.number)) for each in claim.lines
        ),
    )


def _denial(denial_id: str, remittance: Remittance, line: RemittedLine, answer: Answer) -> Denial:
    named = _named(line, answer)
    return Denial(
        denial_id=denial_id,
        claim_id=remittance.claim_id,
        version=remittance.version,
        line=line.number,
        remittance_id=remittance.remittance_id,
        received_on=remittance.received_on,
        state="suspected",
        carc="" if named is None else named.carc,
        group_code="" if named is None else named.group_code,
        rarcs=line.rarcs,
        billed=line.charge,
        paid=line.paid,
        answer=answer,
    )


def _named(line: RemittedLine, answer: Answer) -> Adjustment | None:
    """The adjustment a denial is known by: the dearest of those that its evidence names."""
    places = [
        place
        for place in range(len(line.adjustments))
        if f"/line/adjustments/{place}" in answer.evidence
    ]
    chosen = [line.adjustments[place] for place in places] or list(line.adjustments)
    return max(chosen, key=lambda each: each.amount, default=None)
