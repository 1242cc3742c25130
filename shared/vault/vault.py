"""A data key per practice, wrapped by a master key and kept in the service's `vault_key` table."""

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager

from sqlalchemy import Column, DateTime, LargeBinary, MetaData, Table, Text, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.vault.keyring import Keyring, new_key
from shared.vault.sealing import Sealer

Transaction = Callable[[Sequence[str]], AbstractAsyncContextManager[AsyncConnection]]


def vault_table(metadata: MetaData) -> Table:
    """Wrapped data keys; `created_at` is wall time."""
    return Table(
        "vault_key",
        metadata,
        Column("practice_id", Text, primary_key=True),
        Column("master_key_id", Text, nullable=False),
        Column("wrapped", LargeBinary, nullable=False),
        Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    )


_KEYS = vault_table(MetaData())


def data_key_context(practice_id: str) -> str:
    """What a wrapped data key is bound to: it unwraps for no other practice."""
    return f"{practice_id}|data-key"


class Vault:
    """Hands out the sealer of a practice; keys are read once and kept in memory.

    transaction: `Database.transaction`, opened for that practice alone.
    """

    def __init__(self, keyring: Keyring, transaction: Transaction) -> None:
        self._keyring = keyring
        self._transaction = transaction
        self._sealers: dict[str, Sealer] = {}

    async def practice(self, practice_id: str) -> Sealer:
        """The sealer of the practice; its key is made at the first call.

        Raises:
            Unreadable: the stored key was wrapped by a master key that is not in the keyring.
        """
        if practice_id not in self._sealers:
            async with self._transaction([practice_id]) as connection:
                self._sealers[practice_id] = Sealer(
                    practice_id, await self._data_key(connection, practice_id)
                )
        return self._sealers[practice_id]

    async def _data_key(self, connection: AsyncConnection, practice_id: str) -> bytes:
        """The practice's key, made where absent, wrapped anew where an old master key did it."""
        context = data_key_context(practice_id)
        await connection.execute(
            insert(_KEYS)
            .values(
                practice_id=practice_id,
                master_key_id=self._keyring.current,
                wrapped=self._keyring.wrap(new_key(), context),
            )
            .on_conflict_do_nothing()
        )
        # Another process may have been first: what stands in the table counts.
        row = (
            await connection.execute(
                select(_KEYS.c.master_key_id, _KEYS.c.wrapped)
                .where(_KEYS.c.practice_id == practice_id)
                .with_for_update()
            )
        ).one()
        data_key = self._keyring.unwrap(row.master_key_id, row.wrapped, context)
        if row.master_key_id != self._keyring.current:
            await connection.execute(
                update(_KEYS)
                .where(_KEYS.c.practice_id == practice_id)
                .values(
                    master_key_id=self._keyring.current,
                    wrapped=self._keyring.wrap(data_key, context),
                )
            )
        return data_key
