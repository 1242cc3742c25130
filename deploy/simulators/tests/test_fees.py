"""The demo practice's contracts and what the simulated payers pay are the same numbers."""

import json
from decimal import Decimal
from pathlib import Path

from deploy.simulators.clearinghouse.edits import npi_holds
from deploy.simulators.clearinghouse.payers import PAYERS, fees
from deploy.simulators.clinic.people import PROVIDERS

PROFILES = json.loads((Path(__file__).resolve().parents[2] / "local" / "profiles.json").read_text())


def test_every_payer_is_known_to_the_practice_with_the_fees_it_pays():
    known = {
        one["path"].rpartition("/")[2]: one["body"] for one in PROFILES if "payers" in one["path"]
    }
    assert set(known) == set(PAYERS)
    for payer_id, body in known.items():
        assert set(body["fees"]) == set(fees())
        for code, fee in body["fees"].items():
            paid = PAYERS[payer_id].allowed(code, Decimal(3), Decimal(1_000_000))
            assert paid == Decimal(fee) * 3


def test_the_practice_charges_more_than_any_contract_and_its_providers_are_those_of_the_clinic():
    (practice,) = [one["body"] for one in PROFILES if one["path"] == "/v1/practice"]
    assert {one["npi"] for one in practice["providers"]} == {one["npi"] for one in PROVIDERS}
    assert all(map(npi_holds, [practice["npi"], *(one["npi"] for one in practice["providers"])]))
    visits = [code for code in fees() if code.startswith("99")]
    assert all(Decimal(practice["charges"][code]) > fees()[code] * 2 for code in visits)
