"""What a stack publishes: its clock, its secrets, its tokens."""

import json
import os
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from deploy.local.business_clock import DEFAULT_START, BusinessClock
from deploy.local.credentials import Credentials
from deploy.local.issuer import ISSUER, Issuer
from deploy.local.lock import Lock, holder
from deploy.local.problem import LocalProblem
from deploy.local.seed import SOURCES, published_sources
from shared.http.credentials import Verifier
from shared.http.problems import Problem
from shared.http.scopes import SCOPES
from shared.kernel.clock import Clock
from shared.telemetry import read_clock
from shared.vault import Keyring


def test_the_business_clock_begins_where_the_contract_says(tmp_path: Path) -> None:
    clock = BusinessClock(tmp_path / "clock", tmp_path / "kept").start(60, DEFAULT_START)
    assert clock.business0 == datetime(2026, 3, 16, 14, 0, tzinfo=UTC)
    assert clock.rate == 60
    assert read_clock(tmp_path / "clock") == clock


def test_the_business_clock_goes_on_after_a_restart_and_stood_still_between(
    tmp_path: Path,
) -> None:
    path, kept = tmp_path / "clock", tmp_path / "kept"
    first = BusinessClock(path, kept).start(60, DEFAULT_START)
    an_hour_ago = Clock().wall() - timedelta(hours=1)
    line = {
        "wall0": an_hour_ago.isoformat(),
        "business0": DEFAULT_START.isoformat(),
        "rate": 60,
    }
    kept.write_text(json.dumps(line))
    ran_until = an_hour_ago + timedelta(minutes=10)
    os.utime(kept.with_suffix(".alive"), (ran_until.timestamp(), ran_until.timestamp()))

    again = BusinessClock(path, kept).start(3600, DEFAULT_START)

    # ten minutes at sixty to one, and the margin of two heartbeats
    assert again.business0 == DEFAULT_START + timedelta(hours=10, minutes=2)
    assert again.rate == 3600
    assert again.wall0 is not None
    assert first.wall0 is not None
    assert again.wall0 >= first.wall0


def test_secrets_are_made_once_and_only_their_user_reads_them(tmp_path: Path) -> None:
    path = tmp_path / "run" / "credentials.json"
    first = Credentials(path)
    made = (first.password("coding"), first.keyring("subject"), first.webhook_secret("lab"))
    again = Credentials(path)
    assert (again.password("coding"), again.keyring("subject"), again.webhook_secret("lab")) == made
    assert again.password("denials") != again.password("coding")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert Keyring.parse(made[1]).current == "subject-1"


def test_unreadable_secrets_are_told_with_the_mend(tmp_path: Path) -> None:
    path = tmp_path / "credentials.json"
    path.write_text("{")
    with pytest.raises(LocalProblem, match=r"delete .* and start again"):
        Credentials(path)


async def test_a_token_of_the_local_issuer_opens_the_services_for_one_day(tmp_path: Path) -> None:
    issuer = Issuer(Credentials(tmp_path / "credentials.json").signing_key())
    jwks = tmp_path / "jwks.json"
    jwks.write_text(issuer.jwks())
    verifier = Verifier(issuer=ISSUER, jwks_file=jwks, jwks_url=None)
    now = Clock().wall()

    caller = await verifier.verify(f"Bearer {issuer.token('demo', 'someone', SCOPES, now)}")
    assert (caller.practice_id, caller.subject) == ("demo", "someone")
    assert caller.scopes == frozenset(SCOPES)

    yesterday = now - timedelta(days=1, minutes=1)
    with pytest.raises(Problem):
        await verifier.verify(f"Bearer {issuer.token('demo', 'someone', SCOPES, yesterday)}")


def test_sources_are_published_in_the_form_of_the_contract(tmp_path: Path) -> None:
    published = published_sources(Credentials(tmp_path / "credentials.json"))
    assert {entry["service"] for entry in published} == {
        "eligibility",
        "documentation",
        "pathology",
        "submission",
    }
    assert all(set(entry) == {"source_id", "service", "format", "secret"} for entry in published)
    assert len({entry["secret"] for entry in published}) == len(SOURCES)


def test_one_stack_per_directory(tmp_path: Path) -> None:
    first = Lock(tmp_path)
    assert holder(tmp_path) is None
    first.take()
    assert holder(tmp_path) == os.getpid()
    with pytest.raises(LocalProblem, match="`make down`"):
        Lock(tmp_path).take()
    first.release()
    assert holder(tmp_path) is None
    second = Lock(tmp_path)
    second.take()
    second.release()
