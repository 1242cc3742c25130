"""The kernel's values: exact money, stable ids, dated facts, business days, two clocks."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from shared.kernel.business_days import (
    add_business_days,
    after_business_days,
    business_days_between,
    is_business_day,
)
from shared.kernel.cite import Cite
from shared.kernel.clock import Clock
from shared.kernel.dated import Dated, NotInForce
from shared.kernel.ids import case_id, claim_id, derived_id, practice_key
from shared.kernel.money import money
from shared.kernel.rule import Rule, rule, rules_of

SOURCE = Cite("42 CFR 424.44(a)")


@pytest.mark.parametrize(
    ("amount", "cents"),
    [("0.005", "0.01"), ("0.004", "0.00"), ("-0.005", "-0.01"), (7, "7.00"), ("118.4", "118.40")],
)
def test_money_rounds_half_up_to_the_cent(amount: str | int, cents: str) -> None:
    assert str(money(amount)) == cents


def test_money_is_never_a_float() -> None:
    with pytest.raises(TypeError):
        money(0.1)  # type: ignore[arg-type] # the refusal is what is tested


def test_a_visit_and_an_encounter_of_the_same_number_never_meet() -> None:
    assert case_id("p", "1") != case_id("p", None, "1")
    assert case_id("p", "1") == case_id("p", "1", "anything")
    assert case_id("p", "1") != case_id("q", "1")
    assert practice_key("p") not in {case_id("p", "practice"), case_id("p", None, "practice")}


def test_a_case_needs_a_visit_or_an_encounter() -> None:
    with pytest.raises(ValueError, match="visit or an encounter"):
        case_id("p", None)


def test_a_claim_id_leaves_room_for_its_version_in_twenty_characters() -> None:
    name = claim_id(case_id("p", "1"), "E-1")
    assert len(f"{name}-9999") <= 20
    assert name.isalnum()
    assert name == name.upper()
    assert name != claim_id(case_id("p", "1"), "E-2")


def test_derived_ids_tell_their_parts_apart() -> None:
    assert derived_id("a", 1) == derived_id("a", 1)
    assert derived_id("a", 1) != derived_id("a", 2)


def test_a_dated_value_is_looked_up_by_day_and_never_guessed() -> None:
    limit = Dated({date(2010, 1, 1): 1, date(2020, 1, 1): 2}, unit="years", cite=SOURCE)
    assert limit.on(date(2019, 12, 31)) == 1
    assert limit.on(date(2020, 1, 1)) == 2
    with pytest.raises(NotInForce):
        limit.on(date(2009, 12, 31))


def test_a_rule_carries_its_sentence_and_source() -> None:
    @rule("BX-1", since=date(2019, 1, 1), cite=SOURCE)
    @rule("BX-2", since=date(2019, 1, 1), cite=SOURCE)
    def biopsy() -> None:
        """Exactly one primary code."""

    first = Rule("BX-1", date(2019, 1, 1), SOURCE, "Exactly one primary code.")
    assert rules_of(biopsy)[0] == first
    assert [each.id for each in rules_of(biopsy)] == ["BX-1", "BX-2"]


@pytest.mark.parametrize(
    ("day", "business"),
    [
        (date(2026, 3, 6), True),
        (date(2026, 3, 7), False),
        (date(2026, 7, 3), False),  # Independence Day observed: the fourth is a Saturday
        (date(2026, 11, 26), False),
    ],
)
def test_business_days_leave_out_weekends_and_federal_holidays(day: date, business: bool) -> None:
    assert is_business_day(day) is business


def test_business_days_count_from_the_day_after() -> None:
    friday = date(2026, 3, 6)
    assert add_business_days(friday, 1) == date(2026, 3, 9)
    assert add_business_days(friday, 0) == friday
    assert business_days_between(friday, date(2026, 3, 9)) == 1
    assert business_days_between(date(2026, 3, 9), friday) == 0


def test_business_days_of_an_instant_keep_the_local_hour_over_daylight_saving() -> None:
    friday = datetime(2026, 3, 6, 15, 0, tzinfo=UTC)  # 09:00 in Chicago, before the change
    monday = after_business_days(friday, 1)
    assert monday.hour == 9
    assert monday.astimezone(UTC) == datetime(2026, 3, 9, 14, 0, tzinfo=UTC)


def test_business_time_runs_at_its_rate() -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    clock = Clock(wall0=start, business0=datetime(2026, 3, 16, 14, 0, tzinfo=UTC), rate=60.0)
    assert clock.business_at(start + timedelta(minutes=1)) == datetime(
        2026, 3, 16, 15, 0, tzinfo=UTC
    )
    assert Clock().business_at(start) == start


def test_decimals_of_money_stay_decimals() -> None:
    assert isinstance(money("1"), Decimal)
