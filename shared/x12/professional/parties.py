"""Segments that name people and places, shared by the loops of an 837P."""

from shared.x12.professional.values import Address, Attachment, Facility, Person, Provider
from shared.x12.writer import SetWriter, day, plain


def write_address(out: SetWriter, address: Address) -> None:
    """N3 and N4."""
    out.add("N3", plain(address.line1, 55), plain(address.line2, 55) if address.line2 else "")
    out.add("N4", plain(address.city, 30), address.state, address.postal_code)


def write_person(out: SetWriter, role: str, person: Person, member_id: str | None = None) -> None:
    """NM1 of a patient or subscriber."""
    names = ("NM1", role, "1", plain(person.last_name, 60), plain(person.first_name, 35))
    if member_id is None:
        out.add(*names)
    else:
        out.add(*names, "", "", "", "MI", member_id)


def write_demographics(out: SetWriter, person: Person) -> None:
    """N3, N4 and DMG."""
    if person.address is not None:
        write_address(out, person.address)
    out.add("DMG", "D8", day(person.birth_date), person.sex)


def write_provider(out: SetWriter, role: str, provider: Provider) -> None:
    """NM1 of a clinician, and PRV of one who renders."""
    out.add(
        "NM1", role, "1", plain(provider.last_name or "", 60),
        plain(provider.first_name, 35) if provider.first_name else "",
        "", "", "", "XX", provider.npi,
    )  # fmt: skip
    if role == "82" and provider.taxonomy:
        out.add("PRV", "PE", "PXC", provider.taxonomy)


def write_facility(out: SetWriter, facility: Facility) -> None:
    """NM1*77 with its address."""
    npi = ("", "", "", "", "XX", facility.npi) if facility.npi else ()
    out.add("NM1", "77", "2", plain(facility.name, 60), *npi)
    write_address(out, facility.address)


def write_attachment(out: SetWriter, attachment: Attachment) -> None:
    """PWK; its control number comes back in the attachment itself."""
    out.add(
        "PWK", attachment.report_type, attachment.transmission, "", "", "AC",
        attachment.control_number,
    )  # fmt: skip
