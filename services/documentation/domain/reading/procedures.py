"""Which procedures a note says were done today, planned, declined or done before."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

from services.documentation.domain.reading.statements import Statement
from shared.clinical.clauses import Status, clauses

Standing: TypeAlias = Literal["done", "planned", "declined", "past"]


def _words(*alternatives: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(alternatives)})\b", re.IGNORECASE)


LEXICON: dict[str, re.Pattern[str]] = {
    "biopsy": _words(
        r"(?:(?:tangential|shave|punch|incisional|wedge|saucerization|scoop)\s+)?biops(?:y|ies|ied)"
        r"(?!\s*[-:]?\s*proven)(?!\s+of\s+\d{4})",
        r"saucerization(?!\s+biops)",
    ),
    "destruction": _words(
        r"liquid\s+nitrogen", "cryosurgery", "cryotherapy", r"ln2", r"electrodesiccat\w+",
        r"curett\w+", r"destroyed", r"destruction", r"frozen(?!\s+section)", r"ablat(?:ed|ion)",
        r"cryo", r"pulsed[-\s]dye\s+laser", r"cantharidin", r"electrosurg\w+", r"froze",
    ),
    "excision": _words(r"(?:re-?)?excis(?:ion|ed|ional\s+biopsy)"),
    "shave_removal": _words(
        r"shave(?!\s+biops)(?:\s+(?:removal|excision))?", r"shaved", r"shave\s+removed"
    ),
    "mohs": _words(r"mohs(?:\s+(?:micrographic\s+)?surgery)?"),
    "repair": _words(
        r"(?:(?:complex|intermediate|simple|layered)\s+)?(?:linear\s+)?(?:closure|repair)",
        r"repaired", r"closed\s+(?:in\s+layers|with\s+sutures?|primarily|linearly)",
    ),
    "adjacent_tissue_transfer": _words(
        r"(?:bilobed|rotation|advancement|transposition|rhombic|island)?\s*flaps?",
        r"adjacent\s+tissue\s+transfer",
    ),
    "skin_graft": _words(r"(?:skin\s+|(?:full|split)[-\s]thickness\s+)*grafts?(?:ed)?"),
    "skin_tag_removal": _words(
        r"(?:skin\s+)?tags?\s+(?:\w+\s+){0,4}?(?:removed|snipped|excised|treated)",
        r"(?:removed|snipped|removal\s+of)\s+(?:\w+\s+){0,4}?(?:skin\s+)?tags?", r"snip\s+\w+",
    ),
    "intralesional_injection": _words(
        r"intralesional\w*", r"(?:kenalog|triamcinolone|bleomycin)\s+(?:\w+\s+){0,3}?inject\w+",
        r"inject\w+\s+(?:\w+\s+){0,4}?(?:kenalog|triamcinolone|bleomycin)", r"\bilk\b",
    ),
    "incision_drainage": _words(
        r"incision\s+and\s+drainage", r"i\s?&\s?d", r"incised\s+and\s+drained", r"drained"
    ),
    "phototherapy": _words(
        r"phototherapy", r"narrow\s?band", r"nb-?\s?uvb", r"uvb", r"puva", r"uva", r"excimer",
        r"goeckerman", r"light\s+(?:treatment|therapy)",
    ),
    "photodynamic_therapy": _words(r"photodynamic", r"pdt", r"blue\s+light", r"aminolevulinic\w*"),
    "patch_test": _words(r"patch\s+test\w*", r"patches\s+(?:applied|placed)"),
    "drug_administration": _words(
        r"inject(?:ed|ion)(?!\s+of\s+lidocaine)", r"administered", r"infus(?:ed|ion)",
        r"given\s+\w+", r"subcutaneous\w*", r"intramuscular\w*",
    ),
    "nail": _words(
        r"avuls\w+", r"matrixectom\w+", r"nails?\s+(?:\w+\s+)?(?:debrid\w+|biops\w+|removal)",
        r"debrid\w+\s+(?:of\s+)?(?:\w+\s+)?nails?",
    ),
    "cosmetic": _words(
        r"fillers?", r"botox", r"botulinum\w*", r"hyaluronic", r"chemical\s+peel", r"sclerotherapy",
        r"dermabrasion", r"laser", r"cosmetic\s+\w+",
    ),
}  # fmt: skip

_DECLINED = re.compile(r"\b(?:declin\w+|refus\w+|deferred|not\s+(?:done|performed))\b", re.I)
_PLANNED = re.compile(
    r"\b(?:will|plan(?:s|ned)?|to\s+be|schedul\w+|recommend\w*|advis\w+|consider\w*|offer\w*|"
    r"discuss\w*|options?|propos\w+|referr?\w*|return\s+for|next\s+visit|if|decision\s+for)\b",
    re.IGNORECASE,
)
_BEFORE = re.compile(
    r"\b(?:s/p|status\s+post|history\s+of|h/o|previous(?:ly)?|prior|earlier|in\s+(?:19|20)\d\d)\b"
    r"|\b(?:biopsy|excision|mohs)\s+(?:of|on|in|from)\s+(?:19|20)\d\d|\bago\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Mention:
    """A procedure the note names, with what it says of it."""

    kind: str
    standing: Standing
    start: int
    end: int
    statement: Statement


def mentions(statements: tuple[Statement, ...]) -> tuple[Mention, ...]:
    """Every procedure the note names, in order."""
    found = [each for statement in statements for each in _in_statement(statement)]
    return tuple(sorted(found, key=lambda each: (each.start, each.end)))


def _in_statement(statement: Statement) -> Iterator[Mention]:
    for clause in clauses(statement.text):
        tense = _Tense.of(clause.text)
        for kind, pattern in LEXICON.items():
            for word in pattern.finditer(statement.text, clause.start, clause.end):
                standing = _standing(statement, tense, clause.status(word.start(), word.end()))
                start = statement.start + word.start()
                yield Mention(kind, standing, start, statement.start + word.end(), statement)


@dataclass(frozen=True, slots=True)
class _Tense:
    """What a clause's own words say of all it mentions, read once."""

    past: bool
    declined: bool
    planned: bool

    @staticmethod
    def of(clause: str) -> "_Tense":
        return _Tense(*(bool(pattern.search(clause)) for pattern in (_BEFORE, _DECLINED, _PLANNED)))


def _standing(statement: Statement, tense: _Tense, status: Status) -> Standing:
    if statement.section == "history" or tense.past or status is Status.FAMILY:
        return "past"
    if tense.declined or status is Status.DENIED:
        return "declined"
    if statement.section == "procedure":
        return "done"
    if statement.section == "plan" or tense.planned or status is Status.HYPOTHETICAL:
        return "planned"
    return "done"
