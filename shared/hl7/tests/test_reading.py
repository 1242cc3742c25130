"""Messages as they come: framing, character sets, escapes, limits, and hostile bytes in time."""

import time
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from shared.hl7 import (
    Acknowledgement,
    Fault,
    Unreadable,
    acknowledge,
    asked_for,
    day,
    digest,
    instant,
    parse,
    split,
)
from shared.hl7.escapes import Delimiters

FIXTURES = Path(__file__).parents[4] / "shared/fixtures/interop/hl7v2"
HEADER = rb"MSH|^~\&|LIS|LAB|EHR|PRAC|20260305||ORU^R01|M1|P|2.5"


def read(rest: bytes):
    (piece,) = split(HEADER + b"\r" + rest)
    return parse(piece)


@pytest.mark.parametrize(
    ("sent", "meant"),
    [
        (r"a\F\b\S\c\T\d\R\e\E\f", r"a|b^c&d~e\f"),
        (r"one\.br\two", "one\ntwo"),
        (r"one\X0D\\X0A\two", "one\ntwo"),
        (r"caf\XC3A9\ caf\XE9\ ", "café café "),
        (r"\XC3\\XA9\ ", "é "),
        (r"a\.sp2\b\.sp\c", "a\n\nb\nc"),
        (r"a\.sp4000000000\b", "a" + "\n" * 20 + "b"),
        (r"\H\bold\N\ ", "bold "),
        (r"kept \Q\ and \.zz\ and \Xzz\ and \ ", r"kept \Q\ and \.zz\ and \Xzz\ and \ "),
        ("a\x00b\x07c", "abc"),
    ],
)
def test_escapes_are_undone_and_what_is_unknown_stays(sent, meant):
    assert Delimiters().decode(sent) == meant


@pytest.mark.parametrize("end", [b"\r", b"\n", b"\r\n", b"\r\n\r\n", b"\n\n\r"])
def test_segments_end_as_senders_end_them(end):
    message = parse(split(b"\xef\xbb\xbf\x0b" + HEADER + end + b"PID|1||7" + end + b"\x1c\r")[0])
    assert [each.name for each in message.segments] == ["MSH", "PID"]


def test_a_line_that_begins_no_segment_continues_the_last():
    message = read(b"OBX|1|TX|22637-3||Basal cell\rcarcinoma, nodular.\rOBX|2|TX|a||b")
    assert [each.text(5) for each in message.all("OBX")] == ["Basal cell\ncarcinoma, nodular.", "b"]


@pytest.mark.parametrize(
    ("charset", "raw", "name"),
    [
        ("", "Müller".encode(), "Müller"),
        ("", "Müller".encode("cp1252"), "Müller"),
        ("8859/2", "Łódź".encode("iso8859-2"), "Łódź"),
        ("UNICODE UTF-8", "Łódź".encode(), "Łódź"),
        ("ASCII", "Müller".encode("cp1252"), "Müller"),
        ("NO SUCH SET", "Müller".encode(), "Müller"),
    ],
)
def test_characters_are_those_msh_18_names_or_what_they_can_be(charset, raw, name):
    header = HEADER + b"||||||" + charset.encode()
    message = parse(split(header + b"\rPID|1||7||" + raw)[0])
    assert message.first("PID").value(5) == name


def test_batches_are_cut_and_their_frame_is_left_out():
    body = b"FHS|^~\\&|A\rBHS|^~\\&|A\r" + HEADER + b"\rPID|1\r" + HEADER + b"\rPID|2\rBTS|2\rFTS|1"
    assert [parse(each).first("PID").value(1) for each in split(body)] == ["1", "2"]


@pytest.mark.parametrize(
    ("body", "code", "status"),
    [
        (b"", "msh-unreadable", 400),
        (b"hello", "msh-unreadable", 400),
        (b"MSH", "msh-unreadable", 400),
        (b"MSH||||", "msh-unreadable", 400),
        (b"MSH|^^^^|A", "msh-unreadable", 400),
        (b"MSH|^~\\&|A|B|C|D|1|||1|P|2.5", "msh-unreadable", 400),
        (HEADER.replace(b"ORU^R01", b"VXU^V04"), "type-unsupported", 415),
        (HEADER.replace(b"|P|", b"||"), "processing-id-undefined", 400),
        (HEADER.replace(b"|P|", b"|Z|"), "processing-id-undefined", 400),
        (HEADER + b"\rOBX|1" * 5001, "too-many-segments", 400),
        (HEADER + b"\rOBX|1|TX|a||" + b"~" * 1000, "too-many-repetitions", 400),
        (HEADER + b" " * (10 * 2**20), "too-large", 413),
        ((HEADER + b"\r") * 1001, "too-many", 400),
    ],
)
def test_what_is_no_message_or_too_much_is_refused_without_a_word_of_it(body, code, status):
    with pytest.raises(Unreadable) as refused:
        [parse(each) for each in split(body)]
    assert (refused.value.code, refused.value.status) == (code, status)
    assert "hello" not in str(refused.value)


@pytest.mark.parametrize(
    "rest",
    [
        b"OBX|1|TX|a||\\.sp4000000000\\",
        b"OBX|1|TX|a||" + b"\\" * 200_000,
        b"OBX|1|TX|a||" + b"\\X" * 100_000,
        b"OBX|1|TX|a||\\X" + b"AB" * 500_000,
        b"OBX|1|TX|a||" + b"\\.sp" * 100_000,
        b"OBX|1|TX|a||" + b"\\X0D\\" * 200_000,
        b"OBX" + b"|" * 9_000_000,
        b"OBX|1|TX|a||" + b"^" * 9_000_000,
        b"OBX|1|TX|a||" + b"&" * 9_000_000,
        b"OBX|1\r" + b"\n" * 9_000_000,
        b"OBX|1\r" + b"x\r" * 4_000_000,
        b"OBX|1\r" + b"\x00" * 9_000_000,
    ],
    ids=lambda rest: f"{rest[12:20]!r}*{len(rest)}",
)
def test_hostile_bytes_are_answered_within_a_second(rest):
    begun = time.process_time()
    try:
        for each in read(rest).all("OBX"):
            each.text(5), each.value(5, 2)
    except Unreadable:
        pass
    assert time.process_time() - begun < 1


def test_the_same_content_at_another_time_has_one_digest():
    again = HEADER.replace(b"20260305", b"20260306")
    assert digest(parse(HEADER)) == digest(parse(again))
    assert digest(parse(HEADER)) != digest(parse(HEADER.replace(b"LAB", b"LAC")))


@pytest.mark.parametrize(
    ("stamp", "on", "at"),
    [
        ("20260305", date(2026, 3, 5), datetime(2026, 3, 5, tzinfo=UTC)),
        ("202603051540", date(2026, 3, 5), datetime(2026, 3, 5, 15, 40, tzinfo=UTC)),
        ("20260305234000-0600", date(2026, 3, 5), datetime(2026, 3, 6, 5, 40, tzinfo=UTC)),
        ("19560719000000+0215", date(1956, 7, 19), datetime(1956, 7, 18, 21, 45, tzinfo=UTC)),
        ("202603", None, None),
        ("20261301", None, None),
        ("00010101000000+2359", date(1, 1, 1), None),
        ("tomorrow", None, None),
        ("", None, None),
    ],
)
def test_days_are_never_shifted_and_instants_keep_their_offset(stamp, on, at):
    assert (day(stamp), instant(stamp)) == (on, at)


def test_answers_name_the_message_the_place_and_the_code():
    answer = Acknowledgement("AE", read(b"PID|1"), Fault("OBR^1^3", "101", "a|b"))
    said = acknowledge(answer, "A1", datetime(2026, 3, 5, tzinfo=UTC))
    lines = said.split("\r")
    assert lines[0].startswith("MSH|^~\\&|EHR|PRAC|LIS|LAB|")
    assert lines[1:3] == ["MSA|AE|M1", "ERR||OBR^1^3|101^a\\F\\b^HL70357|E"]


@pytest.mark.parametrize(
    ("accept", "application", "code", "answers"),
    [
        ("", "", "AA", ["AA"]),
        ("AL", "NE", "AA", ["CA"]),
        ("AL", "AL", "AA", ["CA", "AA"]),
        ("NE", "NE", "AA", []),
        ("ER", "ER", "AA", []),
        ("AL", "ER", "AR", ["CR", "AR"]),
        ("NE", "SU", "AA", ["AA"]),
    ],
)
def test_enhanced_mode_answers_what_was_asked_for(accept, application, code, answers):
    message = parse(HEADER + f"|||{accept}|{application}".encode())
    assert [each.code for each in asked_for(Acknowledgement(code, message))] == answers


@pytest.mark.skipif(not FIXTURES.exists(), reason="the samples are not here")
@pytest.mark.parametrize("path", sorted(FIXTURES.glob("*.hl7")), ids=lambda path: path.stem)
def test_the_samples_read_as_an_independent_library_reads_them(path):
    hl7 = pytest.importorskip("hl7")
    (piece,) = split(path.read_bytes())
    ours = parse(piece)
    lines = [each for each in piece.decode("utf-8-sig").splitlines() if each.strip()]
    theirs = hl7.parse("\r".join(lines))
    assert [each.name for each in ours.segments] == [str(each[0]) for each in theirs]
    for mine, other in zip(ours.segments, theirs, strict=True):
        for number in range(3, len(other)):
            assert mine.fields[number] == str(other[number]), (mine.name, number)
