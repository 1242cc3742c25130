"""The note's side and site against the structured ones (`conflict.laterality`, `conflict.site`)."""

from collections.abc import Iterator

from services.documentation.domain.encounter import Encounter, Lesion, Procedure, site_of
from services.documentation.domain.finding import Finding, choose, quote
from services.documentation.domain.reading.fact import Fact
from services.documentation.domain.reading.note import NoteReading
from services.documentation.domain.reading.statements import Statement
from shared.clinical.body_sites import Site

_SITED = frozenset({
    "biopsy", "shave_removal", "excision", "destruction", "mohs", "incision_drainage",
    "intralesional_injection",
})  # fmt: skip


def side_conflicts(encounter: Encounter, reading: NoteReading) -> Iterator[Finding]:
    """A side in the note that is not the structured one, or two sides for one lesion."""
    for lesion in encounter.lesions:
        site = site_of(lesion)
        if lesion.laterality is None or site is None:
            continue
        here = [
            each
            for each in reading.of("side")
            if lesion.lesion_id in each.lesion_ids and each.role == site.id
        ]
        if _shared_by_another_side(encounter, lesion) or all(
            each.value == lesion.laterality for each in here
        ):
            continue
        yield _side_conflict(encounter, lesion, here)


def _shared_by_another_side(encounter: Encounter, lesion: Lesion) -> bool:
    """With one lesion on each side of a site both sides belong in the note."""
    return any(
        each.site == lesion.site and each.laterality not in (None, lesion.laterality)
        for each in encounter.lesions
    )


def _side_conflict(encounter: Encounter, lesion: Lesion, here: list[Fact]) -> Finding:
    field = f"{encounter.lesion_at(lesion.lesion_id)}/laterality"
    procedures = encounter.procedures_on(lesion.lesion_id)
    values = tuple(dict.fromkeys(each.value for each in here))
    seen = " and ".join(values)
    return Finding(
        "conflict.laterality",
        "block",
        field,
        f"The note gives the side {seen}, the lesion {lesion.laterality}.",
        "ICD-10-CM guidelines",
        procedure_id=procedures[0].procedure_id if procedures else None,
        lesion_id=lesion.lesion_id,
        confidence="high" if len(here[0].lesion_ids) == 1 else "medium",
        evidence=(field,),
        spans=tuple(each.span for each in here),
        query=choose(
            f"The lesion is listed as {lesion.laterality}; the note gives {seen}. "
            "Which side was treated?",
            *values,
            str(lesion.laterality),
        ),
    )


def site_conflicts(encounter: Encounter, reading: NoteReading) -> Iterator[Finding]:
    """The one lesion treated stands elsewhere in the note: another region or site group."""
    treated = [each for each in encounter.procedures if each.kind in _SITED and each.names_lesions]
    if len(encounter.lesions) != 1 or not treated:
        return
    (lesion,) = encounter.lesions
    site = site_of(lesion)
    spoken = [
        each
        for each in reading.statements
        if any(
            mention.statement == each
            and mention.standing == "done"
            and mention.kind == treated[0].kind
            for mention in reading.mentions
        )
    ]
    mentioned = [mention for each in spoken for mention in each.sites]
    if site is None or not mentioned or any(_alike(site, each.site) for each in mentioned):
        return
    yield _site_conflict(encounter, treated[0], lesion, spoken[0])


def _alike(one: Site, other: Site) -> bool:
    return one.id == other.id or (
        one.group == other.group and one.region("removal") == other.region("removal")
    )


def _site_conflict(
    encounter: Encounter, procedure: Procedure, lesion: Lesion, statement: Statement
) -> Finding:
    field = f"{encounter.lesion_at(lesion.lesion_id)}/site"
    mention = statement.sites[0]
    fact = Fact("site", mention.site.id, mention.start, mention.end)
    words = quote(encounter.prose, fact.span)
    return Finding(
        "conflict.site",
        "block",
        field,
        f"The note places the procedure at {mention.site.id}, the lesion at {lesion.site}.",
        "CPT",
        procedure_id=procedure.procedure_id,
        lesion_id=lesion.lesion_id,
        evidence=(field,),
        spans=(fact.span,),
        query=choose(
            f"The lesion is listed at {lesion.site}; the note names {mention.site.id}. "
            "Where was the procedure?",
            str(lesion.site),
            mention.site.id,
            quoted=f"The lesion is listed at {lesion.site}; the note says '{words}'. "
            "Where was the procedure?",
        ),
    )
