"""Readers of the official files of CMS: ZIP as downloaded or the bare member.

`read` says which files are inside and of which release; their rows come in batches.
"""

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from services.coding.domain.official import Batch, Published
from services.coding.domain.releases import Release
from services.coding.official.add_ons import ADD_ON_EDITS
from services.coding.official.diagnoses import ORDER_FILE
from services.coding.official.hcpcs import LEVEL_II
from services.coding.official.localities import COST_INDICES
from services.coding.official.member import Member, members_of
from services.coding.official.pairs import PAIR_EDITS
from services.coding.official.reader import Named, Reader, decoded
from services.coding.official.relative_values import QUALIFYING, VALUES, is_qualifying
from services.coding.official.unit_limits import UNIT_EDITS
from shared.kernel.refused import Refused

READERS: Sequence[Reader] = (
    PAIR_EDITS,
    UNIT_EDITS,
    ADD_ON_EDITS,
    VALUES,
    COST_INDICES,
    LEVEL_II,
    ORDER_FILE,
)


@dataclass(frozen=True, slots=True)
class Said:
    """What the person who imports says of the release, over what names and titles say."""

    release: str | None = None
    effective_from: date | None = None
    effective_to: date | None = None


@dataclass(frozen=True, slots=True)
class OfficialFile:
    """One text and the release it is of."""

    published: Published
    member: Member
    reader: Reader

    def batches(self) -> Generator[tuple[Batch, float], None, None]:
        """Its rows in batches, each with the share of the file that is read, 0 to 1."""
        with self.member.open() as stream:
            for batch in self.reader.batches(stream):
                yield batch, min(stream.tell() / max(self.member.size, 1), 1.0)


def read(path: Path, file_name: str, said: Said) -> list[OfficialFile]:
    """The official files inside a file.

    Raises:
        Refused: it is damaged, none of its texts is an official file, or the release is not named.
    """
    members = members_of(path, file_name)
    known = [(member, reader) for member in members if (reader := _reader_of(member)) is not None]
    found = []
    for member, reader in known:
        # days given for a whole quarter's ZIP are those of its values, not of the year's indices
        meant = said if len(known) == 1 or reader in (VALUES, QUALIFYING) else Said()
        found.append(OfficialFile(_published(member, reader, meant), member, reader))
    if not found:
        kinds = ", ".join(reader.says for reader in READERS)
        names = ", ".join(member.name for member in members[:5])
        raise Refused("columns-unknown", f"{names}: the columns are those of none of: {kinds}")
    if len(found) > 1 and said.release is not None:
        raise Refused("several-files", "the file holds several tables: one name is not for all")
    return found


def _reader_of(member: Member) -> Reader | None:
    head = decoded(member.head)
    reader = next((each for each in READERS if each.recognizes(head)), None)
    return QUALIFYING if reader is VALUES and is_qualifying(member.name) else reader


def _published(member: Member, reader: Reader, said: Said) -> Published:
    named = _as_said(reader.named(member.names, decoded(member.head)), said, member.name)
    release = Release(reader.table, named.name, named.since, named.until, official=True)
    return Published(release, named.part, named.parts, member.name, member.content_hash())


def _as_said(named: Named | None, said: Said, file_name: str) -> Named:
    """A release that begins on another day than its name says stands beside the one of the name."""
    if named is None:
        if said.release is None or said.effective_from is None:
            raise Refused(
                "release-unknown",
                f"{file_name} does not say which release it is: give release and effective_from",
            )
        named = Named(said.release, said.effective_from, said.effective_to)
    since = said.effective_from or named.since
    until = said.effective_to or named.until
    if until is not None and until < since:
        raise Refused("days-reversed", "the last day of the release is before its first")
    name = said.release or (named.name if since == named.since else f"{named.name} from {since}")
    return Named(name, since, until, named.part, named.parts)
