"""Every single mutation of a valid claim file is refused, with segment, element and sentence."""

import logging
from datetime import date
from pathlib import Path

import pytest

from shared.x12.claim_rules import own_objections
from shared.x12.guide import guide_objections
from shared.x12.judging import Judge, judge
from shared.x12.objection import Objection
from shared.x12.tests.mutations import EVERY, LISTS, MUTATIONS, TODAY, VALID, own, written

SECRETS = ("MORENO", "Moreno", "W1234", "1956", "NOAH", "HARBOR", "C44", "11102")
FIXTURES = Path("../shared/fixtures/x12")


def test_a_file_with_every_loop_that_is_written_is_clean():
    assert judge(VALID, 1, LISTS, TODAY) == []
    assert judge(written(EVERY[:2], EVERY[2:]), 2, LISTS, TODAY) == []


def test_there_are_more_kinds_than_the_validators_were_measured_with():
    assert len(MUTATIONS) >= 38


@pytest.mark.parametrize("name", MUTATIONS)
def test_a_single_mutation_is_refused_with_its_place(name: str):
    """By our own rules, else by the guide; what is said quotes nothing of the file."""
    mutation, segment, element = MUTATIONS[name]
    text = mutation(VALID)
    assert text != VALID
    found = own(text)
    if not _named(found, segment, element):
        found = guide_objections(text, 1)
    assert _named(found, segment, element), found
    for each in found:
        assert each.says.endswith(".") and each.rule
        assert not any(secret in f"{each.rule} {each.says}" for secret in SECRETS)


def _named(found: list[Objection], segment: str, element: str | None) -> bool:
    return any(each.segment == segment and element in (None, each.element) for each in found)


def test_an_objection_names_claim_and_line():
    found, *_ = own(MUTATIONS["line id twice"][0](VALID))
    assert (found.claim_id, found.line, found.set_control_number) == ("CL-1", 2, "0001")
    assert VALID.split("ST*", 1)[1].split("~")[found.position - 1] == "REF*6R*CL-1-2"


@pytest.mark.parametrize("name", ["control character", "sex code"])
def test_the_libraries_loggers_print_nothing_of_a_file(
    name: str, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
):
    caplog.set_level(logging.DEBUG)
    for logger in [each for each in logging.root.manager.loggerDict if each.startswith("pyx12")]:
        logging.getLogger(logger).setLevel(logging.DEBUG)
    assert judge(MUTATIONS[name][0](VALID), 1, LISTS, TODAY)
    shown = capfd.readouterr()
    assert not any(word in caplog.text + shown.out + shown.err for word in ("MOR", "Mor", "1956"))


async def test_the_process_answers_as_the_function_and_is_started_again_when_it_died():
    text = MUTATIONS["unit code"][0](VALID)
    asked = Judge(LISTS)
    try:
        found = await asked.objections(text, 1, TODAY)
        assert found == judge(text, 1, LISTS, TODAY)
        assert await asked.objections(VALID, 1, TODAY) == []
        asked._process.kill()  # as the kernel may
        with pytest.raises(ConnectionError):
            await asked.objections(VALID, 1, TODAY)
        assert await asked.objections(VALID, 1, TODAY) == []
    finally:
        await asked.close()


@pytest.mark.skipif(not FIXTURES.exists(), reason="the shared fixtures are not beside the project")
@pytest.mark.parametrize("name", [
    "837p-cob-secondary", "837p-commercial-dependent", "837p-eight-claims", "837p-office-drug-ndc",
])  # fmt: skip
def test_old_examples_are_objected_to_for_what_they_are(name: str):
    """Invented NPIs and missing line ids, never their structure or their ICD-9 of those years."""
    data = (FIXTURES / f"{name}.edi").read_bytes()
    found = own_objections(data, LISTS, date(2026, 3, 16))
    assert {each.segment for each in found if each.element == "NM109"} <= {"NM1"}
    assert not [each for each in found if each.segment in ("HI", "LX", "HL", "SE", "GE")]
