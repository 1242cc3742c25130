"""Three services of no business for tests of the bus: a mouth says, a wall echoes, an ear notes.

What a word does is in the word: `permanent`, `bug`, `later:<kind>`, `needs:<word>` (`on_said`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import ClassVar
from uuid import UUID

from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import BigInteger, Column, Connection, Identity, MetaData, Table, Text
from sqlalchemy.dialects.postgresql import UUID as UUID_COLUMN
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

from shared.bus.errors import NotYet, Permanent, Transient
from shared.bus.stage import (
    Answered,
    Asked,
    Change,
    Decision,
    Due,
    Handlers,
    Heard,
    Input,
    Outbound,
    Stage,
)
from shared.bus.tables import create_bus_tables
from shared.contracts.event import Event
from shared.db import Database
from shared.db.migrations import protect, provision
from shared.kernel.refused import Refused

MOUTH, WALL, EAR = "toy_mouth", "toy_wall", "toy_ear"
PASSWORD = "toy"  # noqa: S105 - of databases that a test throws away


class Said(Event):
    topic: ClassVar[str] = "dermis.toy_said.v1"
    owner: ClassVar[str] = MOUTH
    consumers: ClassVar[tuple[str, ...]] = (WALL,)

    word: str


class Echoed(Event):
    topic: ClassVar[str] = "dermis.toy_echoed.v1"
    owner: ClassVar[str] = WALL
    consumers: ClassVar[tuple[str, ...]] = (EAR,)

    word: str


@dataclass(frozen=True, slots=True)
class Say:
    """The command to the mouth."""

    word: str


@dataclass(frozen=True, slots=True)
class Case:
    """What a toy service keeps of a case: the words, in the order it took them."""

    case_id: UUID
    practice_id: str
    words: tuple[str, ...] = ()

    def with_word(self, word: str) -> "Case":
        return replace(self, words=(*self.words, word))


def on_say(case: Case, asked: Asked[Say], now: datetime, _: None) -> Decision[Case]:
    word = asked.data.word
    if word == "refused":
        raise Refused("word-refused", "this word is not said", "/word")
    said = Said(case_id=case.case_id, practice_id=case.practice_id, occurred_at=now, word=word)
    return Decision(case.with_word(word), emit=[said], answer=len(case.words) + 1)


def on_said(case: Case, heard: Heard[Said], now: datetime, _: None) -> Decision[Case]:
    """Echo the word, or do what it asks for."""
    word = heard.data.word
    what, object_ = word.partition(":")[::2]
    if what == "permanent" and "pardon" not in case.words:
        raise Permanent("never")
    if what == "transient" and "pardon" not in case.words:
        raise Transient("not at the moment")
    if what == "bug" and "pardon" not in case.words:
        raise KeyError("Jane Doe")
    if what == "needs" and object_ not in case.words:
        raise NotYet(f"word:{object_}")
    after = case.with_word("\x00" if what == "unwritable" else word)
    if what == "later":
        due = {f"echo_later:{object_}": now + timedelta(hours=1)}
        return Decision(after, timers=due)
    if what == "never":
        return Decision(after, timers={f"echo_later:{object_}": None})
    if what == "call":
        return Decision(
            after, send=[Outbound("toy_call", f"{case.case_id}-{object_}", {"w": word})]
        )
    return Decision(after, emit=[_echo(after, word, now)], met=[f"word:{word}"])


def on_echo_later(case: Case, due: Due, now: datetime, _: None) -> Decision[Case]:
    word = due.kind.partition(":")[2]
    if word == "bug" and "pardon" not in case.words:
        raise KeyError("Jane Doe")
    return Decision(case.with_word(f"due {word}"), emit=[_echo(case, f"late {word}", now)])


def on_waited(case: Case, due: Due, now: datetime, _: None) -> Decision[Case]:
    return Decision(case.with_word(f"overdue {due.kind.rpartition(':')[2]}"))


def on_answered(case: Case, asked: Asked[Answered], now: datetime, _: None) -> Decision[Case]:
    answer = asked.data
    word = f"answered {answer.status} {answer.response.get('says')}"
    return Decision(case.with_word(word), emit=[_echo(case, word, now)])


def on_echoed(case: Case, heard: Heard[Echoed], now: datetime, _: None) -> Decision[Case]:
    return Decision(case.with_word(heard.data.word))


def _echo(case: Case, word: str, now: datetime) -> Echoed:
    return Echoed(case_id=case.case_id, practice_id=case.practice_id, occurred_at=now, word=word)


async def _nothing(_: AsyncConnection, __: Sequence[tuple[UUID, Input]]) -> None:
    return None


_METADATA = MetaData()
EFFECTS = Table(
    "effects",
    _METADATA,
    Column("seq", BigInteger, Identity(always=True)),
    Column("case_id", UUID_COLUMN(as_uuid=True)),
    Column("practice_id", Text),
    Column("word", Text),
)
"""What a toy service did, word by word: without unique keys, so that doing it twice shows."""


async def _note_effects(connection: AsyncConnection, changes: Sequence[Change[Case]]) -> None:
    rows = [
        {"case_id": change.case_id, "practice_id": change.practice_id, "word": word}
        for change in changes
        for word in change.after.words[len(change.before.words) :]
    ]
    if any(row["word"] == "unsaved" for row in rows):
        raise LookupError("Jane Doe")
    await connection.execute(EFFECTS.insert(), rows)


HANDLERS: dict[str, Handlers[Case, None]] = {
    MOUTH: {Say: on_say},
    WALL: {
        Said: on_said,
        Answered: on_answered,
        "echo_later": on_echo_later,
        "waiting": on_waited,
    },
    EAR: {Echoed: on_echoed},
}


def stage(name: str) -> Stage[Case, None]:
    """One of the three."""
    return Stage(name, Case, Case, HANDLERS[name], _nothing, _note_effects)


async def make_database(owner_url: str, name: str) -> Database:
    """The schema of one of the three in the database of this url, and the way in by its roles."""
    await provision(owner_url, name, PASSWORD, PASSWORD)
    url = make_url(owner_url)
    owner = create_async_engine(url.set(drivername="postgresql+asyncpg"), poolclass=NullPool)
    async with owner.begin() as connection:
        await connection.run_sync(_create_tables, name)
    await owner.dispose()
    return open_database(owner_url, name)


def open_database(owner_url: str, name: str) -> Database:
    """The way into a schema that `make_database` made."""
    url = make_url(owner_url).set(password=PASSWORD)
    service, relay = (
        url.set(username=role).render_as_string(hide_password=False)
        for role in (f"dermis_{name}", f"dermis_{name}_relay")
    )
    return Database(service, relay, name)


def _create_tables(connection: Connection, schema: str) -> None:
    op = Operations(MigrationContext.configure(connection))
    create_bus_tables(op, schema)
    EFFECTS.to_metadata(MetaData(), schema=schema).create(connection)
    protect(op, schema, EFFECTS.name)
