"""The local stack from outside: what a person at a terminal, and the next test, may rely on."""

import signal

import httpx
import pytest

from deploy.local.parts import SERVICES
from deploy.local.ports import wait_until
from deploy.local.stack import Stack


def test_every_service_is_ready_and_knows_the_published_token(stack: Stack) -> None:
    for service in SERVICES:
        assert httpx.get(f"{stack.urls[service]}/readyz").status_code == 200
    url = f"{stack.urls['eligibility']}/v1/sources"
    known = httpx.get(url, headers={"Authorization": f"Bearer {stack.token}"})
    assert known.status_code == 200
    sources = {source["source_id"] for source in known.json()["items"]}
    assert sources == {"demo-ehr-visits", "demo-ehr-visits-fhir", "demo-ehr-visits-hl7"}
    assert httpx.get(url).status_code == 401


@pytest.mark.parametrize("part", ["documentation", "broker", "postgres", "clearinghouse"])
def test_what_is_killed_is_started_again_and_the_stack_is_ready(stack: Stack, part: str) -> None:
    before = stack.pid(part)
    stack.kill(part, signal.SIGKILL)
    assert wait_until(lambda: stack.pid(part) not in (None, before), 30)
    stack.wait_ready()
