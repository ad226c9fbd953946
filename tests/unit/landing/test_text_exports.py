"""Text exports: encodings, delimiters, headers, lines, and the two ways they are read."""

from __future__ import annotations

import csv
from pathlib import Path

import duckdb
import pytest

from pipelines.errors import UserError
from pipelines.landing.detect import MAX_FIELD, long_fields
from pipelines.landing.parquet import Landed
from pipelines.landing.text import land_text
from tests.support.landing_files import KNOWN, Rows, land, land_bytes, landed_rows, ragged

BLANK_ROWS = ("", "")  # at the end of a file they change nothing but the way it is read
CHINESE = "id,name,amount\n1,上海远景科技,100\n2,北京（中关村）,200\n"


@pytest.mark.parametrize(
    "content",
    [
        CHINESE.encode("utf-8"),
        CHINESE.encode("utf-8-sig"),
        CHINESE.encode("gb18030"),
        CHINESE.encode("utf-16"),
        b"\xff\xfe" + CHINESE.encode("utf-16-le"),
        b"\xfe\xff" + CHINESE.encode("utf-16-be"),
    ],
    ids=["utf-8", "utf-8 with mark", "gb18030", "utf-16", "utf-16 little", "utf-16 big"],
)
def test_every_encoding_of_an_export_reads_the_same(tmp_path: Path, content: bytes) -> None:
    landed, rows = land_bytes(tmp_path, content)
    assert landed.names == ("id", "name", "amount")
    assert rows == [(2, "1", "上海远景科技", "100"), (3, "2", "北京（中关村）", "200")]


@pytest.mark.parametrize("name", ["Café Brûlé", "Müller", "Société", "Ångström", "naïve", "Señor"])
def test_western_european_text_is_not_taken_for_chinese(tmp_path: Path, name: str) -> None:
    """`ü` and the letter after it happen to be a Chinese character in GB18030."""
    _, rows = land_bytes(tmp_path, f"id,name,amount\n1,{name},100\n".encode("cp1252"))
    assert rows == [(2, "1", name, "100")]


@pytest.mark.parametrize(
    "name",
    [
        "Größe", "Ação", "Müßig", "Conceição", "Straße Größe", "maçã", "Noël à Besançon", "AÇÃO",
        "Gemüsegroßhandel", "Größenänderung", "naïve ñandú", "Måløy",
    ],
)  # fmt: skip
def test_words_with_two_accents_in_a_row_are_no_chinese(tmp_path: Path, name: str) -> None:
    _, rows = land_bytes(tmp_path, f"id,name,amount\n1,{name},100\n".encode("cp1252"))
    assert rows[0][2] == name


@pytest.mark.parametrize(
    "name",
    ["龙", "远景A科技", "A产B线", "鑫磊", "瑾瑜电气", "鑫", "价格（含税）", "Ａ１公司", "邛崃某某"],
)
def test_short_chinese_words_are_still_chinese(tmp_path: Path, name: str) -> None:
    body = f"id,name,amount\n1,{name},100\n"
    _, rows = land_bytes(tmp_path, body.encode("gb18030"))
    assert rows[0][2] == name


@pytest.mark.parametrize("text", ["镕", "喆", "张镕基", "€100", "㐀㐁", "王喆,李旻"])
def test_rare_chinese_characters_are_still_chinese(tmp_path: Path, text: str) -> None:
    body = f'id,name,amount\n1,"{text}",100\n2,上海公司,1\n'
    _, rows = land_bytes(tmp_path, body.encode("gb18030"))
    assert rows[0][2] == text


def test_chinese_that_begins_after_the_first_megabyte_is_read_right(tmp_path: Path) -> None:
    plain = "".join(f"{number},plain,1\n" for number in range(120_000))
    content = ("id,name,amount\n" + plain + "x,上海远景科技,100\n").encode("gb18030")
    assert len(content) > 1 << 20
    _, rows = land_bytes(tmp_path, content)
    assert rows[-1] == (120_002, "x", "上海远景科技", "100")


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_every_delimiter_is_recognised(tmp_path: Path, delimiter: str) -> None:
    _, rows = land(tmp_path, *(delimiter.join(r) for r in (["id", "name", "amount"], list("1a5"))))
    assert rows == [(2, "1", "a", "5")]


def test_a_decimal_comma_is_no_delimiter(tmp_path: Path) -> None:
    _, rows = land(tmp_path, "id;name;amount", "1,0;1,5;2,5", "2,0;1,5;3,5")
    assert rows == [(2, "1,0", "1,5", "2,5"), (3, "2,0", "1,5", "3,5")]


def test_commas_in_a_title_do_not_decide_the_delimiter(tmp_path: Path) -> None:
    _, rows = land(tmp_path, "Report, of all, the deals, in, 2026", "id;name;amount", "1;a;5")
    assert rows == [(3, "1", "a", "5")]


def test_the_header_is_found_under_title_rows(tmp_path: Path) -> None:
    landed, rows = land(
        tmp_path, "商机明细表", "导出时间,2026-11-16", "", "id,name,amount", "1,a,5"
    )
    assert landed.names == ("id", "name", "amount")
    assert rows == [(5, "1", "a", "5")]


def test_a_header_of_two_rows_takes_the_lower_text_and_else_the_upper(tmp_path: Path) -> None:
    landed, rows = land(tmp_path, "id,customer,,amount", ",name,city,", "1,a,Xi'an,5")
    assert landed.names == ("id", "name", "city", "amount")
    assert rows == [(3, "1", "a", "Xi'an", "5")]


def test_required_marks_and_line_breaks_in_a_header_do_not_matter(tmp_path: Path) -> None:
    landed, _ = land(tmp_path, 'id*,"na\nme", amount ,', "1,a,5,x", known={"id", "na me"})
    assert landed.names == ("id", "na me", "amount", "column_4")


@pytest.mark.parametrize(
    ("header", "names"),
    [
        ("id,name,name,name", ("id", "name", "name_2", "name_3")),
        ("id,Name,name", ("id", "Name", "name_2")),
        ("id,name,name,name_2", ("id", "name", "name_2", "name_2_2")),
        ("id,name,,", ("id", "name", "column_3", "column_4")),
        ("id,name,,column_3", ("id", "name", "column_3", "column_3_2")),
    ],
)
def test_repeated_and_empty_headers_get_names_of_their_own(
    tmp_path: Path, header: str, names: tuple[str, ...]
) -> None:
    cells = ",".join("abcd"[: len(names)])
    landed, rows = land(tmp_path, header, cells)
    assert landed.names == names
    assert rows == [(2, *"abcd"[: len(names)])]


@pytest.mark.parametrize("total", ["合计,,300", "总 计：,,300", ",小计,300", "Grand Total,,300"])
def test_a_total_row_is_no_row(tmp_path: Path, total: str) -> None:
    _, rows = land(tmp_path, "id,name,amount", "1,a,100", "2,b,200", total)
    assert [row[0] for row in rows] == [2, 3]


@pytest.mark.parametrize("between", ["小计,,100", ",,", "", "  ,  ,"])
def test_totals_and_blank_rows_between_the_rows_are_left_out_and_lines_stay(
    tmp_path: Path, between: str
) -> None:
    _, rows = land(tmp_path, "id,name,amount", "1,a,100", between, "2,b,200", "3,c,300")
    assert [(row[0], row[1]) for row in rows] == [(2, "1"), (4, "2"), (5, "3")]


def test_a_word_that_only_contains_total_is_a_row(tmp_path: Path) -> None:
    _, rows = land(tmp_path, "id,name,amount", "Total Energies,a,1", "totals,b,2", "x,合计,3")
    assert len(rows) == 3


def test_lines_stay_physical_when_a_field_holds_line_breaks(tmp_path: Path) -> None:
    landed, rows = land(tmp_path, "id,name,amount", '1,"first', 'second",100', "2,b,200")
    assert landed.first_line is None
    assert rows == [(2, "1", "first\nsecond", "100"), (4, "2", "b", "200")]


def test_a_row_of_the_wrong_width_is_kept_whole(tmp_path: Path) -> None:
    landed, rows = land(tmp_path, "id,name,amount", "1,a,100", "2,b,x,200,9", "3,c", "4,d,400,,")
    assert [row[0] for row in rows] == [2, 3, 4, 5]
    assert ragged(tmp_path, landed) == [(3, "2,b,x,200,9"), (4, "3,c")]  # empty extras do no harm


def test_a_quote_that_is_never_closed_is_named_not_swallowed(tmp_path: Path) -> None:
    body = "".join(f"{number},plain text of some length,1\n" for number in range(10_000))
    with pytest.raises(UserError) as error:
        land_bytes(tmp_path, ('id,name,amount\n1,a,1\n2,"12 inch,5\n' + body).encode())
    assert "line 3" in error.value.message
    assert "quote" in error.value.message


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "the file is empty"),
        (b"\n\n\n", "no header row found"),
        (
            "日期,客户,金额\n2026-01-01,甲,5\n".encode(),
            "the first filled row reads: 日期, 客户, 金额",
        ),
    ],
    ids=["empty", "blank", "no header"],
)
def test_a_file_that_cannot_be_read_says_why(tmp_path: Path, content: bytes, expected: str) -> None:
    with pytest.raises(UserError) as error:
        land_bytes(tmp_path, content)
    assert expected in error.value.message


def test_a_header_without_rows_lands_nothing(tmp_path: Path) -> None:
    for content in (b"id,name,amount", b"id,name,amount\n", b"id,name,amount\r\n"):
        landed, rows = land_bytes(tmp_path, content)
        assert (landed.rows, rows) == (0, [])


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("end", [True, False])
def test_a_regular_file_takes_the_fast_way(tmp_path: Path, newline: str, end: bool) -> None:
    lines = ["title,,", "id,name,amount", "1,a,100", '2,"b, c",200', '3,"say ""hi""",300']
    landed, rows = land_bytes(tmp_path, (newline.join(lines) + (newline if end else "")).encode())
    assert landed.first_line == 3
    assert landed.rows == 3
    assert rows == [(3, "1", "a", "100"), (4, "2", "b, c", "200"), (5, "3", 'say "hi"', "300")]


def test_both_ways_give_the_same_rows(tmp_path: Path) -> None:
    lines = ["id,name,amount", "1,a,100", '2,"b, ""c""",', ",x,", "4,  d  ,0"]
    fast, rows = land(tmp_path, *lines)
    slow, same = land(tmp_path, *lines, *BLANK_ROWS)
    assert (fast.first_line, slow.first_line) == (2, None)
    assert rows == same


@pytest.mark.parametrize("row", ['2, "b, ""c""" ,200', '2 ,"b, ""c""",200', '2,"b, ""c"""  ,200'])
def test_blanks_around_quotes_read_the_same_both_ways(tmp_path: Path, row: str) -> None:
    fast, rows = land(tmp_path, "id,name,amount", "1,a,100", row)
    assert fast.first_line == 2
    slow, same = land(tmp_path, "id,name,amount", "1,a,100", row, *BLANK_ROWS)
    assert slow.first_line is None
    assert [r[2:] for r in same] == [r[2:] for r in rows] == [("a", "100"), ('b, "c"', "200")]


def given(folder: Path, content: str, *header: str) -> tuple[Landed, Rows]:
    """Land a file without a header row, under these names."""
    path = folder / "export.csv"
    path.write_text(content, encoding="utf-8")
    with duckdb.connect() as con:
        landed = land_text(con, path, set(header), folder / "landed.parquet", header)
        return landed, landed_rows(con, landed)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_a_file_without_a_header_begins_at_line_1(tmp_path: Path, delimiter: str) -> None:
    lines = [delimiter.join(cells) for cells in (["1", "a", "5"], ["2", "b", ""])]
    landed, rows = given(tmp_path, "\n".join(lines) + "\n", "id", "name", "amount")
    assert (landed.first_line, landed.names) == (1, ("id", "name", "amount"))
    assert rows == [(1, "1", "a", "5"), (2, "2", "b", None)]


def test_a_file_without_a_header_keeps_its_lines_the_slow_way_too(tmp_path: Path) -> None:
    _, rows = given(tmp_path, "\ufeff1,a,5\n\n2,b,6\n合计,,11\n", "id", "name", "amount")
    assert rows == [(1, "1", "a", "5"), (3, "2", "b", "6")]


def test_names_that_do_not_fit_a_file_without_a_header_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError) as error:
        given(tmp_path, "1,a\n2,b\n", "id", "name", "amount")
    assert "names 3 columns" in error.value.message
    assert "its rows have 2" in error.value.message


def test_two_files_may_be_read_at_once_with_long_fields() -> None:
    before = csv.field_size_limit()
    with long_fields():
        with long_fields():
            pass
        assert csv.field_size_limit() == MAX_FIELD  # the other file is still being read
    assert csv.field_size_limit() == before


def test_carriage_returns_alone_end_lines_too(tmp_path: Path) -> None:
    _, rows = land_bytes(tmp_path, b"id,name,amount\r1,a,100\r2,b,200\r")
    assert [row[1] for row in rows] == ["1", "2"]


def test_a_wide_and_long_field_is_read_whole(tmp_path: Path) -> None:
    note = "备注" * 30_000
    _, rows = land(tmp_path, "id,name,amount", f"1,{note},5")
    assert rows == [(2, "1", note, "5")]


def test_nothing_but_the_landed_file_is_left_behind(tmp_path: Path) -> None:
    source = tmp_path / "in.csv"
    source.write_bytes(CHINESE.encode("gb18030"))
    out = tmp_path / "out"
    out.mkdir()
    with duckdb.connect() as con:
        land_text(con, source, KNOWN, out / "landed.parquet")
    source.write_text('id,name,amount\n1,"a\nb",5\n', encoding="utf-8")
    with duckdb.connect() as con:
        land_text(con, source, KNOWN, out / "landed.parquet")
    assert [path.name for path in out.iterdir()] == ["landed.parquet"]


def test_python_s_limit_on_the_size_of_a_field_is_left_as_it_was(tmp_path: Path) -> None:
    before = csv.field_size_limit()
    land(tmp_path, "id,name,amount", '1,"a', 'b",5')
    assert csv.field_size_limit() == before


@pytest.mark.parametrize(
    ("stated", "text"),
    [
        ("windows-1252", "Ã¤ und Größe"),  # valid UTF-8 as well
        ("gbk", "远景"),
        ("big5", "許功蓋"),
        ("cp950", "碁恒"),  # of Windows, beyond Big5
        ("big5-hkscs", "鰂魚涌邨"),
        ("cp932", "①髙島屋"),
        ("euc_jp", "株式会社"),
        ("euc_kr", "한국전자"),
        ("cp949", "똠방각하"),
        ("koi8-r", "Продажи"),
        ("windows-1250", "Łódź"),
        ("tis-620", "กรุงเทพ"),
        ("cp1251", "Продажи"),
        ("shift_jis", "表示ソ"),  # its second bytes are those of \\
        ("latin-1", "naïve"),
        ("utf-16", "远景"),
        ("utf-8", "Größe"),
    ],
)
def test_a_stated_encoding_is_not_doubted(tmp_path: Path, stated: str, text: str) -> None:
    from pipelines.sources.sourcemodel import SourceFile

    source = SourceFile(source="s", system="crm", table="customer", files=("*",), columns={},
                        encoding=stated)  # fmt: skip
    path = tmp_path / "export.csv"
    path.write_bytes(f"id,name,amount\n1,{text},5\n2,b,6\n".encode(stated))
    with duckdb.connect() as con:
        landed = land_text(con, path, KNOWN, tmp_path / "l.parquet", stated=source.encoding)
        assert landed_rows(con, landed) == [(2, "1", text, "5"), (3, "2", "b", "6")]
    assert landed.notes == {}


# Exports as they come from systems of Taiwan, Hong Kong, Japan, Korea and Eastern Europe.
FOREIGN = [
    ("big5", "台積電股份有限公司", "鴻海精密工業", "聯發科技 新竹市"),
    ("big5-hkscs", "鰂魚涌太古坊邨", "九龍倉集團有限公司", "長江實業 中環"),
    ("shift_jis", "株式会社日立製作所", "トヨタ自動車", "東京エレクトロン"),
    ("euc_jp", "株式会社日立製作所", "キヤノン株式会社", "東京都港区"),
    ("euc_kr", "삼성전자주식회사", "현대자동차 서울", "엘지화학 부산공장"),
    ("windows-1251", "ООО Северсталь", "Газпром нефть", "Новосибирск"),
    ("koi8-r", "ООО Северсталь", "Газпром нефть", "Новосибирск"),
    ("windows-1253", "Ελληνικά Πετρέλαια", "Θεσσαλονίκη", "Αθήνα"),
    ("tis-620", "บริษัทไทยออยล์", "กรุงเทพมหานคร", "เชียงใหม่"),
]


@pytest.mark.parametrize(("written", "names"), [(e, n) for e, *n in FOREIGN], ids=str)
def test_an_encoding_of_another_country_is_told_by_its_words(
    tmp_path: Path, written: str, names: list[str]
) -> None:
    text = "id,name,amount\n" + "".join(f"{n},{name},5\n" for n, name in enumerate(names))
    landed, rows = land_bytes(tmp_path, text.encode(written))
    assert [row[2] for row in rows] == names
    assert landed.notes == {"recognised_encoding": {"encoding": written}}


@pytest.mark.parametrize(
    ("written", "names"),
    [
        ("gb18030", ["臺灣積體電路", "鴻海精密", "聯發科"]),  # traditional, yet no Big5
        ("gb18030", ["嵇喆", "彭囡", "廖亮", "韩昇", "何旻"]),  # rare names, plausible Cyrillic
        ("gb18030", ["陈俊", "秦雷", "何彧", "彭彧", "林嬿"]),  # plausible Korean
        ("gb18030", ["赢单", "护工", "技工普工", "验证工程师"]),  # plausible Japanese
        ("gb18030", ["卢森堡法郎", "安哥拉宽扎", "辽阳", "长沙"]),
        ("cp1252", ["Irã", "Omã", "São Tomé", "Conceição", "Guimarães"]),  # Romanian has ă
        ("cp1252", ["Großhändler Söhne", "Ålesund", "Malmö", "Çà et là"]),
        ("cp1252", ["ÉLECTRICITÉ", "ÖSTERREICH", "MÜLLER"]),
    ],
    ids=str,
)
def test_short_files_of_chinese_and_western_names_stay_what_they_are(
    tmp_path: Path, written: str, names: list[str]
) -> None:
    text = "id,name,amount\n" + "".join(f"{n},{name},5\n" for n, name in enumerate(names))
    landed, rows = land_bytes(tmp_path, text.encode(written))
    assert [row[2] for row in rows] == names
    # said before a run, and no accident
    assert landed.notes.keys() <= {"unproved_encoding"}


def test_a_line_of_utf_8_in_a_file_of_big5_is_read_as_what_it_is(tmp_path: Path) -> None:
    lines = [f"{n},台積電股份有限公司,5\n".encode("big5") for n in range(5)]
    content = b"id,name,amount\n" + b"".join(lines) + "9,鴻海精密工業,5\n".encode()
    landed, rows = land_bytes(tmp_path, content)
    assert [row[2] for row in rows] == ["台積電股份有限公司"] * 5 + ["鴻海精密工業"]
    assert landed.notes["mixed_encoding"]["lines"] == 1


def test_what_is_not_of_the_stated_encoding_is_counted(tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_bytes(b"id,name,amount\n1,Gr\xf6\xdfe,5\n")
    with duckdb.connect() as con:
        landed = land_text(con, path, KNOWN, tmp_path / "l.parquet", stated="utf-8")
    assert landed.notes == {"undecodable": {"characters": 2, "first_line": 2}}
