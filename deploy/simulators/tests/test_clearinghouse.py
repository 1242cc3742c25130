"""Files in, acknowledgements and payments out, over HTTP and signed webhooks."""

import asyncio
import io
import logging
from decimal import Decimal

import oxedi
import pytest
import pyx12.params
import pyx12.x12n_document

from deploy.simulators.tests.files import claim, file_837, line, segments


def kinds(files):
    return [
        segments(raw)[1][0] if segments(raw)[1][0] == "TA1" else segments(raw, "ST")[0][1]
        for raw in files
    ]


def stc(raw):
    return [row[1] for row in segments(raw, "STC")]


def clp(raw):
    return {row[1]: row for row in segments(raw, "CLP")}


def assert_balanced(raw):
    """By hand at three levels, and by an independent parser."""
    result = oxedi.parse(raw)
    assert not [found for found in result.diagnostics if found.level == 3]
    paid = Decimal(0)
    for row in segments(raw, "CLP"):
        paid += Decimal(row[4])
    provider = sum(Decimal(amount) for row in segments(raw, "PLB") for amount in row[4::2])
    assert Decimal(segments(raw, "BPR")[0][2]) == paid - provider
    assert Decimal(segments(raw, "BPR")[0][2]) >= 0


def pyx12_says_valid(raw):
    for name in list(logging.root.manager.loggerDict):
        if name.startswith("pyx12"):
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    return pyx12.x12n_document.x12n_document(
        pyx12.params.params(), io.StringIO(raw.decode()), None, None, None, None
    )


GOOD = [line("11102", "185"), line("99213", "165", mods="25"), line("17000", "120", mods="59")]


async def test_a_file_is_acknowledged_accepted_and_paid(world):
    answer = await world.send(
        file_837([claim("CLAIM-1", GOOD), claim("CLAIM-2", GOOD, last="OTHER")])
    )
    assert answer.status_code == 202
    assert answer.json()["status"] == "received"
    assert await world.pass_time(seconds=30) == []

    (ack,) = await world.pass_time(minutes=1)
    assert segments(ack, "AK9") == [["AK9", "A", "1", "1", "1"]]
    assert pyx12_says_valid(ack)

    (house,) = await world.pass_time(minutes=1)
    assert stc(house) == ["A1:19:PR", "A2:20", "A2:20"]
    assert ["NM1", "AY"] in [row[:2] for row in segments(house)]

    (payer,) = await world.pass_time(minutes=2)
    assert ["NM1", "PR"] in [row[:2] for row in segments(payer)]
    numbers = [row[2] for row in segments(payer, "REF") if row[1] == "1K"]
    assert [row[2] for row in segments(payer, "TRN") if row[1] == "2"] == [
        "B1",
        "CLAIM-1",
        "CLAIM-2",
    ]
    assert len(set(numbers)) == 2

    assert await world.pass_time(days=6) == []  # five business days are not over on a Sunday
    (remit,) = await world.pass_time(days=2)
    assert_balanced(remit)
    assert set(clp(remit)) == {"CLAIM-1", "CLAIM-2"}
    assert clp(remit)["CLAIM-1"][7] == numbers[0]
    assert {row[2] for row in segments(remit, "REF") if row[1] == "6R"} == {
        f"CLAIM-{claim_number}-{n}" for claim_number in (1, 2) for n in (1, 2, 3)
    }
    assert len(segments(remit, "AMT")) == 6
    assert [one["state"] for one in await world.claims()] == ["paid", "paid"]


async def test_counts_and_levels_of_a_claim_acknowledgement_hold(world):
    await world.send(file_837([claim("CLAIM-1", GOOD)]))
    heard = await world.pass_time(minutes=5)
    assert kinds(heard) == ["999", "277", "277"]
    for raw in heard[1:]:
        rows = segments(raw)
        inside = rows[2:-2]
        assert inside[-1][1] == str(len(inside))  # SE01
        assert [row[1] for row in rows if row[0] == "HL"] == [str(n) for n in range(1, 5)]


async def test_the_same_key_and_file_changes_nothing_and_another_file_is_refused(world):
    raw = file_837([claim("CLAIM-1", GOOD)])
    first, again = await world.send(raw, "key-1"), await world.send(raw, "key-1")
    assert first.json() == again.json()
    other = await world.send(file_837([claim("CLAIM-9", GOOD)], isa13=2), "key-1")
    assert other.status_code == 422
    assert len(await world.claims()) == 1


async def test_a_control_number_seen_before_is_refused_as_a_duplicate(world):
    raw = file_837([claim("CLAIM-1", GOOD)])
    await world.send(raw, "key-1")
    await world.send(raw, "key-2")
    heard = await world.pass_time(minutes=5)
    assert kinds(heard) == ["TA1", "999", "277", "277"]
    assert segments(heard[0], "TA1")[0][4:] == ["R", "025"]
    assert len(await world.claims()) == 1


@pytest.mark.parametrize(
    ("change", "note"),
    [
        (lambda raw: raw.replace(b"IEA*1*000000001", b"IEA*1*000000002"), "001"),
        (lambda raw: raw.replace(b"IEA*1*000000001", b"IEA*3*000000001"), "021"),
        (lambda raw: raw[: raw.index(b"IEA*")], "023"),
        (lambda raw: raw.replace(b"GE*1*1~\n", b""), "024"),
    ],
    ids=["numbers differ", "group count", "cut off", "group without an end"],
)
async def test_a_bad_envelope_gets_a_ta1_and_nothing_else(world, change, note):
    assert (await world.send(change(file_837([claim("CLAIM-1", GOOD)])))).status_code == 202
    (ta1,) = await world.pass_time(minutes=10)
    assert segments(ta1, "TA1")[0] == ["TA1", "000000001", "260309", "0900", "R", note]
    assert await world.claims() == []


@pytest.mark.parametrize(
    "raw",
    [b"", b"hello", b"ISA*short~", b"\xff\xfe" * 200, b"ISA" + b"A" * 200, b"ISA" + b"*" * 500],
    ids=["empty", "text", "short", "binary", "no delimiter", "delimiters only"],
)
async def test_what_is_no_interchange_is_refused_at_the_door(world, raw):
    assert (await world.send(raw, "some-key")).status_code == 400


@pytest.mark.parametrize("cut", range(110, 900, 45))
async def test_a_file_cut_anywhere_never_breaks_the_house(world, cut):
    raw = file_837([claim("CLAIM-1", GOOD)])[:cut]
    assert (await world.send(raw)).status_code == 202
    assert kinds(await world.pass_time(minutes=10))[0] == "TA1"


async def test_a_wrong_key_media_type_or_size_is_refused(world):
    raw, path = file_837([claim("CLAIM-1", GOOD)]), "/v1/files"
    headers = {"content-type": "application/edi-x12", "idempotency-key": "k"}
    assert (await world.house.post(path, content=raw, headers=headers)).status_code == 401
    headers["authorization"] = f"Bearer {world.key}"
    wrong = {**headers, "content-type": "text/plain"}
    assert (await world.house.post(path, content=raw, headers=wrong)).status_code == 415
    big = raw + b" " * (21 * 1024 * 1024)
    assert (await world.house.post(path, content=big, headers=headers)).status_code == 413
    del headers["idempotency-key"]
    assert (await world.house.post(path, content=raw, headers=headers)).status_code == 422


async def test_a_file_can_be_asked_for_by_its_control_number(world):
    await world.send(file_837([claim("CLAIM-1", GOOD)], isa13=7))
    headers = {"authorization": f"Bearer {world.key}"}
    found = await world.house.get("/v1/files/000000007", headers=headers)
    assert found.json()["interchange_control_number"] == "000000007"
    assert (await world.house.get("/v1/files/000000008", headers=headers)).status_code == 404


@pytest.mark.parametrize(
    ("one", "npi", "code"),
    [
        (claim("CLAIM-1", GOOD, total="1"), "1234567893", "A7:178"),
        (claim("CLAIM-1", GOOD, payer="NOONE"), "1234567893", "A7:153:PR"),
        (claim("CLAIM-1", GOOD), "1234567890", "A7:562:85"),
        (claim("CLAIM-1", [line("11102", "185", dx="2")]), "1234567893", "A7:477"),
        (claim("CLAIM-1", [line("11102", "185", units="0")]), "1234567893", "A7:476"),
        (claim("CLAIM-1", GOOD, day="20260401"), "1234567893", "A7:187"),
        (claim("CLAIM-1", GOOD, member=""), "1234567893", "A6:164:IL"),
    ],
    ids=["total", "payer", "npi", "pointer", "units", "future", "member"],
)
async def test_the_clearinghouse_returns_what_no_payer_would_take(world, one, npi, code):
    await world.send(file_837([one], npi=npi))
    heard = await world.pass_time(minutes=10)
    assert kinds(heard) == ["999", "277"]
    assert code in stc(heard[1])[1] or code in segments(heard[1], "STC")[1]
    assert (await world.claims())[0]["state"] == "rejected_clearinghouse"


async def paid_claim(world, claim_id="CLAIM-1", isa13=1, **facts):
    await world.send(file_837([claim(claim_id, facts.pop("lines", GOOD), **facts)], isa13=isa13))
    await world.pass_time(minutes=5)
    (remit,) = await world.pass_time(days=8)
    assert_balanced(remit)
    return remit


@pytest.mark.parametrize(
    ("lines", "facts", "cas"),
    [
        ([line("11102", "185"), line("99213", "165")], {}, ["CO", "97", "165"]),
        ([line("14060", "1450"), line("99214", "240")], {}, ["CO", "97", "240"]),
        ([line("11402", "310"), line("11402", "310")], {}, ["OA", "18", "310"]),
        ([line("11102", "185"), line("17000", "120")], {}, ["CO", "97", "120"]),
        ([line("17003", "44")], {}, ["CO", "107", "44"]),
        ([line("17000", "120"), line("17003", "330", units="15")], {}, ["CO", "151", "330"]),
        ([line("11602", "460")], {"dx": ["D225"]}, ["CO", "11", "460"]),
        ([line("17110", "215")], {"dx": ["L821"]}, ["CO", "50", "215"]),
        ([line("17110", "215", mods="GA")], {"dx": ["L821"]}, ["PR", "50", "215"]),
        ([line("96910", "190")], {"dx": ["L400"]}, ["CO", "197", "190"]),
    ],
    ids=[
        "visit without 25", "visit without 57", "twin lines", "column two", "add-on alone", "units",
        "malignant family", "looks", "looks with a notice", "no authorization",
    ],
)  # fmt: skip
async def test_a_payer_denies_by_its_own_edits(world, lines, facts, cas):
    remit = await paid_claim(world, lines=lines, **facts)
    assert ["CAS", *cas] in segments(remit)


@pytest.mark.parametrize(
    ("lines", "facts"),
    [
        (GOOD, {}),
        (
            [line("14060", "1450"), line("17311", "1280"), line("99214", "240", mods="57")],
            {"dx": ["C44311"]},
        ),
        ([line("11402", "310"), line("11402", "310", mods="59")], {}),
        ([line("17110", "215")], {"dx": ["B078"]}),
        ([line("96910", "190")], {"dx": ["L400"], "g1": "PA-1"}),
        ([line("96910", "190")], {"dx": ["L400"], "payer": "MEDB"}),
    ],
    ids=["25 and 59", "57", "second lesion", "wart", "authorized", "medicare asks for none"],
)
async def test_a_payer_pays_what_is_coded_right(world, lines, facts):
    remit = await paid_claim(world, lines=lines, **facts)
    assert {row[1] for row in segments(remit, "CAS")} <= {"CO", "PR"}
    reasons = {reason for row in segments(remit, "CAS") for reason in row[2::3]}
    assert reasons <= {"45", "1", "2", "3", "253"}


async def test_a_replacement_of_a_paid_claim_reverses_it_and_pays_anew(world):
    lines = [line("11402", "310")]
    first = await paid_claim(world, lines=lines, dx=["D225"])
    number = clp(first)["CLAIM-1"][7]
    again = await paid_claim(
        world, "CLAIM-2", 2, lines=[line("11602", "460")], dx=["D0359"], frequency="7", f8=number
    )
    rows = segments(again, "CLP")
    assert [(row[1], row[2]) for row in rows] == [("CLAIM-1", "22"), ("CLAIM-2", "1")]
    assert rows[0][3] == "-310" and rows[0][7] == number
    assert [one["state"] for one in await world.claims()] == ["replaced", "paid"]


async def test_a_replacement_in_time_leaves_the_first_claim_unpaid(world):
    await world.send(file_837([claim("CLAIM-1", [line("11402", "310")])]))
    await world.pass_time(minutes=5)
    number = (await world.claims())[0]["payer_control_number"]
    second = claim("CLAIM-2", [line("11602", "460")], dx=["D0359"], frequency="7", f8=number)
    await world.send(file_837([second], isa13=2))
    await world.pass_time(minutes=5)
    (remit,) = await world.pass_time(days=8)
    assert list(clp(remit)) == ["CLAIM-2"]


async def test_a_void_takes_the_money_back_from_the_next_check(world):
    first = await paid_claim(world, lines=[line("17311", "1280")], dx=["C44311"])
    number = clp(first)["CLAIM-1"][7]
    void = await paid_claim(
        world, "CLAIM-2", 2, lines=[line("17311", "1280")], dx=["C44311"], frequency="8", f8=number
    )
    assert [row[2] for row in segments(void, "CLP")] == ["22"]
    (plb,) = segments(void, "PLB")
    assert plb[3].startswith("FB:") and plb[4].startswith("-")
    later = await paid_claim(world, "CLAIM-3", 3, lines=[line("17311", "1280")], dx=["C44311"])
    assert segments(later, "PLB")[0][3] == plb[3]
    assert segments(later, "PLB")[0][4] == plb[4].removeprefix("-")


@pytest.mark.parametrize(
    ("frequency", "f8", "code"),
    [("7", "", "A6:464"), ("7", "UNKNOWN", "A7:464"), ("8", "", "A6:464"), ("1", "X", "A7:535")],
)
async def test_the_payer_returns_a_frequency_that_does_not_fit(world, frequency, f8, code):
    await world.send(file_837([claim("CLAIM-1", GOOD, frequency=frequency, f8=f8)]))
    heard = await world.pass_time(minutes=10)
    assert stc(heard[2])[1] == code
    assert not [row for row in segments(heard[2], "REF") if row[1] == "1K"]


async def test_a_second_original_of_the_same_services_is_a_duplicate(world):
    await world.send(file_837([claim("CLAIM-1", GOOD)]))
    await world.send(file_837([claim("CLAIM-2", GOOD)], isa13=2))
    heard = await world.pass_time(minutes=10)
    assert stc(heard[-1])[1] == "A3:54"


async def test_misbehaviour_on_request(world):
    await world.behave({"kind": "reject_set"}, claim_id="SET")
    await world.behave({"kind": "reject_payer", "stc": ["A7:562:85", "A7:21"]}, member_id="M-PAYER")
    await world.behave({"kind": "reject_clearinghouse", "stc": ["A3:24"]}, claim_prefix="HOUSE")
    await world.behave({"kind": "silent", "answer": "277ca_payer"}, last_name="Quiet")
    await world.behave({"kind": "send_twice", "answer": "999"}, claim_id="TWICE")
    await world.send(file_837([claim("SET", GOOD)], isa13=1))
    await world.send(file_837([claim("P", GOOD, member="M-PAYER")], isa13=2))
    await world.send(file_837([claim("HOUSE-1", GOOD)], isa13=3))
    await world.send(file_837([claim("Q", GOOD, last="QUIET")], isa13=4))
    await world.send(file_837([claim("TWICE", GOOD, last="TWO")], isa13=5))
    heard = await world.pass_time(minutes=10)

    acks = [raw for raw in heard if kinds([raw]) == ["999"]]
    assert len(acks) == 6
    assert acks[-1] == acks[-2]
    assert ["AK9", "R", "1", "1", "0"] in segments(acks[0])
    assert ["CTX", "CLM01:SET"] in segments(acks[0])
    position = [row[0] for row in segments(file_837([claim("SET", GOOD)]))[2:]].index("CLM") + 1
    assert ["IK3", "CLM", str(position), "", "8"] in segments(acks[0])
    assert pyx12_says_valid(acks[1])
    told = [row for raw in heard for row in segments(raw, "STC")]
    assert [(row[1], row[10]) for row in told if row[1].startswith("A7")] == [
        ("A7:562:85", "A7:21")
    ]
    assert [row[1] for row in told].count("A3:24") == 1
    payers = [raw for raw in heard if ["NM1", "PR"] in [row[:2] for row in segments(raw)]]
    assert len(payers) == 2  # the rejected one and TWICE; never a word about QUIET


async def test_a_denial_and_a_short_payment_on_request_touch_the_line_and_end_after_their_times(
    world,
):
    await world.behave(
        {"kind": "deny", "carc": "11", "rarcs": ["N569"]},
        times=1,
        code="11102",
        member_id="W100000001",
    )
    await world.behave({"kind": "short_pay", "percent": "80"}, code="17000")
    first = await paid_claim(world)
    assert ["CAS", "CO", "11", "185"] in segments(first)
    assert ["LQ", "HE", "N569"] in segments(first)
    allowed = [row[2] for row in segments(first, "AMT")]
    assert allowed[-1] == "66.31"  # 66.31 * 1.25 = 82.89 by contract, 80 % of it
    later = await paid_claim(world, "CLAIM-2", 2, last="OTHER")
    assert ["CAS", "CO", "11", "185"] not in segments(later)


async def test_an_835_may_come_late_twice_or_wrong(world):
    await world.behave({"kind": "late", "answer": "835", "days": 5}, claim_id="LATE")
    await world.behave({"kind": "send_twice", "answer": "835"}, claim_id="TWICE")
    await world.behave({"kind": "unbalanced"}, claim_id="WRONG")
    await world.send(file_837([claim("LATE", GOOD)], isa13=1))
    await world.pass_time(minutes=5)
    assert await world.pass_time(days=8) == []
    (late,) = await world.pass_time(days=7)
    assert "LATE" in clp(late)
    await world.send(file_837([claim("TWICE", GOOD, last="B")], isa13=2))
    await world.pass_time(minutes=5)
    one, two = await world.pass_time(days=8)
    assert one == two
    await world.send(file_837([claim("WRONG", GOOD, last="C")], isa13=3))
    await world.pass_time(minutes=5)
    (wrong,) = await world.pass_time(days=8)
    assert [found for found in oxedi.parse(wrong).diagnostics if found.level == 3]


async def test_pay_day_can_be_called(world):
    await world.send(file_837([claim("ONE", GOOD), claim("TWO", GOOD, last="OTHER")]))
    await world.pass_time(minutes=5)
    answer = await world.house.post("/v1/pay-day", json={"claim_id": "TWO"})
    assert answer.json() == {"claims": 1}
    (remit,) = await world.pass_time(seconds=1)
    assert list(clp(remit)) == ["TWO"]
    assert (await world.house.post("/v1/pay-day", json={})).json() == {"claims": 1}


async def test_a_provider_adjustment_lowers_the_next_payment(world):
    body = {"payer_id": "60054", "reason": "WO", "reference": "CLAIM-0", "amount": "36.40"}
    assert (await world.house.post("/v1/provider-adjustments", json=body)).status_code == 201
    remit = await paid_claim(world)
    assert segments(remit, "PLB")[0][3:] == ["WO:CLAIM-0", "36.4"]


async def test_an_answer_is_tried_again_until_it_is_taken(world):
    world.down = True
    await world.send(file_837([claim("CLAIM-1", GOOD)]))
    assert await world.pass_time(minutes=1) == []
    world.down = False
    await asyncio.sleep(0.6)  # the first pause is half a second of wall time
    assert kinds(await world.pass_time(seconds=1)) == ["999"]
    answers = (await world.house.get("/v1/answers")).json()
    assert [one["attempts"] for one in answers if one["kind"] == "999"] == [2]


async def test_an_unknown_behaviour_is_refused(world):
    body = {"match": {"colour": "red"}, "action": {"kind": "deny", "carc": "11"}}
    assert (await world.house.post("/v1/behaviours", json=body)).status_code == 422
