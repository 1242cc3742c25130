"""A practice's data key is made once, kept wrapped, and follows the master key when it changes."""

import pytest

from shared.vault import Keyring, Unreadable, Vault
from shared.vault.keyring import new_key


async def test_a_key_per_practice_survives_a_restart(sample, keyring, execute):
    database = sample.state.parts.database
    sealed = (await Vault(keyring, database.transaction).practice("alpha")).seal("note", b"clear")
    again = Vault(keyring, database.transaction)
    assert (await again.practice("alpha")).open("note", sealed) == b"clear"
    with pytest.raises(Unreadable):
        (await again.practice("beta")).open("note", sealed)
    assert len(await execute("select 1 from vault_key")) == 1, "another practice's is not seen"


async def test_a_new_master_key_takes_over_while_the_old_one_is_held(sample, keyring, execute):
    database = sample.state.parts.database
    sealed = (await Vault(keyring, database.transaction).practice("alpha")).seal("note", b"clear")
    rotated = Keyring("k2", {"k2": new_key(), **keyring.keys})
    rotating = await Vault(rotated, database.transaction).practice("alpha")
    assert rotating.open("note", sealed) == b"clear"
    assert [row.master_key_id for row in await execute("select * from vault_key")] == ["k2"]
    only_new = Keyring("k2", {"k2": rotated.keys["k2"]})
    afterwards = await Vault(only_new, database.transaction).practice("alpha")
    assert afterwards.open("note", sealed) == b"clear"
    with pytest.raises(Unreadable):
        await Vault(keyring, database.transaction).practice("alpha")
