"""Visits without surgery: rashes and acne, injections, light."""

from deploy.simulators.clinic.chart import Chart


def acne(chart: Chart) -> None:
    """A visit without a procedure."""
    chart.reason = "Acne follow-up"
    chart.plan("evaluation", "Follow-up visit", diagnosis="L70.0")
    level = chart.random.choice(("low", "moderate"))
    chart.evaluate(["L70.0"], "Acne improving; treatment continued, use explained.", level=level)


def eczema(chart: Chart) -> None:
    """A rash seen and treated with medication."""
    chart.reason = "Itchy rash"
    chart.plan("evaluation", "Visit for a rash", diagnosis="L20.9", symptoms=["itching"])
    chart.evaluate(["L20.9"], "Flare on both arms; topical treatment changed.", level="moderate")


def rosacea(chart: Chart) -> None:
    """Rosacea seen and treated with medication."""
    chart.reason = "Redness and bumps of the face"
    chart.plan("evaluation", "Visit for rosacea", diagnosis="L71.9")
    chart.evaluate(["L71.9"], "Papules of both cheeks; topical treatment started.")


def underpaid_visit(chart: Chart) -> None:
    """A plain visit that is paid below the contract."""
    acne(chart)
    chart.refuse("short_pay", percent="80")


def psoriasis_injection(chart: Chart) -> None:
    """A biologic from the specialty pharmacy, given by the practice."""
    chart.reason = "Injection for psoriasis"
    treatments = ["clobetasol", "narrowband UVB"]
    chart.plan(
        "drug_administration", "Biologic injection", code="J3245", drug="tildrakizumab",
        diagnosis="L40.0", failed_treatments=treatments,
    )  # fmt: skip
    plaque = chart.lesion(
        "back", "plaque psoriasis", symptoms=["itching"], diagnosis="L40.0",
        failed_treatments=treatments,
    )  # fmt: skip
    chart.procedure(
        "drug_administration", lesion_id=plaque, hcpcs="J3245", units=100, route="subcutaneous",
        supplied_by="specialty_pharmacy", wasted_units=0,
    )  # fmt: skip


def unauthorized_injection(chart: Chart) -> None:
    """The same, and the payer finds no authorization for it."""
    psoriasis_injection(chart)
    chart.refuse("deny", code="96372", carc="197")


def phototherapy(chart: Chart) -> None:
    """Ultraviolet light for psoriasis."""
    chart.reason = "Light treatment for psoriasis"
    chart.plan(
        "phototherapy", "Narrowband UVB", diagnosis="L40.0", failed_treatments=["clobetasol"]
    )
    plaque = chart.lesion("back", "plaque psoriasis", symptoms=["itching"], diagnosis="L40.0")
    chart.procedure("phototherapy", lesion_id=plaque, modality="narrowband_uvb")
