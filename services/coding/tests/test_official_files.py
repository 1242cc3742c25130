"""Readers of the official files: own samples of every layout and trap, and real excerpts."""

import io
import zipfile
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from services.coding.official import OfficialFile, Said, read
from services.coding.official.reader import quarter_end
from shared.kernel.refused import Refused

EXCERPTS = Path(__file__).parents[4] / "shared" / "fixtures" / "cms"

PAIRS = "ccipra-v322r0-f1.txt"
PAIRS_TOP = (
    "CPT only copyright American Medical Association.\t\t\t\t\t\t\n"
    "Column1/Column2 Edits\t\t\t\t\t\t\n"
    "Column 1\tColumn 2\t*=in existence\tEffective\tDeletion\tModifier\tPTP Edit Rationale\n"
    "\t\tprior to 1996\tDate\tDate\t0=not allowed\t\n"
)
LIMITS = "MCR_MUE_PractitionerServices_Eff_07-01-2026.csv"
LIMITS_TOP = (
    '"CPT codes are copyright AMA.\nCPT\u00ae is a trademark.",,,\n'
    '"HCPCS/\nCPT Code",Practitioner Services MUE Values,MUE Adjudication Indicator,MUE Rationale\n'
)
ADD_ONS = "AOC_V2026Q2-MCR.txt"
ADD_ONS_TOP = (
    "Copyright American Medical Association.\n"
    "AOC_Edit_Type\tAdd-On_Code\tAOC_DelDT\tPrimary_Code\tPrimary_Code_DelDT\tAOC_Edit_EffDT\t"
    "AOC_Edit_DelDT\tSpecial_Instruction_Notes\n"
)
VALUES = "PPRRVU2026_Jul_nonQPP.csv"
VALUES_TITLE = ",,2026 National Physician Fee Schedule Relative Value File July Release\n"
VALUES_31 = (
    "HCPCS,MOD,DESCRIPTION,CODE,PAYMENT,RVU,PE RVU,INDICATOR,PE RVU,INDICATOR,RVU,TOTAL,TOTAL,IND,"
    "DAYS,OP,OP,OP,PROC,SURG,SURG,SURG,SURG,BASE,FACTOR,PROCEDURES,FLAG,INDICATOR,AMOUNT,AMOUNT,"
    "AMOUNT\n"
)
VALUES_32 = VALUES_31.replace("SURG,BASE", "SURG,IND,BASE")
HCPCS = "HCPC2026_OCT_ANWEB.csv"
HCPCS_TOP = (
    "HCPC,SEQNUM,RECID,LONG DESCRIPTION,SHORT DESCRIPTION,"
    + ",".join(f"X{number}" for number in range(39))
    + ",ADD DT,ACT EFF DT,TERM DT,ACTION CD\n"
)
DIAGNOSES = "icd10cm_order_2026.txt"
INDICES = "GPCI2026.csv"
INDICES_TOP = (
    "ADDENDUM E,,,,,,\n,,,,,,\nMedicare Administrative Contractor (MAC),State,Locality Number,"
    "Locality Name,2026 PW GPCI (with 1.0 Floor)***,2026 PE GPCI,2026 MP GPCI\n"
)


def value_row(code: str, modifier: str = "", factor: str = "33.4009", extra: str = "9,") -> str:
    """A row of 32 columns, of 31 without `extra`."""
    return (
        f"{code},{modifier},OUR WORDS,A,,0.66,2.32,,0.37,,0.07,3.05,1.10,0,000,0.00,0.00,0.00,2,0,"
        f"1,0,0,{extra},{factor},09,0,99,0.00,0.00,0.00\n"
    )


def hcpcs_row(code: str, kind: str, added: str = "20200101", ended: str = "") -> str:
    return f"{code},0010,{kind},long,short,{',' * 38},{added},{added},{ended},N\n"


def diagnosis_row(code: str, flag: str, says: str = "Ours") -> str:
    return f"00001 {code:7} {flag} {says:60} {says}\n"


@pytest.fixture
def taken(tmp_path: Path) -> Any:
    """Reads bytes or text under a name: the files, and all rows with all rejected ones."""

    def run(content: bytes | str, name: str, said: Said = Said()) -> Any:  # noqa: B008
        path = tmp_path / "upload"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        files = read(path, name, said)
        return files, [rows(file) for file in files]

    return run


def rows(file: OfficialFile) -> tuple[list[Any], list[tuple[int, str]]]:
    records: list[Any] = []
    rejected: list[tuple[int, str]] = []
    for batch, share in file.batches():
        assert 0 <= share <= 1
        records += batch.records
        records += [copied_row(line) for line in batch.copied.split("\n") if line]
        rejected += [(row.line, row.reason) for row in batch.rejected]
    return records, rejected


def copied_row(line: str) -> Any:
    column_1, column_2, indicator, since, deleted = line.split("\t")
    end = None if deleted == r"\N" else date.fromisoformat(deleted)
    return column_1, column_2, indicator, date.fromisoformat(since), end


def zipped(members: dict[str, bytes | str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def damaged(content: bytes) -> bytes:
    """The same length with other bytes in the first member."""
    return content[:60] + bytes(20) + content[80:]


D = date
RELEASES: Sequence[tuple[str, str, str, tuple[str, str, date, date | None, int, int]]] = (
    # file name, text, what the case is, (table, release, since, until, part, parts)
    (
        PAIRS,
        PAIRS_TOP + "11102\t17000\t\t20240401\t*\t1\tx\n",
        "a part of the third quarter",
        ("NCCI pairs", "2026Q3", D(2026, 7, 1), D(2026, 9, 30), 1, 4),
    ),
    (
        "ccipra-v320r0-f4.TXT",
        "11102\t17000\t*\t19960101\t*\t1\tx\n",
        "v320 is the first quarter",
        ("NCCI pairs", "2026Q1", D(2026, 1, 1), D(2026, 3, 31), 4, 4),
    ),
    (
        "ccipra-v313r1-f2.txt",
        "11102\t17000\t\t20240401\t*\t1\tx\n",
        "a revision has its own name",
        ("NCCI pairs", "2025Q4 r1", D(2025, 10, 1), D(2025, 12, 31), 2, 4),
    ),
    (
        LIMITS,
        LIMITS_TOP + "11102,1,2 Date of Service Edit: Policy,x\n",
        "the day is in the name",
        ("unit limits", "2026Q3", D(2026, 7, 1), D(2026, 9, 30), 1, 1),
    ),
    (
        LIMITS.replace("07-01", "08-15"),
        LIMITS_TOP + "11102,1,3 Date,x\n",
        "within a quarter",
        ("unit limits", "2026-08-15", D(2026, 8, 15), D(2026, 9, 30), 1, 1),
    ),
    (
        "AOC_V2025Q4_01-MCR.txt",
        ADD_ONS_TOP + "1\t11103\t\t11102\t\t2019001\t\t\n",
        "to the year's end",
        ("add-on edits", "2025Q4", D(2025, 10, 1), D(2025, 12, 31), 1, 1),
    ),
    (
        "AOC_V2026Q2-F-MCR.txt",
        ADD_ONS_TOP.replace("DelDT\tP", "DelDT_Julian\tP") + "1\t11103\t\t11102\t\t2019001\t\t\n",
        "a header that says Julian",
        ("add-on edits", "2026Q2", D(2026, 4, 1), D(2026, 12, 31), 1, 1),
    ),
    (
        VALUES,
        VALUES_TITLE + VALUES_32 + value_row("11102"),
        "32 columns",
        ("relative values", "RVU26C", D(2026, 7, 1), D(2026, 9, 30), 1, 1),
    ),
    (
        "PPRRVU22_JAN.csv",
        VALUES_TITLE.replace("2026", "2022").replace("July", "January")
        + VALUES_31
        + value_row("11102", extra=""),
        "31 columns",
        ("relative values", "RVU22A", D(2022, 1, 1), D(2022, 3, 31), 1, 1),
    ),
    (
        "PPRRVU2026_Jul_QPP.csv",
        VALUES_TITLE + VALUES_32 + value_row("11102"),
        "the QPP counterpart",
        (
            "relative values for qualifying APM participants",
            "RVU26C",
            D(2026, 7, 1),
            D(2026, 9, 30),
            1,
            1,
        ),
    ),
    (
        INDICES,
        INDICES_TOP + "10112,AL,00,ALABAMA,1.000,0.875,0.566\n",
        "a year",
        ("localities", "GPCI2026", D(2026, 1, 1), D(2026, 12, 31), 1, 1),
    ),
    (
        HCPCS,
        HCPCS_TOP + hcpcs_row("J3301", "3"),
        "October",
        ("HCPCS codes", "2026Q4", D(2026, 10, 1), D(2026, 12, 31), 1, 1),
    ),
    (
        DIAGNOSES,
        diagnosis_row("D225", "1"),
        "a fiscal year",
        ("diagnosis codes", "FY2026", D(2025, 10, 1), D(2026, 9, 30), 1, 1),
    ),
    (
        "icd10cm_order_Apr_2026.txt",
        diagnosis_row("D225", "1"),
        "its April revision",
        ("diagnosis codes", "FY2026 April", D(2026, 4, 1), D(2026, 9, 30), 1, 1),
    ),
)


@pytest.mark.parametrize(
    ("name", "text", "want"),
    [(name, text, want) for name, text, _, want in RELEASES],
    ids=[says for _, _, says, _ in RELEASES],
)
def test_a_file_says_its_release(taken: Any, name: str, text: str, want: Any) -> None:
    (file,), ((records, rejected),) = taken(text, name)
    published = file.published
    release = published.release
    assert release.official
    assert (
        release.table,
        release.name,
        release.since,
        release.until,
        published.part,
        published.parts,
    ) == want
    assert len(records) == 1
    assert rejected == []


SAID = (
    # the name alone, what the person says, (release, since, until)
    (
        VALUES,
        Said(effective_from=D(2026, 8, 9)),
        ("RVU26C from 2026-08-09", D(2026, 8, 9), D(2026, 9, 30)),
    ),
    (VALUES, Said(release="RVU26CR"), ("RVU26CR", D(2026, 7, 1), D(2026, 9, 30))),
    ("ours.csv", Said(effective_to=D(2026, 12, 31)), ("RVU26C", D(2026, 7, 1), D(2026, 12, 31))),
)


@pytest.mark.parametrize(("name", "said", "want"), SAID)
def test_what_is_said_goes_over_what_the_name_says(
    taken: Any, name: str, said: Said, want: Any
) -> None:
    (file,), _ = taken(VALUES_TITLE + VALUES_32 + value_row("11102"), name, said)
    release = file.published.release
    assert (release.name, release.since, release.until) == want


READ = (
    (
        "a pair in force and a deleted one, either line end",
        PAIRS,
        PAIRS_TOP
        + "11102\t17000\t\t20240401\t*\t1\twhy\r\n11102\t99213\t*\t20000101\t20191231\t1\twhy\n",
        [
            ("11102", "17000", "1", D(2024, 4, 1), None),
            ("11102", "99213", "1", D(2000, 1, 1), D(2019, 12, 31)),
        ],
        [],
    ),
    (
        "letters and leading zeros stay",
        PAIRS,
        "0001A\t0591T\t\t20220101\t20231231\t1\twhy\n",
        [("0001A", "0591T", "1", D(2022, 1, 1), D(2023, 12, 31))],
        [],
    ),
    (
        "the same pair with other days is another row",
        PAIRS,
        "11102\t17000\t\t20240401\t*\t1\tw\n11102\t17000\t\t20000101\t20191231\t1\tw\n",
        [
            ("11102", "17000", "1", D(2024, 4, 1), None),
            ("11102", "17000", "1", D(2000, 1, 1), D(2019, 12, 31)),
        ],
        [],
    ),
    (
        "rows that cannot stand",
        PAIRS,
        PAIRS_TOP + "11101\t17000\t\t20240401\t*\tx\tw\n"
        "11102\t17000\t\t20240401\t*\t1\tw\n"
        "11102\t17000\t\t20240401\t*\t0\tw\x85\x0c\n"
        "11102\t17003\t\t20240231\t*\t1\tw\n"
        "11102\t17004\t\t20240401\t*\t7\tw\n"
        "1110\t17004\t\t20240401\t*\t1\tw\n"
        "11102\t17110\t20240401\t*\t1\tw\n"
        "\n"
        "11102\t17111\t\t20240401\t*\t1\tw\n",
        [
            ("11102", "17000", "1", D(2024, 4, 1), None),
            ("11102", "17111", "1", D(2024, 4, 1), None),
        ],
        [
            (5, "code, date or modifier indicator is not as the layout says"),
            (7, "stands twice"),
            (8, "a date is not in the calendar"),
            (9, "code, date or modifier indicator is not as the layout says"),
            (10, "code, date or modifier indicator is not as the layout says"),
            (11, "6 columns instead of 7"),
        ],
    ),
    (
        "limits: zero is a limit, the code is text",
        LIMITS,
        LIMITS_TOP + "0001U,0,2 Date of Service Edit: Policy,why\n11103,6,3 Date,why\n"
        "17003,13,1 Line Edit,why\n",
        [("0001U", 0, "2"), ("11103", 6, "3"), ("17003", 13, "1")],
        [],
    ),
    (
        "limits that cannot stand",
        LIMITS,
        LIMITS_TOP + "11102,1,2 Date,w\n11102,2,2 Date,w\n17000,-1,2 Date,w\n17003,1,4 Date,w\n"
        "170,1,2 Date,w\n17004,1,2 Date\n17110,\u0661,2 Date,w\n",
        [("11102", 1, "2")],
        [
            (6, "stands twice"),
            (7, "the limit is not a number of units"),
            (8, "the adjudication indicator is not 1, 2 or 3"),
            (9, "the code has not five digits or capitals"),
            (10, "3 columns instead of 4"),
            (11, "the limit is not a number of units"),
        ],
    ),
    (
        "add-ons: day of the year, the earliest end, contractor-defined",
        ADD_ONS,
        ADD_ONS_TOP
        + "1\t17003\t\t17000\t\t2013091\t\t\n1\t11201\t2024366\t11200\t2023365\t2013091\t\tn\n"
        "2\t88311\t\tCCCCC\t\t2013091\t\n",
        [
            ("17003", "17000", "1", D(2013, 4, 1), None),
            ("11201", "11200", "1", D(2013, 4, 1), D(2023, 12, 31)),
            ("88311", "CCCCC", "2", D(2013, 4, 1), None),
        ],
        [],
    ),
    (
        "add-ons that cannot stand",
        ADD_ONS,
        ADD_ONS_TOP + "1\t17003\t\t17000\t\t2013091\t\t\n4\t17003\t\t17000\t\t2013091\t\t\n"
        "1\t17003\t\t17000\t\t2013366\t\t\n1\t17003\t\t17000\t\t20130401\t\t\n"
        "1\t17003\t\t17000\t\t2013091\t\t\n",
        [("17003", "17000", "1", D(2013, 4, 1), None)],
        [
            (4, "the edit type is none of 1, 2, 3"),
            (5, "a date is not in the calendar"),
            (6, "a date is not a year and a day of it"),
            (7, "stands twice"),
        ],
    ),
    (
        "values: every component is a row, the description is dropped",
        VALUES,
        VALUES_TITLE
        + VALUES_32
        + value_row("88305")
        + value_row("88305", "TC")
        + value_row("88305", "26"),
        [
            (
                code,
                mod,
                "A",
                Decimal("0.66"),
                Decimal("2.32"),
                Decimal("0.37"),
                Decimal("0.07"),
                Decimal("3.05"),
                Decimal("1.10"),
                "0",
                "000",
                Decimal("33.4009"),
            )
            for code, mod in (("88305", ""), ("88305", "TC"), ("88305", "26"))
        ],
        [],
    ),
    (
        "values: the factor stands a column earlier in 31",
        "PPRRVU22_JAN.csv",
        VALUES_TITLE + VALUES_31 + value_row("11102", factor="34.6062", extra=""),
        [
            (
                "11102",
                "",
                "A",
                Decimal("0.66"),
                Decimal("2.32"),
                Decimal("0.37"),
                Decimal("0.07"),
                Decimal("3.05"),
                Decimal("1.10"),
                "0",
                "000",
                Decimal("34.6062"),
            )
        ],
        [],
    ),
    (
        "values that cannot stand",
        VALUES,
        VALUES_TITLE
        + VALUES_32
        + value_row("11102")
        + value_row("11102")
        + value_row("11103", "59")
        + value_row("11104", extra="")
        + value_row("11106", factor="NaN")
        + value_row("11107").replace(",A,", ",why,"),
        None,
        [
            (4, "stands twice"),
            (5, "the modifier is none of blank, 26, TC, 53"),
            (6, "31 columns instead of 32"),
            (7, "the conversion factor is not a number"),
            (8, "the status is not written as it should be"),
        ],
    ),
    (
        "HCPCS: padded modifiers, ended codes, continued descriptions",
        HCPCS,
        HCPCS_TOP
        + hcpcs_row("   A1", "7")
        + hcpcs_row("J0135", "3", ended="20241231")
        + hcpcs_row("J0135", "4")
        + hcpcs_row("   A1", "8"),
        [("A1", True, D(2020, 1, 1), None), ("J0135", False, D(2020, 1, 1), D(2024, 12, 31))],
        [],
    ),
    (
        "HCPCS that cannot stand",
        HCPCS,
        HCPCS_TOP
        + hcpcs_row("J3301", "3")
        + hcpcs_row("J330", "3")
        + hcpcs_row("J3302", "5")
        + hcpcs_row("J3303", "3", added="2020")
        + hcpcs_row("J3304", "3", added=""),
        [("J3301", False, D(2020, 1, 1), None)],
        [
            (3, "the code is not a letter and four digits, nor a modifier of two"),
            (4, "the record id is none of 3, 7, 4, 8"),
            (5, "a date is not YYYYMMDD"),
            (6, "the day it was added is missing"),
        ],
    ),
    (
        "diagnoses: the dot after the third, headings are not billable",
        DIAGNOSES,
        diagnosis_row("C44", "0") + diagnosis_row("C44311", "1") + diagnosis_row("S0100XA", "1"),
        [("C44", False), ("C44.311", True), ("S01.00XA", True)],
        [],
    ),
    (
        "diagnoses that cannot stand",
        DIAGNOSES,
        diagnosis_row("D225", "1")
        + diagnosis_row("D225", "1")
        + "00003 D226 1 too early\n"
        + diagnosis_row("D227", "2"),
        [("D22.5", True)],
        [
            (2, "stands twice"),
            (3, "order number, code or flag is not where the layout says"),
            (4, "order number, code or flag is not where the layout says"),
        ],
    ),
    (
        "indices: stars, quoted commas, footnotes; numbers repeat across states",
        INDICES,
        INDICES_TOP + '01212,HI,01,"HAWAII, GUAM",1.000,1.137,0.579\n'
        "02102,AK,01,ALASKA*,1.500,1.065,0.551\n"
        '"MAC Assignments as of November 22, 2023",,,,,,\n,,,,,,\n*Work has a floor.,,,,,,\n',
        [
            ("01212", "01", "HI", Decimal("1.000"), Decimal("1.137"), Decimal("0.579")),
            ("02102", "01", "AK", Decimal("1.500"), Decimal("1.065"), Decimal("0.551")),
        ],
        [],
    ),
)


@pytest.mark.parametrize(
    ("name", "text", "want", "faults"), [row[1:] for row in READ], ids=[row[0] for row in READ]
)
def test_rows_and_what_is_rejected(
    taken: Any, name: str, text: str, want: list[Any] | None, faults: list[tuple[int, str]]
) -> None:
    _, ((records, rejected),) = taken(text, name)
    assert rejected == faults
    assert want is None or records == want


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1", "utf-8-sig"])
def test_either_encoding_is_read(taken: Any, encoding: str) -> None:
    text = LIMITS_TOP + "11102,1,2 Date of Service Edit: Policy,x\n"
    _, ((records, _),) = taken(text.encode(encoding), LIMITS)
    assert records == [("11102", 1, "2")]


def test_a_zip_and_its_member_are_the_same_content(taken: Any) -> None:
    text = PAIRS_TOP + "11102\t17000\t\t20240401\t*\t1\tx\n"
    name = "medicare-ncci-2026q3-practitioner-ptp-edits-ccipra-v322r0-f1.zip"
    content = zipped({"ccipra-v322r0-f1.xlsx": b"PK", "ccipra-v322r0-f1.TXT": text})
    (in_zip,), _ = taken(content, name)
    (bare,), _ = taken(text, PAIRS)
    assert in_zip.published.content_hash == bare.published.content_hash
    assert in_zip.published.release == bare.published.release


def test_the_name_of_the_zip_says_what_the_member_does_not(taken: Any) -> None:
    content = zipped({"edits.txt": "11102\t17000\t\t20240401\t*\t1\tx\n"})
    (file,), _ = taken(content, "medicare-ncci-2026q4-practitioner-ptp-edits-f3.zip")
    assert (file.published.release.name, file.published.part) == ("2026Q4", 3)


def test_a_quarter_of_relative_values_holds_several_tables(taken: Any) -> None:
    values = VALUES_TITLE + VALUES_32 + value_row("11102")
    content = zipped(
        {
            "RVU26C.pdf": b"%PDF",
            "PPRRVU2026_Jul_nonQPP.csv": values,
            "PPRRVU2026_Jul_QPP.csv": values.replace("33.4009", "33.5675"),
            "PPRRVU2026_Jul_nonQPP.txt": "fixed width 11102\n",
            "GPCI2026.csv": INDICES_TOP + "10112,AL,00,ALABAMA,1.000,0.875,0.566\n",
        }
    )
    files, _ = taken(content, "rvu26c.zip")
    assert [file.published.release.table for file in files] == [
        "relative values",
        "relative values for qualifying APM participants",
        "localities",
    ]


def test_a_text_in_several_chunks_keeps_its_lines(taken: Any) -> None:
    text = (
        PAIRS_TOP
        + "".join(
            f"{10000 + number // 200}\t{20000 + number % 200}\t\t20240401\t*\t1\t{'why ' * 20}\n"
            for number in range(20_000)
        )
        + "12345\t11102\t\t20241301\t*\t1\twhy\n"
    )
    _, ((records, rejected),) = taken(text, PAIRS)
    assert len({record[:2] for record in records}) == 20_000
    assert rejected == [(20_005, "a date is not in the calendar")]


WHOLE = (
    PAIRS_TOP
    + "11102\t17000\t\t20240401\t*\t1\tMisuse of codes\n" * 1
    + ("11102\t17003\t\t20240401\t*\t1\tMisuse of codes\n")
)
BROKEN: Sequence[tuple[str, str, bytes | str, str]] = (
    ("an empty file", PAIRS, "", "empty"),
    ("bytes that are no text", PAIRS, b"\x00\x01" * 100, "not-text"),
    ("a ZIP that is none", "rvu26c.zip", "not a zip at all", "not-a-zip"),
    ("a ZIP cut off", "x.zip", zipped({PAIRS: WHOLE * 300})[:-60], "not-a-zip"),
    (
        "a ZIP with a damaged member",
        "x.zip",
        damaged(zipped({PAIRS: WHOLE * 300})),
        "not-a-zip",
    ),
    ("a ZIP without text", "x.zip", zipped({"a.xlsx": b"x"}), "no-text"),
    (
        "a ZIP with too many members",
        "x.zip",
        zipped({f"{number}.txt": "" for number in range(101)}),
        "not-the-file",
    ),
    ("a bomb", "x.zip", zipped({PAIRS: b"1" * 3_000_000}), "too-large"),
    ("a text of other columns", "x.csv", "code,units\n11102,1\n", "columns-unknown"),
    (
        "a header that is none of the layouts",
        VALUES,
        VALUES_TITLE + VALUES_32.replace("BASE,", "") + value_row("11102"),
        "columns-unknown",
    ),
    ("half a file", PAIRS, WHOLE[:-9], "cut-off"),
    ("half a file, in the middle of the cells", PAIRS, WHOLE[:-30], "cut-off"),
    ("half an order file", DIAGNOSES, (diagnosis_row("D225", "1") * 2)[:-3], "cut-off"),
    ("a line without end", PAIRS, WHOLE + "1" * 2_200_000 + "\n", "not-the-file"),
    (
        "an unclosed quote",
        LIMITS,
        LIMITS_TOP + '11102,1,2 Date,"x\n' + "y" * 200_000 + "\n",
        "not-the-file",
    ),
    (
        "a day in no calendar",
        LIMITS.replace("07-01", "02-30"),
        LIMITS_TOP + "11102,1,2 Date,x\n",
        "date-unknown",
    ),
    ("a name that says no release", "pairs.txt", WHOLE, "release-unknown"),
    ("hospital pairs", "ccioph-v322r0-f1.txt", WHOLE, "another-file"),
    (
        "hospital limits",
        "x.csv",
        LIMITS_TOP.replace("Practitioner", "Outpatient Hospital") + "11102,1,2 Date,x\n",
        "another-file",
    ),
    (
        "Medicaid limits",
        "x.csv",
        '"HCPCS/\nCPT Code",Practitioner Services MUE Values,MUE Rationale\n11102,1,x\n',
        "another-file",
    ),
    (
        "Medicaid add-ons",
        "AOC_V2026Q2-MCD.txt",
        ADD_ONS_TOP + "1\t17003\t\t17000\t\t2013091\t\t\n",
        "another-file",
    ),
)


@pytest.mark.parametrize(
    ("name", "content", "code"), [row[1:] for row in BROKEN], ids=[row[0] for row in BROKEN]
)
def test_a_broken_file_is_refused(taken: Any, name: str, content: bytes | str, code: str) -> None:
    with pytest.raises(Refused) as refused:
        taken(content, name)
    assert refused.value.code == code
    assert "11102" not in refused.value.reason


def test_a_file_without_last_line_end_is_whole_where_its_last_row_is(taken: Any) -> None:
    _, ((records, _),) = taken(WHOLE[:-1], PAIRS)
    assert len(records) == 2
    _, ((records, _),) = taken(diagnosis_row("D225", "1")[:-1], DIAGNOSES)
    assert records == [("D22.5", True)]


def test_days_within_a_quarter_are_those_of_its_values_alone(taken: Any) -> None:
    content = zipped(
        {
            "PPRRVU2026_Jul_nonQPP.csv": VALUES_TITLE + VALUES_32 + value_row("11102"),
            "GPCI2026.csv": INDICES_TOP + "10112,AL,00,ALABAMA,1.000,0.875,0.566\n",
        }
    )
    files, _ = taken(content, "rvu26cr.zip", Said(effective_from=D(2026, 8, 9)))
    found = [(file.published.release.name, file.published.release.since) for file in files]
    assert found == [
        ("RVU26C from 2026-08-09", D(2026, 8, 9)),
        ("GPCI2026", D(2026, 1, 1)),
    ]


def test_several_tables_are_not_renamed_at_once(taken: Any) -> None:
    values = VALUES_TITLE + VALUES_32 + value_row("11102")
    content = zipped({"a_nonQPP.csv": values, "a_QPP.csv": values})
    with pytest.raises(Refused) as refused:
        taken(content, "rvu26c.zip", Said(release="X"))
    assert refused.value.code == "several-files"


@pytest.mark.parametrize(
    ("day", "last"),
    [
        (D(2026, 1, 1), D(2026, 3, 31)),
        (D(2024, 3, 9), D(2024, 3, 31)),
        (D(2026, 12, 31), D(2026, 12, 31)),
        (D(2026, 4, 30), D(2026, 6, 30)),
    ],
)
def test_the_end_of_a_quarter(day: date, last: date) -> None:
    assert quarter_end(day) == last


NAMELESS = Said("mine", D(2026, 7, 1))
EXCERPTED = (
    # file, said, rows, one of them
    (
        "ccipra-v322r0-f1.excerpt.txt",
        Said(),
        26,
        ("0001A", "90473", "9", D(2022, 1, 1), D(2022, 1, 1)),
    ),
    ("MCR_MUE_PractitionerServices_Eff_07-01-2026.excerpt.csv", Said(), 9, ("0009U", 2, "3")),
    ("PPRRVU2026_Jul_nonQPP.excerpt.csv", Said(), 8, None),
    (
        "PPRRVU22_JAN.dermatology.excerpt.csv",
        Said(),
        53,
        (
            "88305",
            "26",
            "A",
            Decimal("0.75"),
            Decimal("0.32"),
            Decimal("0.32"),
            Decimal("0.01"),
            Decimal("1.08"),
            Decimal("1.08"),
            "1",
            "XXX",
            Decimal("34.6062"),
        ),
    ),
    (
        "GPCI2026.excerpt.csv",
        Said(),
        13,
        ("01212", "01", "HI", Decimal("1.000"), Decimal("1.137"), Decimal("0.579")),
    ),
    ("HCPC2026_OCT_ANWEB.excerpt.csv", Said(), 5, ("GD", True, D(2008, 1, 1), D(2019, 12, 31))),
    ("icd10cm_order_2026.excerpt.txt", Said(), 12, ("M54.00", True)),
    (
        "constructed/ccipra-dermatology.constructed.txt",
        NAMELESS,
        30,
        ("11102", "99213", "1", D(2000, 1, 1), D(2019, 12, 31)),
    ),
    ("constructed/MUE-dermatology.constructed.csv", NAMELESS, 22, ("17003", 13, "2")),
    (
        "constructed/AOC-dermatology.constructed.txt",
        NAMELESS,
        35,
        ("88311", "CCCCC", "3", D(2013, 4, 1), None),
    ),
    ("constructed/icd10cm_order-dermatology.constructed.txt", NAMELESS, 25, ("C44.311", True)),
)


@pytest.mark.skipif(not EXCERPTS.is_dir(), reason="the excerpts of official files are not here")
@pytest.mark.parametrize(
    ("file", "said", "count", "one"), EXCERPTED, ids=[row[0] for row in EXCERPTED]
)
def test_real_excerpts(file: str, said: Said, count: int, one: Any) -> None:
    path = EXCERPTS / file
    ((records, rejected),) = [rows(each) for each in read(path, path.name, said)]
    assert rejected == []
    assert len(records) == count
    assert one is None or one in records
