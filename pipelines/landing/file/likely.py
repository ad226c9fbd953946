"""Which older encoding a text is in, told from what its characters would be.

Belongs here: Big5, Shift-JIS, EUC-KR and the encodings of Eastern Europe beside GB18030 and
Windows-1252. Does not belong here: UTF-8 and marks (`encoding.py`).

Nearly every pair of bytes is a Chinese character of GB18030, and every single one a letter of
Windows-1252, so that a wrong reading gives plausible words and no fault. Another encoding is
believed only where its reading is far more like the texts of its language, and is made of letters
of one script. A short text decides nothing: a false alarm is worse than a missed one.
"""

from __future__ import annotations

import unicodedata
from itertools import pairwise

# Decoders that read all of an encoding, by the names under which the language models know it.
_DECODERS = {
    "big5": "cp950",
    "big5hkscs": "cp950",
    "shift_jis": "cp932",
    "shift_jis_2004": "cp932",
    "cp932": "cp932",
    "euc_kr": "cp949",
    "cp949": "cp949",
    "cp1250": "cp1250",
    "cp1251": "cp1251",
    "cp1253": "cp1253",
    "cp874": "cp874",
    "koi8-r": "koi8-r",
}
_SCRIPTS = {
    "cp949": "HANGUL",
    "cp1251": "CYRILLIC",
    "koi8-r": "CYRILLIC",
    "cp1253": "GREEK",
    "cp874": "THAI",
}
# Syllables that names, places and goods of Korea are mostly made of; there are 2,350, and Chinese
# read as Korean falls on any of them.
_FREQUENT_HANGUL = frozenset(
    "이다는에을의고가하지기사도로한서대리인시아정자나어일그수부를전원스보안제상라조공주해장소국"
    "구무생성과마내요비화오경연신동용만드선세우적계식회미방바여모진재중치러관유거영학양번간현교"
    "문민발단당남김최박강윤임권황송홍울산광역트크테피프코텍텔엘케티호춘은실업통물품객름액담태류"
    "반배백병복북분붕빈삼석설순숙승약억엔열예옥온왕외욱운월위윤은음응익입작잔점접종준직차창천철"
    "청체초총추출충카타토특파판평포표필함합항행향허험형혜환활효후훈희히니데르레린명매면목물길군"
    "금급결건검격견납날노농높누능더덕두둘들등디따때락란람랑래량려력련령례록론료루률린림립막말망"
    "맥맹머멀메며"
)
# What is recognised from its words alone, as a person writes it below `encoding` in a source file.
RECOGNISED = {
    "cp950": "big5",
    "big5hkscs": "big5-hkscs",
    "cp932": "shift_jis",
    "euc_jp": "euc_jp",
    "cp949": "euc_kr",
    "cp1250": "windows-1250",
    "cp1251": "windows-1251",
    "cp1253": "windows-1253",
    "cp874": "tis-620",
    "koi8-r": "koi8-r",
}
_LOOKED_AT = 20_000  # bytes
# Bytes beyond ASCII: eight characters of Chinese, or eight accents.
_FEWEST = {"gb18030": 16, "cp1252": 8}
_MANY = 40
# So many times as likely as the own reading, for few bytes and for many.
_MARGIN_FEW, _MARGIN_MANY = 2.5, 1.5
_FLOOR = 0.01  # where the own reading is not even considered
_NO_LETTERS = frozenset(("So", "Sm", "Sk", "Co", "Cn", "Cc", "Cs"))
# Words of nearly every export, two characters each: where two stand, nothing else is looked at.
_WORDS = {
    "gb18030": "客户公司名称编号日期金额负责状态阶段商机产品部门合同订单发票有限科技单价数量备注",
    "cp950": "客戶公司名稱編號日期金額負責狀態階段商機產品部門合約訂單發票有限科技單價數量備註",
    "cp932": "顧客会社名称番号日付金額担当状態段階案件商品部門契約注文請求株式有限単価数量氏名",
    "euc_jp": "顧客会社名称番号日付金額担当状態段階案件商品部門契約注文請求株式有限単価数量氏名",
    "cp949": "고객회사이름번호날짜금액담당상태단계기회제품부서계약주문청구주식서울단가수량비고",
}


def _encoded(words: str, name: str) -> tuple[bytes, ...]:
    return tuple(words[n : n + 2].encode(name) for n in range(0, len(words), 2))


_SURELY = {name: _encoded(words, name) for name, words in _WORDS.items()}


def likely_encoding(foreign: bytes, own: str) -> str:
    """The encoding of bytes that are no UTF-8, where it is surely another than it seems.

    Args:
        foreign: lines with bytes beyond ASCII.
        own: what they seem to be in, gb18030 or cp1252; returned unless another is far likelier.
    """
    probe = _whole_lines(foreign)
    beyond = len(probe) - len(probe.translate(None, delete=bytes(range(0x80, 0x100))))
    if (said := _named_by_words(probe)) is not None:
        return _as_in_hong_kong(probe, said)
    if beyond < _FEWEST[own]:
        return own
    scores = _scores(probe)
    best = max(scores, key=lambda name: scores[name], default=own)
    margin = _MARGIN_MANY if beyond >= _MANY else _MARGIN_FEW
    if best == own or scores[best] < margin * max(scores.get(own, 0), _FLOOR):
        return own
    best = _as_in_hong_kong(probe, best)
    return best if _reads_well(probe, best) else own


def is_proved(foreign: bytes) -> bool:
    """Whether bytes beyond ASCII are enough, or name themselves, to tell an encoding by."""
    probe = _whole_lines(foreign)
    beyond = len(probe) - len(probe.translate(None, delete=bytes(range(0x80, 0x100))))
    return beyond >= _MANY or _named_by_words(probe) is not None


def _as_in_hong_kong(probe: bytes, name: str) -> str:
    """Big5 with the characters that Hong Kong added, where one of them stands."""
    if name != "cp950" or _is_all_of(probe, name) or not _is_all_of(probe, "big5hkscs"):
        return name
    return "big5hkscs"


def _is_all_of(probe: bytes, name: str) -> bool:
    try:
        probe.decode(name)
    except UnicodeDecodeError:
        return False
    return True


def _named_by_words(probe: bytes) -> str | None:
    """The encoding under which the words of an export stand there, and hardly under another."""
    found = {name: sum(map(probe.count, words)) for name, words in _SURELY.items()}
    best = max(found, key=lambda name: found[name])
    others = sum(found.values()) - found[best]
    return best if found[best] > max(1, 4 * others) else None


def _whole_lines(foreign: bytes) -> bytes:
    if len(foreign) <= _LOOKED_AT:
        return foreign
    return foreign[: foreign.rfind(b"\n", 0, _LOOKED_AT) + 1] or foreign[:_LOOKED_AT]


def _scores(probe: bytes) -> dict[str, float]:
    """How much the bytes are like the texts of a language, by decoder; chardet's models of them."""
    from chardet import detect_all  # half a second, which most exports need not spend

    found: dict[str, float] = {}
    for guess in detect_all(
        probe,
        ignore_threshold=True,
        compat_names=False,
        include_encodings=("gb18030", "cp1252", *_DECODERS),
    ):
        name = str(guess["encoding"])
        decoder = _DECODERS.get(name, name)
        found[decoder] = max(found.get(decoder, 0.0), guess["confidence"])
    return found


def _reads_well(probe: bytes, name: str) -> bool:
    """Whether the bytes are words under an encoding: all can be read, nearly all are letters, of
    its script where it has one, and no capital stands within a word."""
    if not _is_all_of(probe, name):
        return False
    text = probe.decode(name)
    beyond = [sign for sign in text if ord(sign) > 0x7F]
    if sum(map(_is_no_letter, beyond)) * 10 > len(beyond):
        return False
    if name == "cp1250":  # a name or two may be read either way
        return sum(a != b for a, b in zip(text, probe.decode("cp1252", "replace"), strict=True)) > 1
    script = _SCRIPTS.get(name)
    if script is None:
        return True
    letters = [sign for sign in beyond if sign.isalpha()]
    own = sum(unicodedata.name(sign, "").startswith(script) for sign in letters)
    if name == "cp949" and 2 * sum(sign in _FREQUENT_HANGUL for sign in letters) < len(letters):
        return False
    within = sum(a.islower() and b.isupper() for a, b in pairwise(text))
    return own * 10 >= len(letters) * 9 and within * 20 <= len(letters)


def _is_no_letter(sign: str) -> bool:
    """Signs, private characters, and the narrow kana that bytes of other encodings fall on."""
    return unicodedata.category(sign) in _NO_LETTERS or "\uff61" <= sign <= "\uff9f"
