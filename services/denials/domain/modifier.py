"""Modifiers: bundled services, global periods, wrong modifiers, places and codes."""

from datetime import timedelta

from services.denials.domain.finding import Denied, Finding, NextAction, RootCause, Stage
from services.denials.domain.story import UNKNOWN, EarlierService, Maybe

BUNDLED = frozenset({"97", "231", "234", "236", "B10", "B15", "N19", "N20", "M15", "M80", "N390"})
GLOBAL = frozenset({"M144", "N525"})
WRONG_MODIFIER = frozenset(
    {"4", "54", "107", "182", "N822", "N823", "N519", "N122", "N572", "N674", "MA66"}
)
PLACE_OR_CODE = frozenset(
    {"5", "58", "181", "189", "B14", "B16", "M20", "M51", "M77", "M78", "N56", "N428", "N657"}
)
VISIT_MODIFIERS = frozenset({"25", "57"})
DISTINCT_MODIFIERS = frozenset(
    {"59", "XE", "XS", "XP", "XU", "76", "77", "LT", "RT", "58", "78", "79"}
)
GLOBAL_MODIFIERS = frozenset({"24", "58", "78", "79"})
AFTERCARE = "Z48"


def bundled(denied: Denied) -> Finding:
    """A bundled line is right only with a modifier that the note supports."""
    if _in_open_global(denied):
        return in_global(denied)
    visit = is_visit(denied.code)
    wanted = VISIT_MODIFIERS if visit else DISTINCT_MODIFIERS
    name = "25" if visit else "59"
    field = "separately_identifiable" if visit else "distinct"
    note = denied.documentation
    separate = note.separately_identifiable if visit else note.distinct
    pointers = denied.place(denied.sent_pointer("modifiers"), f"/story/documentation/{field}")
    present = _has(denied, wanted)
    if separate is True and not present:
        return _finding(
            "coding",
            "corrected_claim",
            f"Bundled into another service; modifier {name} was left off although the note "
            "supports it.",
            pointers,
            f"Modifier {name} on line {denied.line.number}: the note records separate work, so "
            "the bundling edit would not have applied.",
        )
    if separate is True:
        return _finding(
            "follow_up", "appeal", f"Modifier {name} was there and the note supports it.", pointers
        )
    if separate is UNKNOWN and denied.story.documentation is not None:
        return _finding(
            "coding",
            "review",
            "Bundled into another service; whether the note records separate work is not known.",
            pointers,
        )
    return _finding(
        "coding",
        "write_off",
        "Included in another service and not separate in the note: no modifier may be added.",
        pointers,
    )


def in_global(denied: Denied) -> Finding:
    """Inside a global period: unrelated or staged work is payable with its modifier."""
    note = denied.documentation
    related: Maybe[bool] = note.related_to_surgery
    if related is UNKNOWN and any(code.startswith(AFTERCARE) for code in denied.diagnoses):
        related = True
    pointers = denied.place(
        denied.sent_pointer("modifiers"), "/story/documentation/related_to_surgery"
    )
    visit = is_visit(denied.code)
    if _has(denied, GLOBAL_MODIFIERS):
        if related is False or (related is True and _staged(denied)):
            return _finding(
                "follow_up", "appeal", "The global modifier was there and is supported.", pointers
            )
        if related is UNKNOWN or related is None:
            return _unknown_relation(pointers)
    if related is False:
        name = "24" if visit else "79"
        return _finding(
            "coding",
            "corrected_claim",
            f"Unrelated to the surgery; modifier {name} was left off.",
            pointers,
            f"Modifier {name} on line {denied.line.number}.",
        )
    if related is True and not visit and _staged(denied):
        return _finding(
            "coding",
            "corrected_claim",
            "Done because of a malignant result inside the global; modifier 58 was left off.",
            pointers,
            f"Modifier 58 on line {denied.line.number}.",
        )
    if related is True:
        return _finding(
            "coding",
            "write_off",
            "Related care inside the global period of the surgery is included in it.",
            pointers,
        )
    return _unknown_relation(pointers)


def wrong_modifier(denied: Denied) -> Finding:
    """The modifier does not fit, or an add-on stands without its primary."""
    alone = denied.carc == "107" or bool({"N122", "N674"} & set(denied.remarks))
    says = (
        "The add-on was sent without its primary code."
        if alone
        else "The modifier does not fit the service, or one is missing."
    )
    return _finding("coding", "corrected_claim", says, denied.place(denied.sent_pointer("code")))


def place_or_code(denied: Denied) -> Finding:
    """Place of service, code in force, or new and established patient do not fit."""
    row = denied.tables.carcs.get(denied.carc)
    cause: RootCause = "other" if row is not None and row.bucket == "other" else "modifier_error"
    return _finding(
        "coding",
        "corrected_claim",
        "Code, place of service or kind of patient do not fit each other.",
        denied.place(denied.sent_pointer("code"), "/claim/place_of_service"),
        cause=cause,
    )


def is_visit(code: str) -> bool:
    """Whether a code is an office visit."""
    return code.startswith(("992", "993")) and len(code) == 5


def _has(denied: Denied, wanted: frozenset[str]) -> bool:
    return bool(wanted & set(denied.modifiers))


def _staged(denied: Denied) -> bool:
    return any(result.behavior in ("malignant", "in_situ") for _, result in denied.results)


def _in_open_global(denied: Denied) -> bool:
    earlier = denied.story.earlier_services
    if earlier is UNKNOWN or earlier is None:
        return False
    return any(_covers(service, denied) for service in earlier)


def _covers(service: EarlierService, denied: Denied) -> bool:
    on, length = service.date_of_service, service.global_days
    if on is UNKNOWN or on is None or length is UNKNOWN or not length:
        return False
    return on < denied.claim.date_of_service <= on + timedelta(days=length)


def _unknown_relation(pointers: tuple[str, ...]) -> Finding:
    return _finding(
        "coding",
        "review",
        "Inside a global period; whether the service is related to the surgery is not known.",
        pointers,
    )


def _finding(
    stage: Stage,
    next_action: NextAction,
    says: str,
    evidence: tuple[str, ...],
    counterfactual: str | None = None,
    cause: RootCause = "modifier_error",
) -> Finding:
    return Finding(cause, stage, next_action, says, evidence, counterfactual=counterfactual)
