"""Ways to partners: an SFTP drop with its pinned key, health, and what moves when one is closed."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import asyncssh
import pytest
import pytest_asyncio
from sqlalchemy import text

from services.submission.domain.route import Drop, Due, Health, Known, choose, route_for
from services.submission.tests.conftest import Service
from services.submission.tests.support import BENIGN, PRACTICE, answer_999, coded
from services.submission.tests.test_filing import make_due
from shared.kernel.ids import new_id

DROP = Drop("sftp", "h", 22, "u", "k", "inbound", "HOUSE", "House", "clearinghouse")
AT = datetime(2026, 3, 16, tzinfo=UTC)
WELL, CLOSED, SILENT = Health(), Health(closed_at=AT), Health(silent=True)


@pytest.mark.parametrize(
    ("wanted", "of_drop", "of_house", "taken"),
    [
        ("lake", WELL, WELL, "lake"),
        ("lake", CLOSED, WELL, "clearinghouse"),
        ("lake", SILENT, WELL, "clearinghouse"),
        ("lake", Health(failures=3), WELL, "clearinghouse"),
        ("lake", Health(failures=2), WELL, "lake"),
        ("lake", SILENT, SILENT, "lake"),
        ("lake", CLOSED, CLOSED, None),
        ("clearinghouse", WELL, CLOSED, "lake"),
        ("clearinghouse", WELL, WELL, "clearinghouse"),
        ("nowhere", WELL, WELL, None),
    ],
)
def test_a_claim_takes_its_payers_route_or_the_healthy_one_beside_it(
    wanted: str, of_drop: Health, of_house: Health, taken: str | None
):
    routes = {
        "lake": Known("lake", DROP, of_drop),
        "clearinghouse": Known("clearinghouse", None, of_house),
    }
    found = route_for(wanted, routes)
    assert (found.name if found else None) == taken


def test_a_file_begins_with_the_claim_that_has_the_fewest_days_left():
    routes = {
        "lake": Known("lake", DROP, WELL),
        "clearinghouse": Known("clearinghouse", None, WELL),
    }
    due = [
        Due(new_id(), "C-1", 1, "clearinghouse", date(2026, 9, 1)),
        Due(new_id(), "C-2", 1, "lake", date(2026, 5, 1)),
        Due(new_id(), "C-3", 1, "lake", date(2026, 4, 1)),
        Due(new_id(), "C-4", 1, "nowhere", date(2026, 4, 1)),
    ]
    chosen = choose(due, routes)
    assert chosen.route == routes["lake"]
    assert [each.claim_id for each in chosen.due] == ["C-3", "C-2"]
    assert [each.claim_id for each in chosen.lost] == ["C-4"]


@dataclass
class Partner:
    """An SFTP server of a partner; `gone`: it refuses everybody."""

    folder: Path
    port: int
    host_key: str
    gone: bool = False

    def files(self) -> dict[str, bytes]:
        return {each.name: each.read_bytes() for each in (self.folder / "inbound").iterdir()}


@pytest_asyncio.fixture
async def partner(tmp_path: Path) -> AsyncIterator[Partner]:
    folder = tmp_path / "partner"
    (folder / "inbound").mkdir(parents=True)
    key = asyncssh.generate_private_key("ssh-ed25519")
    found = Partner(folder, 0, key.export_public_key().decode())

    class Door(asyncssh.SSHServer):
        def begin_auth(self, username: str) -> bool:
            return True

        def password_auth_supported(self) -> bool:
            return True

        def validate_password(self, username: str, password: str) -> bool:
            return not found.gone and (username, password) == ("prairie", "a password")

    def served(channel: asyncssh.SSHServerChannel) -> asyncssh.SFTPServer:
        return asyncssh.SFTPServer(channel, chroot=str(folder).encode())

    server = await asyncssh.listen(
        "127.0.0.1", 0, server_factory=Door, server_host_keys=[key], sftp_factory=served
    )
    found.port = server.sockets[0].getsockname()[1]
    async with server:
        yield found


async def drop(service: Service, partner: Partner, **changes: object) -> None:
    body = {
        "kind": "sftp", "host": "127.0.0.1", "port": partner.port, "username": "prairie",
        "host_key": partner.host_key, "receiver_id": "LAKE", "receiver_name": "Lake House",
        "fallback": "clearinghouse", "secret": "a password", **changes,
    }  # fmt: skip
    put = await service.client.put("/v1/routes/lake", json=body, headers=service.may("claims:work"))
    assert put.status_code == 200, put.text
    assert "a password" not in put.text


async def ready(service: Service) -> None:
    await service.profiles(route="lake")
    await service.story()
    await service.hear(coded(BENIGN))


async def health(service: Service) -> dict:
    listed = await service.client.get("/v1/routes", headers=service.may("claims:read"))
    return {each["name"]: each for each in listed.json()}["lake"]


async def close(service: Service, **more: object) -> dict:
    answer = await service.client.post(
        "/v1/routes/lake/close",
        json={"reason": "the partner is down", **more},
        headers=service.may("claims:work"),
    )
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_a_file_is_dropped_whole_and_once(service: Service, partner: Partner):
    await drop(service, partner)
    await ready(service)
    batch_id = await service.batcher.form(PRACTICE)
    assert await service.deliver.deliver_once()
    await service.batcher.follow_up(PRACTICE)
    assert (await service.claim())["state"] == "sent"
    ((name, file),) = partner.files().items()
    assert name == f"{batch_id}.edi"
    assert b"*LAKE " in file and service.clearinghouse.files == {}
    assert (await health(service))["last_taken_at"]
    await service.post(answer_999(file))
    assert (await service.claim())["state"] == "received"


async def test_a_drop_whose_answer_was_lost_is_looked_for_and_not_put_again(
    service: Service, partner: Partner
):
    await drop(service, partner)
    await ready(service)
    await service.batcher.form(PRACTICE)
    assert await service.deliver.deliver_once()
    before = partner.files()
    await unknown(service)
    assert await service.deliver.deliver_once()
    assert partner.files() == before


async def unknown(service: Service) -> None:
    """A sender killed after its bytes left and before the answer was stored."""
    async with service.parts.database.relay_transaction() as connection:
        await connection.execute(
            text("update outbound set status = 'sending', next_at = clock_timestamp()")
        )


async def test_a_partner_that_cannot_be_reached_is_tried_again_at_once(
    service: Service, partner: Partner
):
    await drop(service, partner)
    await ready(service)
    await service.batcher.form(PRACTICE)
    partner.gone = True
    assert await service.deliver.deliver_once()
    shown = await health(service)
    assert (shown["failures"], shown["last_error"]) == (1, "the route failed: PermissionDenied")
    partner.gone = False
    await make_due(service)
    assert await service.deliver.deliver_once()
    assert len(partner.files()) == 1


async def test_a_half_written_file_is_written_anew_and_a_taken_one_is_waited_for(
    service: Service, partner: Partner
):
    await drop(service, partner)
    await ready(service)
    batch_id = await service.batcher.form(PRACTICE)
    assert await service.deliver.deliver_once()
    inbound = partner.folder / "inbound"
    (inbound / f"{batch_id}.edi").unlink()  # the partner took it out of its folder
    await unknown(service)
    assert await service.deliver.deliver_once()
    assert partner.files() == {}, "its acknowledgement is waited for"
    (inbound / f"{batch_id}.part").write_bytes(b"ISA*half")
    await make_due(service)
    assert await service.deliver.deliver_once()
    assert list(partner.files()) == [f"{batch_id}.edi"]


async def test_a_server_with_another_key_gets_nothing(service: Service, partner: Partner):
    other = asyncssh.generate_private_key("ssh-ed25519").export_public_key().decode()
    await drop(service, partner, host_key=other)
    await ready(service)
    await service.batcher.form(PRACTICE)
    assert await service.deliver.deliver_once()
    assert partner.files() == {}
    assert (await health(service))["last_error"] == "the route failed: HostKeyNotVerifiable"


async def test_closing_a_route_moves_what_it_never_began_to_send(
    service: Service, partner: Partner
):
    await drop(service, partner)
    await ready(service)
    await service.batcher.form(PRACTICE)
    assert (await close(service))["moved"] == 1
    assert (await service.claim())["state"] == "ready"
    assert not await service.deliver.deliver_once()
    file = await service.send()
    assert partner.files() == {} and b"*CLEARINGHOUSE " in file
    assert (await service.claim())["state"] == "sent"


async def test_what_was_sent_moves_only_unacknowledged_and_on_request(
    service: Service, partner: Partner
):
    await drop(service, partner)
    await ready(service)
    await service.batcher.form(PRACTICE)
    assert await service.deliver.deliver_once()
    await service.batcher.follow_up(PRACTICE)
    assert (await close(service))["moved"] == 0
    assert (await service.claim())["state"] == "sent"
    assert (await close(service, move_unacknowledged=True))["moved"] == 1
    await service.send()
    shown = await service.claim()
    assert [step["state"] for step in shown["history"]][-5:] == [
        "batched", "sent", "ready", "batched", "sent",
    ]  # fmt: skip
    (first,) = partner.files().values()
    await service.post(answer_999(first))
    assert (await close(service, move_unacknowledged=True))["moved"] == 0


async def test_a_payer_whose_route_is_not_registered_holds_the_claim_and_says_so(service: Service):
    await ready(service)
    assert await service.batcher.form(PRACTICE) is None
    hold = (await service.claim())["hold"]
    assert (hold["reason"], hold["field"]) == ("route_unknown", "/v1/routes")
