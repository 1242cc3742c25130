"""What words say of a lesion: present, denied, or neither."""

import pytest

from shared.clinical.clauses import Status, clauses
from shared.clinical.criteria import (
    Contractor,
    read_criteria,
    says_asymptomatic,
    supports,
    wishes_appearance,
)
from shared.clinical.diagnosis_groups import Group, group_of


def said(text: str) -> set[tuple[str, str]]:
    return {(each.sign.value, each.status.value) for each in read_criteria(text)}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            "bleeds and itches", {("bleeding", "present"), ("itch", "present")}, id="plain"
        ),
        pytest.param(
            "denies pain, itching or bleeding",
            {("pain", "denied"), ("itch", "denied"), ("bleeding", "denied")},
            id="a list is denied whole",
        ),
        pytest.param(
            "no bleeding but itches constantly",
            {("bleeding", "denied"), ("itch", "present")},
            id="but ends the scope",
        ),
        pytest.param(
            "no bleeding, itches at night",
            {("bleeding", "denied"), ("itch", "present")},
            id="a verb after the comma starts anew",
        ),
        pytest.param("no pain, itchy", {("pain", "denied"), ("itch", "present")}, id="adjective"),
        pytest.param(
            "pain and bleeding denied", {("pain", "denied"), ("bleeding", "denied")}, id="after"
        ),
        pytest.param("Bleeding: denied", {("bleeding", "denied")}, id="form with a colon"),
        pytest.param("not only itchy", {("itch", "present")}, id="not only is no denial"),
        pytest.param(
            "Risks of bleeding and infection explained.",
            {("bleeding", "hypothetical"), ("infection", "hypothetical")},
            id="consent risks",
        ),
        pytest.param("call if bleeding", {("bleeding", "hypothetical")}, id="aftercare"),
        pytest.param("mother had itching", {("itch", "family")}, id="family"),
        pytest.param("bled in the past", {("bleeding", "past")}, id="past only"),
        pytest.param(
            "bleeding for the past 3 weeks", {("bleeding", "present")}, id="past weeks are now"
        ),
        pytest.param(
            "Hemostasis achieved, painless, a growth on the cheek", set(), id="beware words"
        ),
        pytest.param("red dots on the trunk", set(), id="own colour is no sign"),
        pytest.param("unchanged for years", {("stable", "present")}, id="stable is no change"),
        pytest.param("cannot bend the finger", {("function", "present")}, id="its own negation"),
        pytest.param("not cosmetic", {("appearance", "denied")}, id="not cosmetic"),
        pytest.param("irritated", {("weak", "present")}, id="irritated is weak"),
    ],
)
def test_what_words_say(text: str, expected: set[tuple[str, str]]) -> None:
    assert said(text) == expected


def test_trauma_counts_only_with_its_consequence() -> None:
    assert ("trauma", "present") not in said("catches on clothing")
    assert ("trauma", "present") in said("catches on her necklace and tore")


def test_a_wish_and_a_denial() -> None:
    read = read_criteria("denies pain, itching or bleeding, wants it off for photos")
    assert wishes_appearance(read)
    assert says_asymptomatic(read)
    assert not says_asymptomatic(read_criteria("no pain"))


def test_the_contractor_decides_what_supports() -> None:
    (itch,) = read_criteria("itchy")
    assert supports(itch, Contractor.WPS)
    assert not supports(itch, Contractor.NORIDIAN)
    (intense,) = read_criteria("intensely itchy")
    assert supports(intense, Contractor.NORIDIAN)


def test_places_are_code_points_of_the_whole_text() -> None:
    text = "🙂 Fine. It itches."
    (itch,) = read_criteria(text)
    assert text[itch.start : itch.end] == "itches"
    assert itch.status is Status.PRESENT


@pytest.mark.parametrize(
    ("code", "group"),
    [
        ("C44.311", Group.MALIGNANT),
        ("L57.0", Group.ACTINIC_KERATOSIS),
        ("L57.4", Group.COSMETIC_UNLESS),
        ("L82.0", Group.INFLAMED_KERATOSIS),
        ("l82.1", Group.CRITERION_LESION),
        ("L20.9", Group.DISEASE),
        ("X99", None),
        (None, None),
    ],
)
def test_the_longest_prefix_names_the_group(code: str | None, group: Group | None) -> None:
    assert group_of(code) is group


def test_no_clause_is_read_at_a_length_nobody_writes() -> None:
    """A text without a full stop is read in parts, so reading takes time in proportion to it."""
    text = "no pain and " * 5_000
    assert max(len(each.text) for each in clauses(text)) <= 600
    assert all(text[each.start : each.end] == each.text for each in clauses(text))
