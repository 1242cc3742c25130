"""What the clearinghouse keeps, in one SQLite file, so that a restart forgets nothing."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from pydantic import TypeAdapter

from deploy.simulators.clearinghouse.adjudicate import Settled
from deploy.simulators.clearinghouse.behaviours import Behaviour
from deploy.simulators.clearinghouse.claim import Claim
from deploy.simulators.clearinghouse.remittance import ProviderAdjustment

_SCHEMA = """
create table if not exists file (
  isa13 text, sender text, idempotency_key text unique, sha256 text, raw blob, received_at text,
  status text
);
create table if not exists claim (
  id integer primary key, isa13 text, sender text, claim_id text, payer_id text, member_id text,
  state text, payer_control_number text, document text, received_at text, pay_due text, settled text
);
create index if not exists claim_number on claim (payer_control_number);
create index if not exists claim_due on claim (pay_due) where pay_due is not null;
create table if not exists answer (
  id integer primary key, kind text, subject text, due_at text, raw blob, message_id text,
  attempts integer default 0, delivered integer default 0
);
create index if not exists answer_due on answer (due_at) where not delivered;
create table if not exists behaviour (id integer primary key, document text, used integer);
create table if not exists provider_adjustment (
  id integer primary key, payer_id text, reason text, reference text, amount text
);
create table if not exists counter (name text primary key, value integer);
"""

_CLAIM_COLUMNS = "id, isa13, sender, document, state, payer_control_number, received_at, settled"
_ANSWER_COLUMNS = "id, kind, subject, due_at, raw, message_id, attempts, delivered"
_CLAIM: TypeAdapter[Claim] = TypeAdapter(Claim)
_SETTLED: TypeAdapter[Settled] = TypeAdapter(Settled)


@dataclass(frozen=True, slots=True)
class KeptFile:
    """One file as it came."""

    isa13: str
    sha256: str
    received_at: str
    status: str


@dataclass(frozen=True, slots=True)
class KeptClaim:
    """One claim with what became of it."""

    id: int
    isa13: str
    sender: str
    claim: Claim
    state: str
    payer_control_number: str
    received_at: str
    settled: Settled | None


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """One file to hand over, or handed over."""

    id: int
    kind: str
    subject: str
    due_at: str
    raw: bytes
    message_id: str
    attempts: int
    delivered: int


class Store:
    """One connection; every method is one or a few statements."""

    def __init__(self, path: str) -> None:
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._db.execute("pragma journal_mode = wal")
        self._db.execute("pragma synchronous = off")
        self._db.executescript(_SCHEMA)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing of what is written inside."""
        self._db.execute("begin immediate")
        try:
            yield
        except BaseException:
            self._db.execute("rollback")
            raise
        self._db.execute("commit")

    def next(self, name: str) -> int:
        """The next number of a counter, from 1."""
        row = self._db.execute(
            "insert into counter values (?, 1) on conflict (name) do update set value = value + 1"
            " returning value",
            (name,),
        ).fetchone()
        return int(row[0])

    # files

    def add_file(self, file: KeptFile, sender: str, key: str, raw: bytes) -> None:
        self._db.execute(
            "insert into file values (?, ?, ?, ?, ?, ?, ?)",
            (file.isa13, sender, key, file.sha256, raw, file.received_at, file.status),
        )

    def file_by_key(self, key: str) -> KeptFile | None:
        rows = self._files("where idempotency_key = ?", key)
        return rows[0] if rows else None

    def file(self, isa13: str) -> KeptFile | None:
        rows = self._files("where isa13 = ? order by rowid", isa13)
        return rows[0] if rows else None

    def files(self) -> list[KeptFile]:
        return self._files("order by rowid")

    def raw(self, isa13: str) -> bytes | None:
        row = self._db.execute(
            "select raw from file where isa13 = ? order by rowid", (isa13,)
        ).fetchone()
        return None if row is None else bytes(row[0])

    def _files(self, where: str, *values: str) -> list[KeptFile]:
        rows = self._db.execute(
            f"select isa13, sha256, received_at, status from file {where}",  # noqa: S608 - own text
            values,
        )
        return [KeptFile(*row) for row in rows]

    # claims

    def add_claim(
        self,
        isa13: str,
        sender: str,
        claim: Claim,
        state: str,
        number: str,
        at: datetime,
        due: datetime | None,
    ) -> None:
        self._db.execute(
            "insert into claim (isa13, sender, claim_id, payer_id, member_id, state,"
            " payer_control_number, document, received_at, pay_due)"
            " values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                isa13, sender, claim.claim_id, claim.payer_id, claim.member_id, state, number,
                _CLAIM.dump_json(claim).decode(), _text(at), due and _text(due),
            ),
        )  # fmt: skip

    def claims(self, claim_id: str | None = None) -> list[KeptClaim]:
        if claim_id is None:
            return self._claims("order by id")
        return self._claims("where claim_id = ? order by id", claim_id)

    def claim_by_number(self, payer_id: str, number: str) -> KeptClaim | None:
        rows = self._claims(
            "where payer_control_number = ? and payer_id = ? order by id desc", number, payer_id
        )
        return rows[0] if rows else None

    def claims_of_member(self, payer_id: str, member_id: str) -> list[KeptClaim]:
        return self._claims("where payer_id = ? and member_id = ?", payer_id, member_id)

    def due_claims(self, now: datetime) -> list[KeptClaim]:
        return self._claims("where pay_due <= ? order by payer_id, id", _text(now))

    def bring_forward(self, now: datetime, claim_id: str | None) -> int:
        """Make the payment of one claim, or of all accepted ones, due now; how many."""
        changed = self._db.execute(
            "update claim set pay_due = ?"
            " where state = 'accepted' and claim_id = coalesce(?, claim_id)",
            (_text(now), claim_id),
        )
        return changed.rowcount

    def move(self, kept: KeptClaim, state: str, settled: Settled | None = None) -> None:
        """Another state; nothing more is due for the claim."""
        document = None if settled is None else _SETTLED.dump_json(settled).decode()
        self._db.execute(
            "update claim set state = ?, pay_due = null, settled = coalesce(?, settled)"
            " where id = ?",
            (state, document, kept.id),
        )

    def _claims(self, where: str, *values: str) -> list[KeptClaim]:
        rows = self._db.execute(
            f"select {_CLAIM_COLUMNS} from claim {where}",  # noqa: S608 - own text
            values,
        )
        return [
            KeptClaim(
                id=row[0],
                isa13=row[1],
                sender=row[2],
                claim=_CLAIM.validate_json(row[3]),
                state=row[4],
                payer_control_number=row[5],
                received_at=row[6],
                settled=None if row[7] is None else _SETTLED.validate_json(row[7]),
            )
            for row in rows
        ]

    # answers

    def add_answer(self, kind: str, subject: str, due: datetime, raw: bytes, message: str) -> None:
        self._db.execute(
            "insert into answer (kind, subject, due_at, raw, message_id) values (?, ?, ?, ?, ?)",
            (kind, subject, _text(due), raw, message),
        )

    def due_answers(self, now: datetime) -> list[KeptAnswer]:
        return self._answers("where not delivered and due_at <= ? order by due_at, id", _text(now))

    def answers(self) -> list[KeptAnswer]:
        return self._answers("order by id")

    def tried(self, answer: KeptAnswer, *, delivered: bool) -> None:
        self._db.execute(
            "update answer set attempts = attempts + 1, delivered = ? where id = ?",
            (delivered, answer.id),
        )

    def _answers(self, where: str, *values: str) -> list[KeptAnswer]:
        rows = self._db.execute(
            f"select {_ANSWER_COLUMNS} from answer {where}",  # noqa: S608 - own text
            values,
        )
        return [KeptAnswer(*row) for row in rows]

    # misbehaviour and the provider level

    def add_behaviour(self, behaviour: Behaviour) -> int:
        row = self._db.execute(
            "insert into behaviour (document, used) values (?, 0) returning id",
            (behaviour.model_dump_json(),),
        ).fetchone()
        return int(row[0])

    def behaviours(self) -> Sequence[tuple[int, Behaviour, int]]:
        rows = self._db.execute("select id, document, used from behaviour order by id")
        return [(row[0], Behaviour.model_validate_json(row[1]), row[2]) for row in rows]

    def used(self, behaviour_id: int) -> None:
        self._db.execute("update behaviour set used = used + 1 where id = ?", (behaviour_id,))

    def clear_behaviours(self) -> None:
        self._db.execute("delete from behaviour")

    def add_adjustment(self, payer_id: str, one: ProviderAdjustment) -> None:
        self._db.execute(
            "insert into provider_adjustment (payer_id, reason, reference, amount)"
            " values (?, ?, ?, ?)",
            (payer_id, one.reason, one.reference, str(one.amount)),
        )

    def take_adjustments(self, payer_id: str) -> list[ProviderAdjustment]:
        """What waits for the payer's next 835, and waits no more."""
        rows = self._db.execute(
            "delete from provider_adjustment where payer_id = ?"
            " returning reason, reference, amount",
            (payer_id,),
        ).fetchall()
        return [ProviderAdjustment(row[0], row[1], Decimal(row[2])) for row in rows]


def _text(at: datetime) -> str:
    """Instants as text of one width, so that they compare as they follow."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")
