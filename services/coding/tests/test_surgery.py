"""Biopsy, shave, excision, destruction, Mohs, repair, flaps, grafts: every row of their tables."""

from typing import Any

import pytest

L = {"lesion_id": "L1", "site": "back", "suspicion": True}


def on(site: str, **facts: Any) -> dict[str, Any]:
    return {"lesion_id": "L1", "site": site, "suspicion": True, **facts}


def biopsy(lesion: str, technique: str | None, **facts: Any) -> dict[str, Any]:
    return {"kind": "biopsy", "lesion_id": lesion, "technique": technique, **facts}


def many(count: int, site: str = "back", **facts: Any) -> list[dict[str, Any]]:
    return [
        {"lesion_id": f"L{number}", "site": site, "suspicion": True, **facts}
        for number in range(1, count + 1)
    ]


@pytest.mark.parametrize(
    ("techniques", "lines"),
    [
        pytest.param(["tangential"], "11102", id="BX-1 tangential alone"),
        pytest.param(["punch"], "11104", id="BX-1 punch alone"),
        pytest.param(["incisional"], "11106", id="BX-1 incisional alone"),
        pytest.param(["tangential", "punch"], "11104 11103", id="BX-1 punch is the deeper base"),
        pytest.param(
            ["tangential", "punch", "incisional"], "11106 11105 11103", id="BX-1 one primary only"
        ),
        pytest.param(["tangential"] * 3, "11102x1 11103x2", id="BX-2 add-on units by technique"),
        pytest.param(["punch", "punch", "tangential"], "11104 11105 11103", id="BX-2 mixed"),
    ],
)
def test_biopsies(coded: Any, techniques: list[str], lines: str) -> None:
    procedures = [biopsy(f"L{number}", each) for number, each in enumerate(techniques, start=1)]
    found = coded(procedures, many(len(techniques)))
    expected = lines.replace("x1", "")
    assert sorted(found.lines.split()) == sorted(expected.split())
    assert found.status == "ready"


def test_several_samples_of_one_lesion_are_one_biopsy(coded: Any) -> None:
    found = coded([biopsy("L1", "tangential"), biopsy("L1", "punch")], [L])
    assert found.lines == "11104"


@pytest.mark.parametrize(
    ("site", "structure", "technique", "code"),
    [
        ("ear", None, "tangential", "69100"),
        ("retroauricular", None, "tangential", "11102"),
        ("lip_vermilion", None, "punch", "40490"),
        ("lip_skin", None, "punch", "11104"),
        ("oral_vestibule", None, "punch", "40808"),
        ("penis", None, "punch", "54100"),
        ("vulva", None, "punch", "56605"),
        ("perineum", None, "punch", "56605"),
        ("nose", "intranasal", "punch", "30100"),
        ("upper_eyelid", None, "tangential", "11102"),
        ("upper_eyelid", "lid_margin", "tangential", "11102"),
    ],
)
def test_sites_with_a_biopsy_code_of_their_own(
    coded: Any, site: str, structure: str | None, technique: str, code: str
) -> None:
    side = {"laterality": "left"} if site in ("ear", "upper_eyelid", "retroauricular") else {}
    found = coded([biopsy("L1", technique, structure=structure)], [on(site, **side)])
    assert found.lines == code


def test_lid_margin_takes_the_eyelid_modifier(coded: Any) -> None:
    lid = on("lower_eyelid", laterality="right")
    found = coded([biopsy("L1", "incisional", structure="lid_margin")], [lid])
    assert found.lines == "67810-E4"


def test_mucosa_of_the_mouth_alone_is_a_question(coded: Any) -> None:
    found = coded([biopsy("L1", "punch", structure="oral_mucosa")], [on("oral_mucosa")])
    assert (found.lines, found.status) == ("", "needs_review")


def test_further_ears_are_units_and_further_vulva_lesions_add_ons(coded: Any) -> None:
    ears = coded([biopsy("L1", "punch"), biopsy("L2", "punch")], many(2, "ear", laterality="left"))
    assert ears.lines == "69100x2"
    vulva = coded([biopsy(f"L{n}", "punch") for n in (1, 2, 3)], many(3, "vulva"))
    assert vulva.lines == "56605 56606x2"


def test_biopsy_and_removal_of_one_lesion_is_the_removal(coded: Any) -> None:
    shave = {"kind": "shave_removal", "lesion_id": "L1", "diameter_cm": 0.5}
    found = coded([biopsy("L1", "tangential"), shave], [L])
    assert (found.lines, found.edits) == ("11300", {("ncci", "bundled")})


@pytest.mark.parametrize(
    ("removal", "lines"),
    [
        pytest.param(
            {"kind": "excision", "lesion_diameter_cm": "1.0", "margin_cm": "0.2"},
            "11402 11104-59",
            id="BX-6 the biopsy is column 2",
        ),
        pytest.param(
            {"kind": "shave_removal", "diameter_cm": "0.5"},
            "11104 11300-59",
            id="BX-6 the biopsy is column 1: 59 never stands there",
        ),
    ],
)
def test_frozen_section_before_the_removal_is_the_exception(
    coded: Any, removal: dict[str, Any], lines: str
) -> None:
    found = coded([biopsy("L1", "punch", frozen_section=True), {**removal, "lesion_id": "L1"}], [L])
    assert found.lines == lines


TUMOR = {"lesion_id": "L1", "site": "nose", "suspicion": False, "diagnosis": "C44.311"}
MOHS = {"kind": "mohs", "lesion_id": "L1", "stages": [{"blocks": 3}]}


@pytest.mark.parametrize(
    ("lesion", "mohs", "lines"),
    [
        pytest.param(TUMOR, MOHS, "17311", id="the diagnosis existed: included"),
        pytest.param(
            {**TUMOR, "suspicion": True},
            {**MOHS, "prior_biopsy_on": "2026-02-10"},
            "17311",
            id="a biopsy 20 days ago: included",
        ),
        pytest.param(
            {**TUMOR, "suspicion": True}, MOHS, "17311 11102-59", id="no diagnosis existed: 59"
        ),
        pytest.param(
            TUMOR,
            {**MOHS, "prior_biopsy_on": "2025-12-01"},
            "17311 11102-59",
            id="the last diagnosis is older than 60 days",
        ),
    ],
)
def test_biopsy_of_the_mohs_tumor(
    coded: Any, lesion: dict[str, Any], mohs: dict[str, Any], lines: str
) -> None:
    assert coded([mohs, biopsy("L1", "tangential")], [lesion]).lines == lines


def test_frozen_section_that_first_diagnosed_the_mohs_tumor_stands_apart(coded: Any) -> None:
    section = {"kind": "other", "code": "88331", "units": 1, "lesion_id": "L1"}
    first = coded([MOHS, section], [{**TUMOR, "suspicion": True}])
    assert first.lines == "17311 88331-59"
    assert coded([MOHS, section], [TUMOR]).lines == "17311"


@pytest.mark.parametrize(
    ("site", "size", "code"),
    [
        ("back", "0.5", "11300"),
        ("back", "0.6", "11301"),
        ("shoulder", "1.0", "11301"),
        ("thigh", "1.1", "11302"),
        ("breast", "2.0", "11302"),
        ("wrist", "2.1", "11303"),
        ("scalp", "0.5", "11305"),
        ("hand", "0.6", "11306"),
        ("foot", "2.0", "11307"),
        ("finger", "2.1", "11308"),
        ("nose", "0.5", "11310"),
        ("ear", "0.6", "11311"),
        ("lip_skin", "1.1", "11312"),
        ("forehead", "2.1", "11313"),
    ],
)
def test_shave_bands(coded: Any, site: str, size: str, code: str) -> None:
    shave = {"kind": "shave_removal", "lesion_id": "L1", "diameter_cm": size}
    assert coded([shave], [on(site, laterality="left")]).lines == code


def excision(size: str | None, margin: str | None, **facts: Any) -> dict[str, Any]:
    return {
        "kind": "excision",
        "lesion_id": "L1",
        "lesion_diameter_cm": size,
        "margin_cm": margin,
        **facts,
    }


PROVEN = {"lesion_id": "L1", "suspicion": False, "diagnosis": "C44.519"}
CYST = {"lesion_id": "L1", "suspicion": False, "diagnosis": "L72.0", "symptoms": ["painful"]}


@pytest.mark.parametrize(
    ("site", "size", "margin", "benign", "malignant"),
    [
        ("back", "0.3", "0.1", "11400", "11600"),
        ("back", "0.4", "0.1", "11401", "11601"),
        ("arm", "0.8", "0.1", "11401", "11601"),
        ("thigh", "0.9", "0.1", "11402", "11602"),
        ("axilla", "1.9", "0.05", "11402", "11602"),
        ("back", "1.9", "0.1", "11403", "11603"),
        ("back", "2.8", "0.1", "11403", "11603"),
        ("back", "2.9", "0.1", "11404", "11604"),
        ("back", "3.8", "0.1", "11404", "11604"),
        ("back", "3.9", "0.1", "11406", "11606"),
        ("scalp", "0.9", "0.1", "11422", "11622"),
        ("neck", "0.3", "0.1", "11420", "11620"),
        ("foot", "4.0", "0.1", "11426", "11626"),
        ("cheek", "0.9", "0.3", "11442", "11642"),
        ("upper_eyelid", "0.2", "0.1", "11440", "11640"),
        ("nose", "3.0", "0.3", "11444", "11644"),
    ],
)
def test_excision_bands(
    coded: Any, site: str, size: str, margin: str, benign: str, malignant: str
) -> None:
    here = {"site": site, "laterality": "left"}
    assert coded([excision(size, margin)], [{**CYST, **here}]).lines == benign
    assert coded([excision(size, margin)], [{**PROVEN, **here}]).lines == malignant


@pytest.mark.parametrize(
    ("facts", "lines", "status"),
    [
        pytest.param(
            {"lesion_diameter_cm": "1.0", "margin_cm": "0.2", "excised_diameter_cm": "1.4"},
            "11402",
            "ready",
            id="the charted total agrees",
        ),
        pytest.param(
            {"lesion_diameter_cm": "1.0", "margin_cm": "0.2", "excised_diameter_cm": "2.4"},
            "",
            "needs_review",
            id="the charted total contradicts the sum: no line",
        ),
        pytest.param(
            {"lesion_diameter_cm": None, "margin_cm": None, "excised_diameter_cm": "2.4"},
            "11403",
            "ready",
            id="the charted total alone suffices",
        ),
        pytest.param(
            {"lesion_diameter_cm": "1.0", "margin_cm": None},
            "",
            "needs_review",
            id="margin missing: no smallest code",
        ),
        pytest.param(
            {"lesion_diameter_cm": "0.41", "margin_cm": "0.04"},
            "11400",
            "ready",
            id="the sum is rounded, 0.49 to 0.5",
        ),
        pytest.param(
            {"lesion_diameter_cm": "0.45", "margin_cm": "0.05"},
            "11401",
            "ready",
            id="0.55 is rounded half up to 0.6",
        ),
    ],
)
def test_excision_size(coded: Any, facts: dict[str, Any], lines: str, status: str) -> None:
    found = coded([{"kind": "excision", "lesion_id": "L1", **facts}], [{**CYST, "site": "back"}])
    assert (found.lines, found.status) == (lines, status)


SPECIMEN = [{"specimen_id": "S1", "lesion_id": "L1", "procedure_id": "P1"}]


@pytest.mark.parametrize(
    ("lesion", "says", "lines", "diagnoses", "status"),
    [
        pytest.param({}, None, "11402", "D49.2", "held", id="EX-4 no report: held, benign family"),
        pytest.param({}, "benign", "11402", "D22.5", "ready", id="EX-4 benign report"),
        pytest.param({}, "bcc", "11602", "C44.519", "ready", id="EX-3 malignant report"),
        pytest.param({}, "in_situ", "11602", "D03.59", "ready", id="EX-3 melanoma in situ"),
        pytest.param({}, "ak", "11402", "L57.0", "ready", id="EX-5 keratosis: benign family"),
        pytest.param(
            {}, "unsure", "11402", "D49.2", "needs_review", id="DX-3 consistent with: no C code"
        ),
        pytest.param(
            {"suspicion": False, "diagnosis": "C44.519"},
            None,
            "11602",
            "C44.519",
            "ready",
            id="EX-4 proven before: malignant at once",
        ),
        pytest.param(
            {"suspicion": False, "diagnosis": "C44.519"},
            "scar",
            "11602",
            "C44.519",
            "ready",
            id="EX-6 no residual keeps diagnosis and family",
        ),
        pytest.param(
            {"suspicion": False, "diagnosis": "C44.519"},
            "ak",
            "11602",
            "C44.519",
            "ready",
            id="EX-6 a keratosis in the re-excision changes nothing",
        ),
        pytest.param(
            {"suspicion": False, "diagnosis": "C44.519"},
            "in_situ",
            "11602",
            "C44.519",
            "needs_review",
            id="EX-6 an unrelated tumor is a question",
        ),
        pytest.param(
            {"suspicion": True, "diagnosis": "L72.0"},
            None,
            "11402",
            "D49.2",
            "held",
            id="DX-3 a suspected cyst waits",
        ),
    ],
)
def test_excision_family(
    coded: Any,
    write: Any,
    lesion: dict[str, Any],
    says: str | None,
    lines: str,
    diagnoses: str,
    status: str,
) -> None:
    around = {"results": [] if says is None else [write.report("S1", says)]}
    found = coded([excision("1.0", "0.2")], [{**L, **lesion}], around=around, specimens=SPECIMEN)
    assert (found.lines, found.diagnoses, found.status) == (lines, diagnoses, status)


@pytest.mark.parametrize(
    ("as_of", "status", "reason"),
    [
        ("2026-03-15", "held", "pathology_pending"),
        ("2026-03-16", "needs_review", "pathology_overdue"),
    ],
)
def test_an_excision_without_a_report_asks_a_person_on_day_14(
    coded: Any, as_of: str, status: str, reason: str
) -> None:
    found = coded([excision("1.0", "0.2")], [L], specimens=SPECIMEN, as_of=as_of)
    assert (found.status, found.holds) == (status, {reason})


def test_the_report_of_another_specimen_does_not_release_the_hold(coded: Any, write: Any) -> None:
    found = coded(
        [excision("1.0", "0.2"), biopsy("L2", "punch")],
        [L, {**L, "lesion_id": "L2", "site": "nose"}],
        around={"results": [write.report("S2", "bcc")]},
        specimens=[*SPECIMEN, {"specimen_id": "S2", "lesion_id": "L2", "procedure_id": "P2"}],
    )
    assert (found.lines, found.status) == ("11402 11104-59", "held")


def test_two_lesions_are_two_lines_the_second_with_59(coded: Any) -> None:
    lesions = [{**CYST, "site": "back"}, {**CYST, "lesion_id": "L2", "site": "thigh"}]
    procedures = [excision("1.0", "0.2"), {**excision("1.0", "0.2"), "lesion_id": "L2"}]
    assert coded(procedures, lesions).lines == "11402 11402-59"


def test_further_margin_in_the_session_is_one_code_of_the_widest(coded: Any) -> None:
    procedures = [excision("1.0", "0.2"), excision("1.0", "0.6")]
    assert coded(procedures, [{**PROVEN, "site": "back"}]).lines == "11603"


def repair(complexity: str | None, length: str | None, site: str, *closes: str) -> dict[str, Any]:
    return {
        "kind": "repair",
        "complexity": complexity,
        "length_cm": length,
        "site": site,
        "closes": list(closes),
        "diagnosis": None if closes else "S01.81XA",
    }


@pytest.mark.parametrize(
    ("complexity", "site", "length", "lines"),
    [
        ("simple", "back", "2.5", "12001"),
        ("simple", "hand", "2.6", "12002"),
        ("simple", "scalp", "7.6", "12004"),
        ("simple", "back", "12.6", "12005"),
        ("simple", "back", "20.1", "12006"),
        ("simple", "back", "30.1", "12007"),
        ("simple", "nose", "2.5", "12011"),
        ("simple", "nose", "2.6", "12013"),
        ("simple", "cheek", "5.1", "12014"),
        ("simple", "cheek", "7.6", "12015"),
        ("intermediate", "back", "2.5", "12031"),
        ("intermediate", "scalp", "7.5", "12032"),
        ("intermediate", "axilla", "12.5", "12034"),
        ("intermediate", "neck", "2.6", "12042"),
        ("intermediate", "hand", "2.5", "12041"),
        ("intermediate", "forehead", "2.6", "12052"),
        ("intermediate", "lip_skin", "5.1", "12053"),
        ("complex", "back", "1.0", "12031"),
        ("complex", "back", "1.1", "13100"),
        ("complex", "back", "2.6", "13101"),
        ("complex", "scalp", "7.6", "13121 13122"),
        ("complex", "forehead", "12.5", "13132 13133"),
        ("complex", "axilla", "12.6", "13132 13133x2"),
        ("complex", "nose", "2.5", "13151"),
    ],
)
def test_repair_bands(coded: Any, complexity: str, site: str, length: str, lines: str) -> None:
    assert coded([repair(complexity, length, site)]).lines == lines


def test_lengths_of_one_complexity_and_group_are_summed(coded: Any) -> None:
    found = coded([repair("intermediate", "2.0", "back"), repair("intermediate", "3.0", "scalp")])
    assert found.lines == "12032"


def test_other_groups_are_other_codes_with_59_where_a_pair_joins_them(coded: Any) -> None:
    found = coded([repair("intermediate", "2.0", "back"), repair("intermediate", "2.0", "nose")])
    assert sorted(found.lines.split()) == ["12031", "12051-59"]


@pytest.mark.parametrize(
    ("size", "complexity", "lines"),
    [
        pytest.param("1.0", "simple", "11402", id="RP-6 simple closure is included"),
        pytest.param("1.0", "intermediate", "12031 11402", id="EX-9 intermediate is separate"),
        pytest.param("0.1", "intermediate", "11400", id="EX-9 benign up to 0.5 includes all"),
        pytest.param("0.1", "complex", "11400", id="EX-9 complex too"),
    ],
)
def test_closure_of_a_benign_excision(coded: Any, size: str, complexity: str, lines: str) -> None:
    procedures = [excision(size, "0.2"), repair(complexity, "2.0", "back", "P1")]
    assert coded(procedures, [{**CYST, "site": "back"}]).lines == lines


def test_closure_of_a_shave_is_never_reported(coded: Any) -> None:
    shave = {"kind": "shave_removal", "lesion_id": "L1", "diameter_cm": 0.9}
    found = coded([shave, repair("intermediate", "2.0", "back", "P1")], [L])
    assert found.lines == "11301"


def test_a_repair_of_another_wound_takes_59_beside_a_biopsy(coded: Any) -> None:
    lesions = [L, {**PROVEN, "lesion_id": "L2", "site": "nose"}]
    mohs = {**MOHS, "lesion_id": "L2"}
    found = coded(
        [biopsy("L1", "punch"), mohs, repair("intermediate", "2.0", "nose", "P2")], lesions
    )
    assert sorted(found.lines.split()) == ["11104-59", "12051-59", "17311"]


def flap(site: str, area: str | None, *closes: str) -> dict[str, Any]:
    return {
        "kind": "adjacent_tissue_transfer",
        "site": site,
        "area_sq_cm": area,
        "closes": list(closes),
        "diagnosis": None if closes else "C44.311",
    }


@pytest.mark.parametrize(
    ("site", "area", "lines"),
    [
        ("back", "10", "14000"),
        ("back", "10.1", "14001"),
        ("scalp", "10", "14020"),
        ("thigh", "30", "14021"),
        ("forehead", "10", "14040"),
        ("hand", "10.1", "14041"),
        ("nose", "8", "14060"),
        ("ear", "30", "14061"),
        ("nose", "30.1", "14301"),
        ("back", "60", "14301"),
        ("back", "60.1", "14301 14302"),
        ("back", "120.1", "14301 14302x3"),
    ],
)
def test_flaps(coded: Any, site: str, area: str, lines: str) -> None:
    assert coded([flap(site, area)]).lines == lines


def test_a_flap_includes_excision_and_repair_of_its_defect(coded: Any) -> None:
    procedures = [
        excision("1.0", "0.2"),
        flap("back", "8", "P1"),
        repair("complex", "3.0", "back", "P1"),
    ]
    found = coded(procedures, [{**PROVEN, "site": "back"}])
    assert (found.lines, found.edits) == ("14000", {("ncci", "bundled")})


def test_a_flap_without_an_area_withholds_the_excision_it_closes(coded: Any) -> None:
    found = coded([excision("1.0", "0.2"), flap("back", None, "P1")], [{**PROVEN, "site": "back"}])
    assert (found.lines, found.status, found.holds) == ("", "needs_review", {"missing_fact"})


@pytest.mark.parametrize(
    ("thickness", "site", "area", "lines"),
    [
        ("full", "back", "20", "15200"),
        ("full", "scalp", "20.1", "15220 15221"),
        ("full", "cheek", "20", "15240"),
        ("full", "nose", "40.1", "15260 15261x2"),
        ("split", "thigh", "100", "15100"),
        ("split", "scalp", "100.1", "15120 15121"),
    ],
)
def test_grafts(coded: Any, thickness: str, site: str, area: str, lines: str) -> None:
    graft = {
        "kind": "skin_graft",
        "thickness": thickness,
        "site": site,
        "area_sq_cm": area,
        "diagnosis": "C44.311",
    }
    assert coded([graft]).lines == lines


def test_the_excision_before_a_graft_is_separate(coded: Any) -> None:
    graft = {
        "kind": "skin_graft",
        "thickness": "full",
        "site": "nose",
        "area_sq_cm": 4,
        "closes": ["P1"],
    }
    lesion = {**PROVEN, "site": "nose", "diagnosis": "C44.311"}
    assert coded([excision("1.0", "0.2"), graft], [lesion]).lines == "15260 11642"
    found = coded([excision("1.0", "0.2"), {**graft, "area_sq_cm": None}], [lesion])
    assert (found.lines, found.status) == ("", "needs_review")


@pytest.mark.parametrize(
    ("site", "blocks", "lines"),
    [
        pytest.param("nose", [5], "17311", id="MO-1 head"),
        pytest.param("back", [5], "17313", id="MO-1 trunk"),
        pytest.param("hand", [5], "17311", id="MO-1 hands are with the head"),
        pytest.param("nose", [5, 2, 1], "17312x2 17311", id="MO-2 further stages"),
        pytest.param("back", [5, 2], "17313 17314", id="MO-2 trunk"),
        pytest.param("nose", [7, 6], "17311 17312 17315x3", id="MO-3 blocks in their own stage"),
        pytest.param("nose", [6, 2], "17311 17312 17315", id="MO-3 never carried over"),
    ],
)
def test_mohs(coded: Any, site: str, blocks: list[int], lines: str) -> None:
    mohs = {**MOHS, "stages": [{"blocks": each} for each in blocks]}
    lesion = {**PROVEN, "site": site, "laterality": "left"}
    assert coded([mohs], [lesion]).lines == lines


def test_deep_structures_make_a_trunk_tumor_a_head_code(coded: Any) -> None:
    mohs = {**MOHS, "deep_structures": ["muscle"]}
    assert coded([mohs], [{**PROVEN, "site": "back"}]).lines == "17311"


def test_each_tumor_starts_again(coded: Any) -> None:
    lesions = [{**PROVEN, "site": "nose"}, {**PROVEN, "lesion_id": "L2", "site": "forehead"}]
    found = coded([MOHS, {**MOHS, "lesion_id": "L2"}], lesions)
    assert found.lines == "17311 17311-59"
    lesions[1]["site"] = "back"
    found = coded([MOHS, {**MOHS, "lesion_id": "L2"}], lesions)
    assert found.lines == "17311 17313"


def test_mohs_without_a_malignant_diagnosis_is_a_question(coded: Any) -> None:
    assert coded([MOHS], [L]).status == "needs_review"


@pytest.mark.parametrize("stages", [[], [{"blocks": None}], [{"blocks": 2}, {}]])
def test_mohs_without_its_facts_has_no_line(coded: Any, stages: list[dict[str, Any]]) -> None:
    found = coded([{**MOHS, "stages": stages}], [TUMOR])
    assert (found.lines, found.status) == ("", "needs_review")


def destroy(lesion_class: str | None, **facts: Any) -> dict[str, Any]:
    return {"kind": "destruction", "lesion_class": lesion_class, "lesion_id": "L1", **facts}


AK = {"lesion_id": "L1", "site": "scalp", "suspicion": False, "diagnosis": "L57.0"}
WART = {"lesion_id": "L1", "site": "hand", "suspicion": False, "diagnosis": "B07.8"}


@pytest.mark.parametrize(
    ("procedure", "lesion", "lines", "status"),
    [
        pytest.param(
            destroy("premalignant", count=1), AK, "17000", "ready", id="DS-1 one keratosis"
        ),
        pytest.param(destroy("premalignant", count=2), AK, "17000 17003", "ready", id="DS-1 two"),
        pytest.param(
            destroy("premalignant", count=14), AK, "17003x13 17000", "ready", id="DS-1 fourteen"
        ),
        pytest.param(
            destroy("premalignant", count=15), AK, "17004", "ready", id="DS-1 fifteen, one code"
        ),
        pytest.param(destroy("benign", count=1), WART, "17110", "ready", id="DS-2 one wart"),
        pytest.param(destroy("benign", count=14), WART, "17110", "ready", id="DS-2 fourteen"),
        pytest.param(destroy("benign", count=15), WART, "17111", "ready", id="DS-2 fifteen"),
        pytest.param(
            destroy("benign", count=3, lesion_ids=["L1", "L2"]),
            WART,
            "",
            "needs_review",
            id="count and list disagree",
        ),
        pytest.param(
            destroy(None, count=3), WART, "", "needs_review", id="class of lesion missing"
        ),
        pytest.param(
            {"kind": "destruction", "lesion_class": "benign", "diagnosis": "B07.8"},
            WART,
            "",
            "needs_review",
            id="count missing and no lesion listed",
        ),
        pytest.param(
            destroy("premalignant", count=2),
            WART,
            "",
            "needs_review",
            id="a wart destroyed as premalignant",
        ),
    ],
)
def test_destruction_by_count(
    coded: Any, procedure: dict[str, Any], lesion: dict[str, Any], lines: str, status: str
) -> None:
    found = coded([procedure], [lesion])
    assert (found.lines, found.status) == (lines, status)


def test_all_sites_of_the_session_count_together(coded: Any) -> None:
    lesions = [AK, {**AK, "lesion_id": "L2", "site": "nose"}]
    procedures = [
        destroy("premalignant", count=8),
        {**destroy("premalignant", count=7), "lesion_id": "L2"},
    ]
    assert coded(procedures, lesions).lines == "17004"


@pytest.mark.parametrize(
    ("area", "code"),
    [("9.9", "17106"), ("10", "17107"), ("50", "17107"), ("50.1", "17108")],
)
def test_vascular_destruction_goes_by_area(coded: Any, area: str, code: str) -> None:
    stain = {"lesion_id": "L1", "site": "cheek", "suspicion": False, "diagnosis": "Q82.5"}
    assert coded([destroy("vascular", area_sq_cm=area)], [stain]).lines == code


@pytest.mark.parametrize(
    ("site", "size", "code"),
    [
        ("back", "0.5", "17260"),
        ("thigh", "1.0", "17261"),
        ("back", "1.1", "17262"),
        ("back", "2.1", "17263"),
        ("back", "3.1", "17264"),
        ("back", "4.1", "17266"),
        ("hand", "0.5", "17270"),
        ("scalp", "4.1", "17276"),
        ("nose", "0.6", "17281"),
        ("cheek", "2.0", "17282"),
    ],
)
def test_malignant_destruction_goes_by_diameter(
    coded: Any, site: str, size: str, code: str
) -> None:
    lesion = {**PROVEN, "site": site, "diameter_cm": size, "laterality": "left"}
    assert coded([destroy("malignant")], [lesion]).lines == code


@pytest.mark.parametrize(
    ("says", "lines", "status"),
    [
        pytest.param(None, "17262", "held", id="DS-5 unproven: held"),
        pytest.param("bcc", "17262", "ready", id="DS-5 proven by the report"),
        pytest.param("ak", "17000", "ready", id="DS-5 a keratosis: counted as one"),
        pytest.param("benign", "11102", "ready", id="DS-5 benign: the biopsy only"),
    ],
)
def test_malignant_destruction_waits_for_pathology(
    coded: Any, write: Any, says: str | None, lines: str, status: str
) -> None:
    around = {"results": [] if says is None else [write.report("S1", says)]}
    found = coded(
        [destroy("malignant", diameter_cm="1.5")],
        [{**L, "diameter_cm": "1.5"}],
        around=around,
        specimens=SPECIMEN,
    )
    assert (found.lines, found.status) == (lines, status)


@pytest.mark.parametrize(
    ("site", "method", "extent", "lines"),
    [
        ("penis", "cryosurgery", "simple", "54056"),
        ("penis", "chemical", "extensive", "54065"),
        ("vulva", "chemical", "simple", "56501"),
        ("vulva", None, "simple", ""),
        ("vulva", "laser", "extensive", "56515"),
        ("perianal", "electrosurgery", "simple", "46910"),
        ("perianal", "laser", "extensive", "46924"),
        ("penis", None, "simple", ""),
        ("penis", "laser", None, ""),
    ],
)
def test_anogenital_destruction(
    coded: Any, site: str, method: str | None, extent: str | None, lines: str
) -> None:
    lesion = {"lesion_id": "L1", "site": site, "suspicion": False, "diagnosis": "A63.0"}
    found = coded([destroy("benign", method=method, extent=extent)], [lesion])
    assert found.lines == lines


@pytest.mark.parametrize(
    ("count", "lines"),
    [(1, "11200"), (15, "11200"), (16, "11200 11201"), (25, "11200 11201"), (26, "11200 11201x2")],
)
def test_skin_tags(coded: Any, count: int, lines: str) -> None:
    tag = {
        "lesion_id": "L1",
        "site": "neck",
        "suspicion": False,
        "diagnosis": "L91.8",
        "symptoms": ["bleeding"],
    }
    removal = {"kind": "skin_tag_removal", "lesion_id": "L1", "count": count}
    assert coded([removal], [tag]).lines == lines
