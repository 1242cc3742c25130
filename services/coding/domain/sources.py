"""The sources that the rules cite. Verified is false where a rule is from memory."""

from datetime import date

from shared.kernel.cite import Cite

LONG_AGO = date(2000, 1, 1)
"""Rules older than any claim that can still be coded."""
CPT_2019 = date(2019, 1, 1)
"""Biopsies by technique."""

CPT_BIOPSY = Cite("CPT Biopsy")
CPT_SHAVING = Cite("CPT Shaving")
CPT_EXCISION = Cite("CPT Excision")
CPT_ASSISTANT = Cite("CPT Assistant May 2012")
CPT_DESTRUCTION = Cite("CPT Destruction")
CPT_MOHS = Cite("CPT Mohs")
CPT_REPAIR = Cite("CPT Repair")
CPT_TRANSFER = Cite("CPT Adjacent tissue transfer")
CPT_GRAFT = Cite("CPT Skin grafts")
CPT_INJECTION = Cite("CPT Injection")
CPT_DRAINAGE = Cite("CPT Incision and drainage")
CPT_LIGHT = Cite("CPT Photomedicine")
CPT_TESTING = Cite("CPT Allergy testing")
CPT_NAILS = Cite("CPT Nails")
CPT_EVALUATION = Cite("CPT E/M")
AAD = Cite("AAD coding columns")
AAD_2012 = Cite("AAD January 2012")
GLOBAL_SURGERY = Cite("CMS global surgery")
NCCI_1 = Cite("NCCI Policy Manual ch. 1")
NCCI_3 = Cite("NCCI Policy Manual ch. 3")
PTP = Cite("NCCI PTP")
ADD_ONS = Cite("NCCI add-on edits")
UNIT_LIMITS = Cite("CMS MUE")
HCPCS_FILE = Cite("CMS HCPCS Level II")
WASTE = Cite("CMS 100-04 ch. 17 section 40")
ICD_SUSPECTED = Cite("ICD-10-CM IV.H")
ICD_GUIDELINES = Cite("ICD-10-CM Official Guidelines")
COVERAGE = Cite("L35498")
OWN = Cite("own policy")
FROM_MEMORY = Cite("own policy, from memory", verified=False)
MOHS_FROM_MEMORY = Cite("60 days, from memory", verified=False)
