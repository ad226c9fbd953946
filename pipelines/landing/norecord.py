"""Rows that stand in a table and are no records: sums, balances carried over, footers.

Belongs here: telling such a row by its own cells, and the number of records it states. Does not
belong here: leaving rows out and counting them (`rows.py`), headers and titles that come again.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import Literal, NamedTuple

from pipelines.sources.headers import clean_header

_SPAN = "(?:[本当上今全]?(?:年度?|月度?|期|日|周|季度?|页|单)|当前|截[止至]本[期月]|全部|总)?"
_SUM = (
    "(?:累计发生额|发生额合计|合计|总计|小计|总和|累计|汇总|共计"
    "|合計|總計|総計|小計|總和|累計|共計)"
)
# What no name of a record reads like, whole.
_STRONG = re.compile(
    rf"{_SPAN}{_SUM}(?:数|额|金额)?|grandtotals?|subtotals?|sub-totals?|本[年季月期日]发生额"
    r"|(?:[年期季月周日][初末]|上[期年季月])(?:余额|结转|结余|结存)|余额结转"
    r"|承前页|过次页|结转下[页年季月期]|(?:累计|合计)至今|至今(?:累计|合计)"
    r"|grandsummar(?:y|ies)|(?:report|overall)totals?|gesamtsumme|gesamtbetrag|endsumme"
    r"|zwischensumme|teilsumme|summegesamt|total(?:général|general|geral|generale)|sous-?total"
    r"|sommetotale|sumatotal|subtotale|subtotaal|eindtotaal|итого|всего|합계|총계|소계",
)
_WEAK = re.compile(
    r"totals?|sum|averages?|平均值?|均值|totalamount|nettotal|count"
    r"|最?[大小]值"
    r"|gesamt|summe|totale|totaal|somme|suma|total(?:cny|usd|eur)"
)
# `Total: 3,000`, 合计：3000: the label and its sum in one cell.
_WITH_SUM = re.compile(
    r"(?:(?:grand |sub-?)?totals?|sum|count|(?:gesamt|zwischen)?summe|итого"
    r"|合计|总计|小计|合計|總計)"
    r"\s*[:：=]\s*[¥￥$€£]?\s*[-(]?\d[\d.,' ]*\)?"
)
# What a label of a sum says of its unit: `Total (USD)`, 合计（万元）.
_UNIT = re.compile(r"\s*[（(]\s*(?:[a-z]{3}|[千万亿]?[元円]|人民币|美元|欧元|本位币|原币)\s*[)）]$")
_AROUND = "—–-*=· "
# What is carried over: nothing else is said in such a row, unless a ledger's own label says it.
_CARRIED = re.compile(
    r"(?:opening|closing|beginning|ending|starting|previous)balances?|net(?:movements?|changes?)"
    r"|(?:balances?)?(?:(?:brought|carried)(?:forward|down|over)|[bc]/[fdo])|balanceforward"
    r"|[年期月][初末]数?"
)
_GROUP_SUM = re.compile(r"(?:合计|总计|小计|共计)|grandtotals?|sub-?totals?|totals?")
_LAST_OF_GROUPS = 4  # columns of groups before the numbers of a table
# A group's own sum: its name with the word. It is one only where all else is numbers.
_OF_GROUP = re.compile(
    rf"(?:sub)?total (?:for|of|by) .+|sum of .+|.{{1,60}} (?:sub|grand )?totals?|.{{1,60}}{_SUM}"
)
_COUNT = re.compile(
    r"[（(]\s*共?\s*(?P<a>\d[\d,]*)\s*(?:records?|rows?|items?|lines?|条|笔|行|张|户)(?:记录|数据)?"
    r"(?: affected| returned| selected| in set)?\s*[)）]"
    r"|[:：]?\s*共\s*(?P<b>\d[\d,]*)\s*(?:条|笔|行|张|户)(?:记录|数据)?"
    r"|^(?P<c>\d[\d,]*)\s+(?:records?|rows|(?:row|record)\(s\))"
    r"(?: (?:in total|total|found|exported|selected|returned|affected|in set))?\.?$"
    r"|^(?:total )?(?:number of )?(?:records?|rows?)(?: count| total)?\s*[:=]?\s*(?P<d>\d[\d,]*)$"
    r"|^(?:总?记录[条总]?数|总?条数|总行数|总笔数)\s*[:：]?\s*(?P<e>\d[\d,]*)$"
    r"|(?<=计)\s*[:：]?\s*(?P<f>\d[\d,]*)\s*(?:条|笔|行)(?:记录|数据)?$"
    r"|(?<=total|otals)\s*[:：]\s*(?P<g>\d[\d,]*)\s+(?:records?|rows?|items?)$"
    r"|(?<=total|otals)\s*\(\s*(?P<h>\d[\d,]*)\s*\)$|^count\s*[:：=]\s*(?P<i>\d[\d,]*)$",
)
_OF_PART = re.compile("小计|本页|sub-?total")
_FOOTER = re.compile(
    r"confidential\b.*|.*\bdo not distribute\b.*|.*\ball rights reserved\b.*|copyright\b.*|©.*"
    r"|\(c\) \d{4}.*|(?:report )?(?:generated|printed|exported|prepared|downloaded|run)"
    r" (?:by|on|at|from|date)\b.*|created by\s*:.*|page \d+(?: of \d+)?"
    r"|第\s*\d+\s*页.*|共\s*\d+\s*页.*|\d+\s*/\s*\d+\s*页?"
    r"|(?:制表|制单|审核|复核|审批|批准|打印|填表|经办|负责|编制|主管|会计|出纳|记账|导出|报表|生成|统计)"
    r"(?:人员?|日期|时间|单位|主管|用户)?\s*[:：].*"
    r"|(?:制表|制单|审核|复核|打印|填表|经办|编制|导出|生成)(?:人|日期|时间)(?:\s.*)?"
    r"|filter(?:ed by|s)\b.*|filters?:.*|筛选条件.*|(?:说明|备注|注)\s*[:：].*|notes?\s*:.*"
    r"|(?:cash|accrual) basis\b.*|(?:data |report )?as of .*|(?:数据|报表)?截[至止].*"
    r"|[-=*\s]*end of (?:report|file|data|list)[-=*\s]*|[-=*]+\s*end\s*[-=*]+"
    r"|[（(]?以下空白[)）]?|(?:报表|数据)结束|本(?:报表|表|报告|资料).*"
    r"|机密.*|内部资料.*|仅供内部.*|.*严禁外传.*|以上数据.*|数据来源\s*[:：].*"
    r"|(?:数据)?更新(?:时间|日期)\s*[:：].*|(?:财务|单位|部门)负责人\s*[:：].*"
    r"|(?:核算|编制|填报|制表)(?:单位|部门)\s*[:：].*|applied filters?\b.*|eof"
    r"|(?:report |print(?:ed)? |run |export )?(?:date|time)\s*[:：]\s*\d.*|printed\s*[:：].*"
    r"|report (?:generated|run|date|printed)\s*[:：].*|page \d+\s*(?:/|sur)\s*\d+"
    r"|(?:data|report) as of\b.*|this (?:report|document|file|export) (?:is|was|contains)\b.*"
    r"|(?:for )?internal use only\b.*|disclaimer\s*[:：].*|truncated\s*[:：].*"
    r"|\*?\s*(?:all )?amounts? (?:are )?in (?:[a-z]{3}|thousands?|millions?)\b.*"
    r"|exchange rates? (?:as of|used)\b.*"
    r"|(?:erstellt|gedruckt|exportiert|generiert) (?:am|von|durch|um)\b.*|seite \d+(?: von \d+)?"
    r"|vertraulich\b.*|confidentiel\b.*|(?:imprimé|généré|exporté|édité) (?:le|par)\b.*"
    r"|(?:impreso|generado|exportado) (?:el|por)\b.*|página \d+(?: de \d+)?|confidencial\b.*"
    r"|ページ\s*\d+.*|作成(?:者|日)\s*[:：].*",
    re.DOTALL,
)
_LABEL = re.compile(r".*[:：]\s*")
_NUMBER = re.compile(r"[-+(（]?\s*[¥￥$€£]?\s*[-+]?[\d.,'’\s]*\d[\d.,'’\s]*\s*[%元)）]{0,2}|-+")
_PLAIN = re.compile(
    r"\d{1,4}[-/.年]\d{1,2}(?:[-/.月]\d{0,4}日?)?(?:[ t]\d{1,2}:.*)?|[a-z]{3}|[借贷平]"
    r"|\d[\d,]*\s*(?:records?|rows?|items?|lines?|deals?|opportunities|leads?|contacts?|customers?"
    r"|accounts?|orders?|invoices?|条|笔|行|张|户|个|家|单|人|项)",
    re.DOTALL,
)
# One of these stands in every row of sums, and looking for them is quick.
_HINTS = ("计", "额", "结", "均", "至今", "verage", "VERAGE", "hange", "HANGE",
          "汇总", "页", "总和", "条", "行", "笔", "张", "户", "otal", "OTAL",
          "alance", "ALANCE", "orward", "ORWARD", "um", "UM", "ecord", "ECORD",
          "rows", "Rows", "ROWS", "items", "lines", "umme", "UMME", "esamt", "ESAMT", "計",
          "того", "ТОГО", "сего", "СЕГО", "계", "omme", "OMME", "otaal", "OTAAL", "ount", "OUNT",
          "值", "uma", "UMA")  # fmt: skip


# For the database, over a lower-case text without blanks: every row known here, and few others.
SUSPECT = (
    "(合计|总计|小计|总和|累计|汇总|共计|发生额|余额|结转|结余|结转下[页年]|承前页|过次页)(数|额|金额)?[:：]?$"
    "|(合计|总计|小计|总和|累计|汇总|共计|totals?)[（(][^)）]{1,5}[)）]$|至今[:：]?$|平均值?[:：]?$|均值[:：]?$"
    "|^averages?[:：]?$|changes?[:：]?$"
    "|结存$|[初末]数?$|结转下[季月期]$|balances?[:：]?$|(forward|down|over)[:：]?$|[bc]/[fdo][:：]?$|movements?$"
    "|totals?[:：]?$|^sum[:：]?$|^(sub)?total(for|of|by)|[0-9](records?|rows?|items?|lines?|条|笔|行|张|户)"
    "|(records?|rows?|count|条数|行数|笔数|记录数)[:：=]?[0-9]+$"
    "|confidential|donotdistribute|allrightsreserved|copyright|©|^[(]c[)]"
    "|^(report)?(generated|printed|exported|prepared|downloaded|run|created)(by|on|at|from|date)"
    "|^page[0-9]|^第[0-9]+页|^共[0-9]+页|^[0-9]+/[0-9]+页?$|^filter|^notes?:|basis|asof|^(数据|报表)?截[至止]"
    "|^(制表|制单|审核|复核|审批|批准|打印|填表|经办|负责|编制|主管|会计|出纳|记账|导出|报表|生成|统计)"
    "|(合計|總計|総計|小計|總和|累計|共計|합계|총계|소계|итого|всего|summe|gesamt|gesamtbetrag|totaal|totale"
    "|somme|suma|totalamount|general|geral|generale|général|summary|summaries|最?[大小]值)[:：]?$"
    "|^count|^(grand|sub-?)?(totals?|sum)[:：=(（]"
    "|^(合计|总计|小计|итого)[:：=(（]|summe[:：=]"
    "|^sumof|^total(cny|usd|eur)$|[(]s[)]|affected|selected|returned|inset[)]?$|^(printed|print|report|date|time)"
    "|^(data|this|internal|forinternal|disclaimer|truncated|applied|exchange|eof)|amounts?(are)?in"
    "|^(erstellt|gedruckt|exportiert|generiert|seite|vertraulich|confiden|imprimé|généré|exporté|édité|impreso)"
    "|^(generado|exportado|página|ページ|作成|以上数据|数据来源|更新|数据更新|财务|单位|部门|核算|填报)"
    "|筛选条件|^(说明|备注|注)[:：]|endof|end[-=*]|以下空白|结束|^本(报表|表|报告|资料)|机密|内部|严禁外传"
)
# How a label of such a row ends, where a quick look at a column has to say no nearly always.
LABEL_ENDS = ("计", "計", "계", "额", "转", "存", "页",
              "otal", "OTAL", "otals", "OTALS", "alance", "ALANCE",
              "orward", "ORWARD", "/f", "/F", "/d", "/D", "初", "末", "数")  # fmt: skip
# Columns in which ledgers label their sums while the others hold dates and amounts.
_LABELS = re.compile("摘要|memo|narration|particulars|^description$")
LABEL_HEADER = re.compile("摘要|备注|说明|项目|科目|memo|description|narration|summary|particulars")


class NoRecord(NamedTuple):
    """What a row is that is no record. `stated` is the number of records it says there are."""

    kind: Literal["total", "footer"]
    stated: int | None = None
    is_of_part: bool = False


def label_columns(names: Sequence[str]) -> frozenset[int]:
    """The columns in which a ledger says what a row is, whatever else it holds."""
    return frozenset(
        place for place, name in enumerate(names) if _LABELS.search(clean_header(name).lower())
    )


def no_record(cells: Sequence[object], labels: Collection[int] = ()) -> NoRecord | None:
    """What a row is by its own cells; `None` for a record, and for a blank row.

    Args:
        labels: columns in which a ledger says what a row is (`label_columns`).
    """
    filled = [cell for cell in cells if cell]
    is_sparse = 2 * len(filled) <= len(cells) + 2  # footers leave most of a row empty
    if not is_sparse:
        whole = "\x1f".join(map(str, filled))
        if not any(hint in whole for hint in _HINTS):
            return None
    placed = [(n, text) for n, cell in enumerate(cells) if (text := _text(cell))]
    texts = [text for _, text in placed]
    for place, (column, text) in enumerate(placed):
        before, after = texts[:place], texts[place + 1 :]
        found = _total(text, place, [*before, *after], len(cells))
        if found is None and column in labels:
            found = _labelled(text)
        if found is None and place and column < _LAST_OF_GROUPS:
            found = _sum_of_group(text, before, after)
        if found is not None:
            return found
    return NoRecord("footer") if is_sparse and texts and _is_footer(texts) else None


def is_total_row(cells: Sequence[object]) -> bool:
    """Whether a row holds sums or balances of other rows."""
    found = no_record(cells)
    return found is not None and found.kind == "total"


def stated_records(title: Sequence[str]) -> int | None:
    """The number of records that a row above the header states."""
    counts = [count for text in title if (count := _count(text.casefold())) is not None]
    return counts[0] if len(counts) == 1 else None


def _text(cell: object) -> str:
    return clean_header(cell).casefold() if cell else ""


def _labelled(text: str) -> NoRecord | None:
    """What a ledger says of a row in the column that says it: no record is called so there."""
    word = text.rstrip(":： ").replace(" ", "")
    is_none = _STRONG.fullmatch(word) or _CARRIED.fullmatch(word) or _WEAK.fullmatch(word)
    return NoRecord("total", None, bool(_OF_PART.search(word))) if is_none else None


def _sum_of_group(text: str, before: Sequence[str], after: Sequence[str]) -> NoRecord | None:
    """`East, Subtotal, 300`: names without a digit, the word, and nothing but numbers."""
    word = text.rstrip(":： ").replace(" ", "")
    are_names = all(len(name) > 1 and not any(map(str.isdigit, name)) for name in before)
    if not are_names or not _GROUP_SUM.fullmatch(word):
        return None
    are_numbers = bool(after) and all(_NUMBER.fullmatch(other) for other in after)
    return NoRecord("total", None, is_of_part=True) if are_numbers else None


def _total(text: str, place: int, others: Sequence[str], width: int) -> NoRecord | None:
    count = _count(text)
    label = (_COUNT.sub("", text) if count is not None else text).rstrip(":： ")
    label = _UNIT.sub("", label.strip(_AROUND)).rstrip(":： ")
    word = label.replace(" ", "")
    if count is None and _WITH_SUM.fullmatch(text):
        fits = [other for other in others if not _WITH_SUM.fullmatch(other)]
        return NoRecord("total", None, bool(_OF_PART.search(word))) if _all_plain(fits) else None
    if count is not None:
        word = word.removeprefix("以上")
    is_strong = bool(_STRONG.fullmatch(word))
    is_none = (
        is_strong
        or bool(_CARRIED.fullmatch(word))
        or (count is not None and not word)
        or (place == 0 and bool(_WEAK.fullmatch(word)))
        or (place == 0 and _is_of_group(label, others, width))
    )
    if not is_none or not ((is_strong and place == 0) or _all_plain(others)):
        return None
    return NoRecord("total", count, bool(_OF_PART.search(word)))


def _is_of_group(label: str, others: Sequence[str], width: int) -> bool:
    return (
        bool(_OF_GROUP.fullmatch(label))
        and len(others) + 1 < width
        and any(_NUMBER.fullmatch(other) for other in others)
    )


def _count(text: str) -> int | None:
    found = _COUNT.search(text)
    if found is None:
        return None
    return int(next(group for group in found.groups() if group).replace(",", ""))


def _all_plain(texts: Sequence[str]) -> bool:
    """Numbers, days and signs: nothing that names a record."""
    return all(_NUMBER.fullmatch(text) or _PLAIN.fullmatch(text) for text in texts)


def _is_footer(texts: Sequence[str]) -> bool:
    """Every cell is a footer's, or the value of the label before it."""
    if not _FOOTER.fullmatch(texts[0]):
        return False
    follows = False
    for text in texts:
        is_own = bool(_FOOTER.fullmatch(text))
        if not (is_own or follows or _all_plain([text])):
            return False
        follows = is_own and (bool(_LABEL.fullmatch(text)) or len(text) <= 4)
    return True
