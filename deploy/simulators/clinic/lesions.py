"""Spots and bumps: keratoses, biopsies, warts, and what is done for looks."""

from deploy.simulators.clinic.chart import Chart
from deploy.simulators.clinic.tissue import biopsy_reports


def actinic_keratoses(chart: Chart) -> None:
    """Rough spots frozen."""
    count = chart.random.choice((2, 3, 4, 5, 6, 8, 12))
    chart.reason = "Rough, scaly spots"
    chart.plan("destruction", "Treatment of rough spots", diagnosis="L57.0")
    _freeze_keratoses(chart, count)


def _freeze_keratoses(chart: Chart, count: int) -> str:
    site, side = chart.random.choice(
        (("forearm", "left"), ("forearm", "right"), ("scalp", None), ("forehead", None))
    )
    lesions = [
        chart.lesion(
            site,
            "actinic keratosis",
            laterality=side,
            diameter_cm=chart.random.choice((0.3, 0.4, 0.5)),
            symptoms=["scaly"],
            diagnosis="L57.0",
        )
        for _ in range(count)
    ]
    return chart.procedure(
        "destruction",
        method="cryosurgery",
        lesion_class="premalignant",
        lesion_ids=lesions,
        distinct=True,
    )


def many_keratoses(chart: Chart) -> None:
    """Fifteen or more frozen; the payer doubts the count."""
    chart.reason = "Sun damage of the scalp"
    chart.plan("destruction", "Treatment of many rough spots", diagnosis="L57.0")
    _freeze_keratoses(chart, 15 + chart.random.randint(0, 4))
    chart.refuse("deny", code="17004", carc="151", rarcs=["N362"])


def disputed_count(chart: Chart) -> None:
    """Several keratoses frozen, and a payer that cuts the further ones."""
    chart.reason = "Rough, scaly spots"
    chart.plan("destruction", "Treatment of rough spots", diagnosis="L57.0")
    _freeze_keratoses(chart, 9)
    chart.refuse("deny", code="17003", carc="151", rarcs=["N362"])


def biopsy(chart: Chart) -> None:
    """A suspicious spot shaved or punched for the lab."""
    chart.reason = "A spot that bleeds"
    chart.plan("biopsy", "Possible biopsy", symptoms=["bleeding"], suspicion=True)
    _take_biopsy(chart)


def _take_biopsy(chart: Chart) -> None:
    site, side = chart.random.choice(
        (("nose", None), ("cheek", "left"), ("back", None), ("chest", None), ("forearm", "right"),
         ("lower_leg", "left"), ("scalp", None), ("shoulder", "right"))
    )  # fmt: skip
    lesion = chart.lesion(
        site,
        "papule",
        laterality=side,
        diameter_cm=chart.random.choice((0.4, 0.6, 0.8)),
        symptoms=["bleeding"],
        suspicion=True,
        rationale="Bleeds easily, growing for three months.",
    )
    technique = chart.random.choice(("tangential", "tangential", "punch"))
    taken = chart.procedure("biopsy", lesion_id=lesion, technique=technique)
    chart.specimen(lesion, taken, biopsy_reports(chart.random))


def denied_biopsy(chart: Chart) -> None:
    """A biopsy the payer calls unsupported: its diagnosis was open when the claim left."""
    biopsy(chart)
    for code in ("11102", "11104"):
        chart.refuse("deny", code=code, carc="11", rarcs=["N569"])


def biopsy_keratoses_and_acne(chart: Chart) -> None:
    """A biopsy, keratoses on another site, and acne managed beside both."""
    chart.reason = "Spot on the skin, rough spots on the arm, acne follow-up"
    chart.plan("evaluation", "Follow-up visit")
    chart.plan("biopsy", "Possible biopsy", symptoms=["bleeding"], suspicion=True)
    chart.evaluate(
        ["L70.0"], "Acne: more inflammatory papules on cheeks; retinoid strength raised."
    )
    lesion = chart.lesion(
        "nose", "papule", diameter_cm=0.6, symptoms=["bleeding"], suspicion=True,
        rationale="Bleeds easily, growing for three months.",
    )  # fmt: skip
    taken = chart.procedure("biopsy", lesion_id=lesion, technique="tangential")
    keratoses = [
        chart.lesion(
            "forearm", "actinic keratosis", laterality="left", diameter_cm=0.4,
            symptoms=["scaly"], diagnosis="L57.0",
        )
        for _ in range(3)
    ]  # fmt: skip
    chart.procedure(
        "destruction", method="cryosurgery", lesion_class="premalignant", lesion_ids=keratoses,
        distinct=True,
    )  # fmt: skip
    chart.specimen(lesion, taken, biopsy_reports(chart.random))


def bundled_visit(chart: Chart) -> None:
    """The same, and a payer that bundles the visit although it stands apart."""
    biopsy_keratoses_and_acne(chart)
    chart.refuse("deny", code="99213", carc="97", rarcs=["N20"])


def warts(chart: Chart) -> None:
    """Painful warts frozen."""
    chart.reason = "Painful wart on the hand"
    _freeze_warts(chart)


def _freeze_warts(chart: Chart) -> None:
    chart.plan(
        "destruction", "Wart treatment", code="17110", diagnosis="B07.8", symptoms=["pain"],
        failed_treatments=["salicylic acid"],
    )  # fmt: skip
    wart = chart.lesion(
        "hand", "common wart", laterality=chart.random.choice(("left", "right")), diameter_cm=0.5,
        symptoms=["pain"], diagnosis="B07.8", failed_treatments=["salicylic acid"],
    )  # fmt: skip
    chart.procedure(
        "destruction", method="cryosurgery", lesion_class="benign", lesion_id=wart,
        count=chart.random.randint(1, 6),
    )  # fmt: skip


def warts_called_cosmetic(chart: Chart) -> None:
    """Painful warts frozen, and a payer that calls it looks."""
    warts(chart)
    chart.refuse("deny", code="17110", carc="50", rarcs=["N115"])


def inflamed_keratosis(chart: Chart) -> None:
    """A seborrheic keratosis that bleeds, frozen."""
    chart.reason = "A stuck-on spot that bleeds when it catches"
    chart.plan(
        "destruction", "Treatment of a bleeding spot", diagnosis="L82.0", symptoms=["bleeding"]
    )
    spot = chart.lesion(
        "back", "seborrheic keratosis", diameter_cm=0.9, symptoms=["bleeding"], diagnosis="L82.0"
    )
    chart.procedure(
        "destruction", method="cryosurgery", lesion_class="benign", lesion_id=spot, count=1
    )


def cosmetic(chart: Chart) -> None:
    """Filler or toxin for looks: the patient pays."""
    service, charge = chart.random.choice((("filler", "700.00"), ("botulinum_toxin", "420.00")))
    chart.reason = "Wrinkles"
    chart.plan("cosmetic", "Treatment of facial lines")
    chart.procedure(
        "cosmetic", site="cheek", laterality="left", service=service, charge=charge,
        patient_pay=True,
    )  # fmt: skip


def mixed(chart: Chart) -> None:
    """Painful warts for the insurance, filler for the patient."""
    chart.reason = "Painful wart on the hand; filler"
    _freeze_warts(chart)
    chart.plan("cosmetic", "Hyaluronic acid filler, cheeks")
    chart.procedure(
        "cosmetic", site="cheek", laterality="left", service="filler", charge="700.00",
        patient_pay=True,
    )  # fmt: skip


def keratosis_for_looks(chart: Chart) -> None:
    """A keratosis nobody states a reason for: someone must decide."""
    chart.reason = "A brown spot"
    chart.plan("destruction", "Removal of a brown spot", diagnosis="L82.1")
    spot = chart.lesion("temple", "seborrheic keratosis", laterality="left", diameter_cm=0.7,
                        diagnosis="L82.1")  # fmt: skip
    chart.procedure(
        "destruction", method="cryosurgery", lesion_class="benign", lesion_id=spot, count=1
    )


def shave_without_size(chart: Chart) -> None:
    """A shave removal whose size nobody charted."""
    chart.reason = "Irritated bump that bleeds"
    chart.plan("shave_removal", "Shave of an irritated bump", symptoms=["bleeding"], suspicion=True)
    bump = chart.lesion(
        "abdomen", "irritated papule", symptoms=["bleeding", "catches on clothing"], suspicion=True
    )
    chart.procedure("shave_removal", lesion_id=bump, diameter_cm=None)
