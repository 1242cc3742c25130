"""The SFTP door: a file is taken when it is whole, once, from whoever has the key."""

import asyncssh
import pytest

from deploy.simulators.clearinghouse import sftp
from deploy.simulators.clearinghouse.house import House
from deploy.simulators.tests.files import claim, file_837, line, segments


@pytest.fixture
async def door(world, tmp_path):
    house = House(world.store, payment_days=5)
    server = await sftp.serve(
        tmp_path / "files", world.store, house, world.clock.now,
        host="127.0.0.1", port=0, username="practice", password=world.key,
    )  # fmt: skip
    async with server:
        yield server.sockets[0].getsockname()[1], (tmp_path / "sftp_host_key.pub").read_text()


def session(door, password):
    port, host_key = door
    pinned = asyncssh.import_public_key(host_key)
    return asyncssh.connect(
        "127.0.0.1", port, username="practice", password=password,
        known_hosts=([pinned], [], []), client_keys=None, agent_path=None, config=None,
    )  # fmt: skip


async def put(client, name, raw):
    async with client.open(f"inbound/{name}.part", "wb") as remote:
        await remote.write(raw)
    await client.rename(f"inbound/{name}.part", f"inbound/{name}.edi")


async def test_a_file_is_taken_when_it_is_renamed_and_answered_as_a_posted_one(world, door):
    raw = file_837([claim("C-1", [line("17000", "90")])])
    async with session(door, world.key) as connection, connection.start_sftp_client() as client:
        async with client.open("inbound/B1.part", "wb") as remote:
            await remote.write(raw)
        assert await world.claims() == []
        await client.rename("inbound/B1.part", "inbound/B1.edi")
        assert [each["claim_id"] for each in await world.claims()] == ["C-1"]
        await put(client, "B2", b"no interchange")
        assert await client.exists("refused/B2.edi")
    heard = await world.pass_time(hours=3)
    assert segments(heard[0], "AK9")[0][1] == "A"


async def test_a_wrong_password_opens_nothing(world, door):
    with pytest.raises(asyncssh.PermissionDenied):
        async with session(door, "guess"):
            pass


@pytest.mark.parametrize(
    ("kind", "numbers", "statuses"), [("split", 2, "11"), ("reverse", 1, "1221")]
)
async def test_a_payment_is_split_or_taken_back_on_request_and_still_balances(
    world, kind, numbers, statuses
):
    await world.behave({"kind": kind}, claim_id="C-1")
    raw = file_837([claim("C-1", [line("17000", "90"), line("11102", "150")])])
    assert (await world.send(raw)).status_code == 202
    heard = await world.pass_time(days=14)
    (paid,) = [each for each in heard if b"*835*" in each]
    claims = segments(paid, "CLP")
    assert "".join(each[2] for each in claims) == statuses
    assert len({each[7] for each in claims}) == numbers
    assert sum(float(each[4]) for each in claims) == float(segments(paid, "BPR")[0][2])
