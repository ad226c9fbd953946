"""Texts whose shape is odd: delimiters, quotes, widths, line ends, rows that are none."""

from __future__ import annotations

from tests.support.odd.file import HEADER, TEXT, Odd, lines, refused

_A = ("K1", "a", 1)
_B = ("K2", "b", 2)
_ROWS = (_A, _B)
_TITLES = ("客户明细表", "导出时间,2026-11-16", "")


def _with(delimiter: str) -> bytes:
    return (
        TEXT.replace('"Zhang, Wei"', "Zhang~Wei")
        .replace(",", delimiter)
        .replace("Zhang~Wei", '"Zhang, Wei"')
        .encode()
    )


def _short(name: str, what: str, *texts: str, **more: object) -> Odd:
    """A file of the header and these lines, of which K1 and K2 are accepted."""
    more.setdefault("rows", _ROWS)
    return Odd(f"customer.csv::{name}", what, lines(HEADER, *texts), **more)  # type: ignore[arg-type]


DELIMITERS = [
    Odd("customer.csv::comma", "commas", _with(",")),
    Odd("customer.csv::semicolon", "semicolons", _with(";")),
    Odd("customer.csv::tab", "tabs in a .csv", _with("\t")),
    Odd("customer.txt::bar", "bars in a .txt", _with("|")),
    Odd("customer.csv::sep", "Excel's first line `sep=;`", b"sep=;\n" + _with(";"), notes={}),
    Odd(
        "customer.csv::title with commas",
        "a title with more commas than the table has semicolons",
        b"Report, of all, the customers, in, 2026\n" + _with(";"),
    ),
]

QUOTES = [
    refused(
        "customer.csv::open quote",
        "a quote that is never closed",
        lines(HEADER, "K1,a,1", 'K2,"b,2', *(f"K{n},c,3" for n in range(3, 200))),
        "line 3: a quote is opened and never closed",
    ),
    _short("inch", "a quote within a field", "K1,a,1", 'K2,12" pipe,2',
           rows=(_A, ("K2", '12" pipe', 2))),
    _short("text after quote", "text after a closing quote", "K1,a,1", 'K3,"b"c,3', "K2,b,2",
           quarantined=1),
    _short("backslash", "quotes escaped with a backslash", "K1,a,1", 'K3,"b \\"c\\" d",3',
           "K2,b,2", quarantined=1),
    _short("doubled", "doubled quotes", "K1,a,1", 'K2,"say ""hi""",2',
           rows=(_A, ("K2", 'say "hi"', 2))),
    _short("line break", "a line break in a field", "K1,a,1", 'K2,"b', 'c",2',
           rows=(_A, ("K2", "b\nc", 2))),
    _short("single quotes", "single quotes are text", "K1,a,1", "K2,'b',2",
           rows=(_A, ("K2", "'b'", 2))),
    _short("curly quotes", "curly quotes are text", "K1,a,1", "K2,“b”,2",
           rows=(_A, ("K2", "“b”", 2))),
    _short("blanks around quotes", "blanks around quotes do not count", "K1,a,1", 'K2 , "b, c" ,2',
           rows=(_A, ("K2", "b, c", 2))),
    _short("blanks and total", "the same in a file with sums", "K1,a,1", 'K2 , "b, c" ,2',
           "合计,,3", rows=(_A, ("K2", "b, c", 2))),
    _short("all quoted", "every field in quotes", '"K1","a","1"', '"K2","b","2"'),
    _short("formula signs", "texts that begin like formulas stay texts", "K1,=1+1,1",
           "K2,@SUM(A1),2", "K3,+86,3", "K4,-x,4",
           rows=(("K1", "=1+1", 1), ("K2", "@SUM(A1)", 2), ("K3", "+86", 3), ("K4", "-x", 4))),
    _short("long field", "a field of two megabytes", "K1,a,1", f"K2,{'长' * 700_000},2",
           rows=(_A, ("K2", "长" * 700_000, 2))),
]  # fmt: skip

WIDTHS = [
    _short("too many", "a row with a field too many", "K1,a,1", "K3,c,x,3", "K2,b,2",
           quarantined=1),
    _short("too few", "a row with a field too few", "K1,a,1", "K3,c", "K2,b,2", quarantined=1),
    _short("unquoted comma", "an amount with an unquoted comma", "K1,a,1", "K3,c,1,234",
           "K2,b,2", quarantined=1),
    _short("empty extras", "empty fields at the ends of rows", "K1,a,1,,", "K2,b,2,,,"),
    Odd("customer.csv::header comma", "a header with commas at its end",
        lines(f"{HEADER},,", "K1,a,1,,", "K2,b,2,,"), rows=_ROWS),
    _short("blank rows", "blank lines and lines of commas", "K1,a,1", "", ",,", "  ,\t,", "K2,b,2",
           notes={"blank_rows": 3}),
    _short("blank end", "many blank lines at the end", "K1,a,1", "K2,b,2", *[""] * 50,
           notes={"blank_rows": 50}),
    _short("no name", "a row without its required name", "K1,a,1", "K3,,3", "K2,b,2",
           quarantined=1),
    _short("no key", "a row without its key", "K1,a,1", ",c,3", "K2,b,2", quarantined=1),
    _short("one key twice", "two rows of one key", "K1,a,1", "K2,b,2", "K1,c,3", quarantined=1),
    refused("customer.csv::10,000 columns", "ten thousand columns",
            lines(",".join([HEADER, *(f"c{n}" for n in range(9_997))]),
                  ",".join(["K1", "a", "1", *["x"] * 9_997])), "has 10,000 columns"),
    refused("customer.csv::one line", "twenty megabytes on one line",
            HEADER.encode() + b"x" * 20_000_000, "line 1 is longer than 16,777,216"),
    refused("customer.csv::second line", "a second line of twenty megabytes",
            lines(HEADER) + b"x" * 20_000_000, "line 2 is longer than 16,777,216"),
    Odd("customer.csv::swapped", "other columns first, names in capitals",
        lines("NAME,Customer_ID,note,CREDIT_LIMIT", "a,K1,x,1", "b,K2,y,2"), rows=_ROWS),
    Odd("customer.csv::twice", "a column name twice: the first counts",
        lines(f"{HEADER},name", "K1,a,1,x", "K2,b,2,y"), rows=_ROWS),
]  # fmt: skip

LINE_ENDS = [
    Odd("customer.csv::crlf", "Windows line ends", TEXT.replace("\n", "\r\n").encode()),
    Odd("customer.csv::cr", "carriage returns alone", TEXT.replace("\n", "\r").encode()),
    Odd("customer.csv::mixed ends", "three kinds of line ends",
        f"{HEADER}\r\nK1,a,1\rK2,b,2\n".encode(), rows=_ROWS),
    Odd("customer.csv::no end", "no line end at the end", TEXT.rstrip("\n").encode()),
    Odd("customer.csv::cr gb18030", "carriage returns in GB18030",
        TEXT.replace("\n", "\r").encode("gb18030")),
    Odd("customer.csv::control z", "the end sign of old systems is a row of one field",
        TEXT.encode() + b"\x1a", quarantined=1),
]  # fmt: skip

HEADERS = [
    Odd("customer.csv::titles", "title rows above the header",
        lines(*_TITLES, HEADER, "K1,a,1", "K2,b,2"), rows=_ROWS),
    Odd("customer.csv::two rows", "a header of two rows",
        lines("customer_id,customer,,", ",name,city,credit_limit", "K1,a,x,1", "K2,b,y,2"),
        rows=_ROWS),
    Odd("customer.csv::marks", "required marks in the header",
        lines("customer_id*,*name , credit_limit", "K1,a,1", "K2,b,2"), rows=_ROWS),
    Odd("customer.csv::pages", "a printed export: title and header on each page",
        lines(*_TITLES, HEADER, "K1,a,1", *_TITLES, HEADER, "K2,b,2"), rows=_ROWS,
        notes={"repeated_header_rows_count": 3, "blank_rows": 1}),
    _short("header again", "the header in the middle", "K1,a,1", HEADER, "K2,b,2",
           notes={"repeated_header_rows": [3]}),
    refused("customer.csv::header in another order", "two exports with different columns in one",
            lines(HEADER, "K1,a,1", "name,customer_id,credit_limit", "b,K2,2"),
            "line 3: the header comes again with its columns in another order"),
    refused("customer.csv::header only", "a header and no rows", lines(HEADER),
            "a header and no rows"),
    refused("customer.csv::blank", "nothing but blank lines", b"\n \n\t\n", "no header row found"),
    refused("customer.csv::no header", "a header that names nothing known",
            lines("日期,金额", "2026-01-01,5"), "the first filled row reads: 日期, 金额"),
    refused("customer.csv::no required", "a required column is not there",
            lines("customer_id,nmae,credit_limit", "K1,a,1"), "no column 'name'"),
    refused("customer.csv::header after 30 lines", "a header too far down",
            lines(*["x,y"] * 30, HEADER, "K1,a,1"), "no header row found"),
    Odd("customer.csv::given header", "no header row, its names in the source file",
        b"K1\ta\t1\nK2\tb\t2\n", rows=_ROWS,
        source="table: customer\nfiles: ['*.csv']\nheader: [编号, 名称, 额度]\n"
        "columns: {customer_id: 编号, name: 名称, credit_limit: 额度}\n"),
    Odd("customer.csv::given header with mark", "no header row, and a mark before the first field",
        "\ufeffK1|a|1\nK2|b|2\n".encode(), rows=_ROWS,
        source="table: customer\nfiles: ['*.csv']\nheader: [编号, 名称, 额度]\n"
        "columns: {customer_id: 编号, name: 名称, credit_limit: 额度}\n"),
    refused("customer.csv::given header too long", "the source file names too many columns",
            b"K1,a\nK2,b\n", "names 3 columns for this file without a header, and its rows have 2",
            source="table: customer\nfiles: ['*.csv']\nheader: [编号, 名称, 额度]\n"
            "columns: {customer_id: 编号, name: 名称, credit_limit: 额度}\n"),
]  # fmt: skip

TOTALS = [
    _short(f"total {word}", f"a row of sums that says {word}", "K1,a,1", "K2,b,2", f"{word},,3",
           notes={"totals_left_out": [{"line": 4, "text": f"{word},,3"}],
                  "totals_left_out_count": 1})
    for word in ("合计", "总计", "小计：", "合 计", "Total", "Grand Total:", "SUBTOTAL", "Sum")
] + [
    _short("total in between", "sums between the rows and a short one at the end", "K1,a,1",
           "小计,,1", "K2,b,2", "合计,3", notes={"totals_left_out_count": 2}),
    _short("many totals", "thirty sums, of which twenty are named", "K1,a,1",
           *["小计,,1"] * 30, "K2,b,2", notes={"totals_left_out_count": 30}),
    _short("a customer called total", "a name that only contains the word", "K1,a,1",
           "Total Energies,b,2", rows=(_A, ("Total Energies", "b", 2))),
    _short("total in a later column", "the word in another column is a name", "K1,a,1",
           "K2,合计,2", rows=(_A, ("K2", "合计", 2))),
]  # fmt: skip

TEXTS = [*DELIMITERS, *QUOTES, *WIDTHS, *LINE_ENDS, *HEADERS, *TOTALS]
