"""What is sealed opens for its practice and purpose alone."""

from base64 import b64encode

import pytest

from shared.vault import Keyring, Sealer, SubjectSealer, Unreadable
from shared.vault.keyring import new_key

KEY = new_key()


def test_a_seal_opens_for_its_practice_and_purpose_alone():
    sealer = Sealer("alpha", KEY)
    sealed = sealer.seal("note", b"clear")
    assert sealer.open("note", sealed) == b"clear"
    assert sealed != sealer.seal("note", b"clear")
    assert b"clear" not in sealed
    for other, purpose in (
        (Sealer("beta", KEY), "note"),
        (sealer, "name"),
        (Sealer("alpha", new_key()), "note"),
    ):
        with pytest.raises(Unreadable):
            other.open(purpose, sealed)
    with pytest.raises(Unreadable):
        sealer.open("note", sealed[:-1] + bytes([sealed[-1] ^ 1]))
    with pytest.raises(Unreadable):
        sealer.open("note", b"")


def test_text_is_sealed_as_text():
    sealer = Sealer("alpha", KEY)
    sealed = sealer.seal_text("note", "Ältere Läsion")
    assert sealed.isascii()
    assert sealer.open_text("note", sealed) == "Ältere Läsion"
    with pytest.raises(Unreadable):
        sealer.open_text("note", "not base64 !")


def test_a_subject_is_one_token_that_its_keyring_opens():
    keyring = Keyring("s1", {"s1": new_key()})
    token = SubjectSealer(keyring).seal("alpha", b"member")
    assert SubjectSealer(keyring).open("alpha", token) == b"member"
    rotated = Keyring("s2", {"s2": new_key(), **keyring.keys})
    assert SubjectSealer(rotated).open("alpha", token) == b"member"
    for other, practice in (
        (SubjectSealer(Keyring("s1", {"s1": new_key()})), "alpha"),
        (SubjectSealer(Keyring("s2", {"s2": new_key()})), "alpha"),
        (SubjectSealer(keyring), "beta"),
    ):
        with pytest.raises(Unreadable):
            other.open(practice, token)
    for broken in ("", "s1.a.b", "s2" + token[2:], token + "x", token.replace(".", "")):
        with pytest.raises(Unreadable):
            SubjectSealer(keyring).open("alpha", broken)


def test_keyrings_are_read_from_the_environment():
    first, second = (b64encode(new_key()).decode() for _ in range(2))
    keyring = Keyring.parse(f"new:{first}, old:{second}")
    assert keyring.current == "new"
    assert set(keyring.keys) == {"new", "old"}
    assert first not in repr(keyring)
    for wrong in ("", "a", "a:", "a:AAAA", "a:!!"):
        with pytest.raises(ValueError, match=r".+"):
            Keyring.parse(wrong)


def test_the_environment_names_are_not_shown():
    assert "key" not in repr(Sealer("alpha", KEY)).replace("Sealer", "")
