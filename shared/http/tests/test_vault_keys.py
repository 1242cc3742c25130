"""A practice's data key is made once, kept wrapped, and follows the master key when it changes."""

from urllib.parse import urlsplit, urlunsplit

import pytest
from sqlalchemy.ext.asyncio import create_async_engine

from shared.vault import Keyring, Unreadable, Vault
from shared.vault.keyring import new_key
from shared.vault.rewrap import keyrings, rewrap


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


@pytest.fixture
def owner_engine(postgres_url, sample_urls):
    """The owner in the sample's database."""
    path = urlsplit(sample_urls[0]).path
    url = urlsplit(postgres_url)._replace(scheme="postgresql+asyncpg", path=path)
    return create_async_engine(urlunsplit(url))


async def test_every_key_is_wrapped_anew_while_services_run(sample, keyring, execute, owner_engine):
    database = sample.state.parts.database
    running = Vault(keyring, database.transaction)
    sealed = {
        practice: (await running.practice(practice)).seal("note", b"clear")
        for practice in ("alpha", "beta")
    }
    rotated = Keyring("k2", {"k2": new_key(), **keyring.keys})
    for changed in (2, 0):
        async with owner_engine.begin() as connection:
            assert await rewrap(connection, "sample", rotated) == (2, changed)
    # What runs goes on; what starts needs the new key alone.
    assert (await running.practice("alpha")).open("note", sealed["alpha"]) == b"clear"
    only_new = Vault(Keyring("k2", {"k2": rotated.keys["k2"]}), database.transaction)
    for practice, value in sealed.items():
        assert (await only_new.practice(practice)).open("note", value) == b"clear"
    assert len(await execute("select 1 from vault_key")) == 1, "protected as before"
    await owner_engine.dispose()


async def test_a_key_that_does_not_open_leaves_all_as_they_were(
    sample, keyring, execute, owner_engine
):
    database = sample.state.parts.database
    await Vault(keyring, database.transaction).practice("alpha")
    stranger = Keyring("k3", {"k3": new_key()})
    with pytest.raises(Unreadable):
        async with owner_engine.begin() as connection:
            await rewrap(connection, "sample", stranger)
    assert [row.master_key_id for row in await execute("select * from vault_key")] == ["k1"]
    forced = "select relforcerowsecurity from pg_class where oid = 'vault_key'::regclass"
    assert [row[0] for row in await execute(forced)] == [True]
    await owner_engine.dispose()


def test_the_environment_names_the_services_with_keys():
    key = "a:" + "A" * 43 + "="
    found = keyrings({"PATHOLOGY_VAULT_KEYS": key, "SUBMISSION_VAULT_KEYS": "", "PATH": "x"})
    assert set(found) == {"pathology"}
    assert found["pathology"].current == "a"
