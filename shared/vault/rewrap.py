"""Wraps every data key by the current master key, so that the old master key can go.

`DATABASE_URL=postgresql://owner… python -m shared.vault.rewrap`, with `<SERVICE>_VAULT_KEYS` of
every service concerned in the environment, while the services run: what is sealed does not change,
and a data key is the same under either master key.
"""

import asyncio
import os
import re
import sys
from collections.abc import Mapping

from sqlalchemy import MetaData, select, text, update
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

from shared.vault.keyring import Keyring, Unreadable
from shared.vault.vault import data_key_context, vault_table

_VARIABLE = re.compile(r"([A-Z]+)_VAULT_KEYS")


async def rewrap(connection: AsyncConnection, schema: str, keyring: Keyring) -> tuple[int, int]:
    """(data keys of the schema, those now wrapped anew), in the transaction of this connection.

    connection: of the owner of the schema's tables. All or nothing: one key that does not open
    leaves every key as it was.

    Raises:
        Unreadable: a key was wrapped by a master key that is not in the keyring.
    """
    keys = vault_table(MetaData(schema=schema))
    # Forced row-level security binds the owner too, and no policy serves it. The lock this takes
    # ends with the transaction; no service sees the table without its protection.
    await connection.execute(text(f"alter table {keys.fullname} no force row level security"))
    rows = (await connection.execute(select(keys))).all()
    old = [row for row in rows if row.master_key_id != keyring.current]
    for row in old:
        context = data_key_context(row.practice_id)
        data_key = keyring.unwrap(row.master_key_id, row.wrapped, context)
        await connection.execute(
            update(keys)
            .where(keys.c.practice_id == row.practice_id)
            .values(master_key_id=keyring.current, wrapped=keyring.wrap(data_key, context))
        )
    await connection.execute(text(f"alter table {keys.fullname} force row level security"))
    return len(rows), len(old)


def keyrings(environment: Mapping[str, str]) -> dict[str, Keyring]:
    """The keyring of every service that the environment names, by its schema.

    Raises:
        ValueError: one cannot be read.
    """
    return {
        named[1].lower(): Keyring.parse(value)
        for name, value in sorted(environment.items())
        if (named := _VARIABLE.fullmatch(name)) and value
    }


async def _rewrap_all(owner_url: str, by_service: Mapping[str, Keyring]) -> None:
    url = make_url(owner_url).set(drivername="postgresql+asyncpg")
    engine = create_async_engine(url, poolclass=NullPool)
    try:
        for service, keyring in by_service.items():
            async with engine.begin() as connection:
                found, changed = await rewrap(connection, service, keyring)
            told = f"{service}: {found} data keys under {keyring.current}, {changed} of them newly"
            sys.stdout.write(told + "\n")
    finally:
        await engine.dispose()


def main() -> int:
    """0 once every key of every service is under its current master key."""
    owner_url = os.environ.get("DATABASE_URL")
    try:
        by_service = keyrings(os.environ)
        if not owner_url or not by_service:
            raise ValueError("DATABASE_URL (the owner's) and <SERVICE>_VAULT_KEYS are needed")
        asyncio.run(_rewrap_all(owner_url, by_service))
    except (ValueError, Unreadable) as error:
        sys.stderr.write(f"not every key is wrapped anew: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
