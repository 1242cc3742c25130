"""Eligibility's environment as one frozen object."""

from shared.clinical.criteria import Contractor
from shared.http.settings import SubjectSettings, settings_of


class Settings(SubjectSettings):
    """contractor: whose article on benign lesions counts (`ELIGIBILITY_CONTRACTOR`)."""

    model_config = settings_of("eligibility")

    port: int = 8001
    contractor: Contractor = Contractor.WPS
