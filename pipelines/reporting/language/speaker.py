"""One model, two languages: message catalogues and the speaker that renders with them.

Belongs here: choosing words, plural forms, joining, emphasis, escaping. Does not belong here:
deciding what to say; page builders choose message ids, and both languages follow.

A catalogue entry is a template with `{parameters}` and `**emphasis**`, or a mapping of plural
forms: `{by: n, one: …, other: …}`. Parameters render by their type, so zh and en cannot differ
in a number.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, cached_property
from pathlib import Path
from typing import Any, assert_never

import yaml
from markupsafe import Markup, escape

from pipelines.reporting.language import numbers as num
from pipelines.reporting.language.numbers import LanguageCode
from pipelines.reporting.model.values import (
    Bilingual,
    Count,
    Day,
    Days,
    Hours,
    Interval,
    Listing,
    Message,
    Moment,
    Money,
    Multiple,
    Number,
    Period,
    Points,
    Ratio,
    Shown,
    Span,
    Value,
    Verbatim,
)
from pipelines.workspace.currency import decimals_of

_TOKEN = re.compile(r"(\*\*|\{[a-z][a-z0-9_]*\})")
_TEXTS = (Verbatim, Bilingual, Listing, Message)
# Letters written from right to left, and characters that turn the direction of what follows: a name
# with any of them must not pull its neighbours along.
_TURNS = re.compile(
    "[\u0590-\u08ff\u200e\u200f\u202a-\u202e\u2066-\u2069\ufb1d-\ufdff\ufe70-\ufefc"
    "\U00010800-\U00010fff\U0001e800-\U0001efff]"
)
# A run of letters without a place to break: longer than any word.
_UNBROKEN = re.compile(r"[^\s\u3000-\u9fff\uac00-\ud7af\uff00-\uffef-]{25,}")
_ISOLATE, _END = "\u2068", "\u2069"


class MessageError(LookupError):
    """A page names a message that no catalogue has, or leaves out one of its parameters."""


@dataclass(frozen=True)
class Template:
    """A compiled message: literal texts, parameter names, and switches of emphasis."""

    pieces: tuple[tuple[str, str], ...]

    @cached_property
    def params(self) -> frozenset[str]:
        """The parameters it shows."""
        return frozenset(text for kind, text in self.pieces if kind == "param")


@dataclass(frozen=True)
class Entry:
    """A message in one language: one template, or one per plural form of parameter `by`."""

    forms: dict[str, Template]
    by: str | None = None

    @cached_property
    def params(self) -> frozenset[str]:
        """Every parameter any form uses, and the one that chooses the form."""
        used = frozenset[str]().union(*(form.params for form in self.forms.values()))
        return used | {self.by} if self.by else used


def compile_template(text: str) -> Template:
    """Split a template into pieces; unbalanced emphasis is an error."""
    pieces = []
    for part in _TOKEN.split(text):
        if part == "**":
            pieces.append(("bold", ""))
        elif part.startswith("{") and part.endswith("}"):
            pieces.append(("param", part[1:-1]))
        elif part:
            pieces.append(("text", part))
    if sum(kind == "bold" for kind, _ in pieces) % 2:
        raise ValueError(f"unbalanced ** in message {text!r}")
    return Template(tuple(pieces))


_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # ten times faster where it is there


@cache
def catalogue(language: LanguageCode) -> dict[str, Entry]:
    """The shipped messages of one language, compiled."""
    entries: dict[str, Entry] = {}
    for path in sorted(Path(__file__).parents[2].glob(f"*/*/messages/*.{language}.yaml")):
        raw = yaml.load(path.read_text(encoding="utf-8"), Loader=_LOADER)
        for key, text in raw.items():
            if key in entries:
                raise ValueError(f"{path}: message {key} stands in two files")
            entries[key] = _entry(text)
    return entries


def _entry(text: str | dict[str, str]) -> Entry:
    if isinstance(text, str):
        return Entry({"other": compile_template(text)})
    forms = {form: compile_template(words) for form, words in text.items() if form != "by"}
    return Entry(forms, text["by"])


class Speaker:
    """Renders values and texts in one language, for one page's currency and year.

    `html` marks every number with its exact value (`data-value`), so that two languages can be
    compared by machine; everything that came from an export is escaped.
    """

    def __init__(self, language: LanguageCode, currency: str, year: int) -> None:
        self.language = language
        self.currency = currency
        self.year = year
        self._symbol = num.symbol_of(currency)
        self._smallest = decimals_of(currency)
        self._entries = catalogue(language)

    # --- texts ---

    def say(self, message_id: str, /, **params: Shown) -> str:
        """A message by id, as plain text."""
        return self.text(Message(id=message_id, params=params))

    def text(self, shown: Shown | None, short: bool = False) -> str:
        """Any value or text as plain text; None is a dash."""
        if shown is None:
            return num.DASH
        if isinstance(shown, Message):
            return "".join(
                self._within(shown.params[text], short) if kind == "param" else text
                for kind, text in self._pieces(shown)
            )
        if isinstance(shown, Verbatim):
            return shown.text
        if isinstance(shown, Bilingual):
            return shown.zh if self.language == "zh" else shown.en
        if isinstance(shown, Listing):
            return self._joined([self._within(item, short) for item in shown.items])
        return "".join(self.parts(shown, short))

    def _within(self, shown: Shown, short: bool) -> str:
        """A part of a sentence; a name that turns the direction of writing stands by itself."""
        text = self.text(shown, short)
        if isinstance(shown, Verbatim) and _TURNS.search(text):
            return f"{_ISOLATE}{text}{_END}"
        return text

    def html(self, shown: Shown | None, short: bool = False) -> Markup:
        """Any value or text as markup; numbers carry `data-value`, emphasis becomes <b>."""
        if isinstance(shown, Message):
            return Markup("".join(self._markup(shown, short)))
        if isinstance(shown, Listing):
            return Markup(self._joined([self.html(item, short) for item in shown.items]))
        if isinstance(shown, Verbatim):
            return _name(shown.text)
        if shown is None or isinstance(shown, _TEXTS):
            return escape(self.text(shown))
        words = escape("".join(self.parts(shown, short)))
        return Markup(f'<span data-value="{shown.exact_text}">{words}</span>')

    def sentences(self, texts: tuple[Message, ...]) -> Markup:
        """Several sentences in a row, spaced as the language does."""
        return Markup(self._literal("sentence.gap")).join(self.html(text) for text in texts)

    def _markup(self, message: Message, short: bool) -> list[str]:
        rendered: list[str] = []
        open_ = False
        for kind, text in self._pieces(message):
            if kind == "param":
                rendered.append(self.html(message.params[text], short))
            elif kind == "bold":
                open_ = not open_
                rendered.append("<b>" if open_ else "</b>")
            else:
                rendered.append(escape(text))
        return rendered

    def _pieces(self, message: Message) -> tuple[tuple[str, str], ...]:
        """The pieces of the right plural form, emphasis included; all parameters are there."""
        entry = self._entries.get(message.id)
        if entry is None:
            raise MessageError(f"message {message.id!r} is not in the {self.language} catalogue")
        if absent := entry.params - message.params.keys():
            raise MessageError(f"message {message.id!r} lacks {', '.join(sorted(absent))}")
        form = entry.forms["other"]
        if entry.by and "one" in entry.forms and _is_one(message.params[entry.by]):
            form = entry.forms["one"]
        return form.pieces

    def _literal(self, message_id: str) -> str:
        return "".join(text for _, text in self._entries[message_id].forms["other"].pieces)

    def _joined(self, items: list[str] | list[Markup]) -> str:
        if len(items) < 2:
            return "".join(items)
        head = self._literal("list.separator").join(items[:-1])
        return f"{head}{self._literal('list.last')}{items[-1]}"

    # --- values ---

    def parts(self, value: Value, short: bool = False) -> tuple[str, str]:
        """A value as (figures, unit), so that a tile can set the unit small."""
        if isinstance(value, Money):
            return self._money(value)
        if isinstance(value, Points | Days | Hours):
            return self._measured(value, short)
        if isinstance(value, Count):
            figures = num.plain(Decimal(value.value), 0, value.signed)
            return self._with_unit(figures, f"unit.{value.unit}" if value.unit else "", value.value)
        if isinstance(value, Day | Moment | Span | Period):
            return self._dated(value, short), ""
        return self._pure(value)

    def _money(self, value: Money) -> tuple[str, str]:
        if value.exact:
            return num.exact_money(value.amount, self._symbol, value.signed, self._smallest), ""
        return num.compact(
            value.amount, self.language, signed=value.signed, symbol=self._symbol,
            smallest=self._smallest,
        )  # fmt: skip

    def _pure(self, value: Ratio | Interval | Multiple | Number) -> tuple[str, str]:
        """Numbers whose unit is a sign, the same in both languages."""
        if isinstance(value, Ratio):
            return num.plain(value.value * 100, value.decimals, value.signed), "%"
        if isinstance(value, Interval):
            low = num.plain(value.low * 100, value.decimals)
            return f"{low}–{num.plain(value.high * 100, value.decimals)}", "%"
        if isinstance(value, Multiple):
            return num.plain(value.value, value.decimals), "×"
        return num.plain(value.value, value.decimals, value.signed), ""

    def _measured(self, value: Points | Days | Hours, short: bool) -> tuple[str, str]:
        scaled = value.value * 100 if isinstance(value, Points) else value.value
        signed = False if isinstance(value, Hours) else value.signed
        unit = f"value.{value.kind}" + (".short" if short else "")
        shown = num.rounded(scaled, value.decimals)
        return self._with_unit(num.plain(scaled, value.decimals, signed), unit, shown)

    def _dated(self, value: Day | Moment | Span | Period, short: bool) -> str:
        if isinstance(value, Day):
            return num.day_text(value.date, self.language, self.year)
        if isinstance(value, Moment):
            return num.moment_text(value.at, self.language, self.year)
        if isinstance(value, Span):
            return num.span_text(value.start, value.end, self.language, self.year)
        if isinstance(value, Period):
            if short:
                return num.short_period_text(value, self.language, self.year)
            return num.period_text(value, self.language)
        assert_never(value)

    def _with_unit(self, figures: str, unit: str, number: Decimal | int) -> tuple[str, str]:
        """Figures and the unit word in its plural form; unit templates are `{n} word`."""
        if not unit:
            return figures, ""
        entry = self._entries.get(unit)
        if entry is None:
            raise MessageError(f"message {unit!r} is not in the {self.language} catalogue")
        form = entry.forms.get("one" if abs(number) == 1 else "other", entry.forms["other"])
        return figures, "".join(text for kind, text in form.pieces if kind == "text")


def _name(text: str) -> Markup:
    """Text of the company as markup: isolated where it turns the direction of writing, broken
    anywhere where it would otherwise push everything beside it out of view."""
    made = escape(text)
    if _TURNS.search(text):
        made = Markup("<bdi>{}</bdi>").format(made)
    if _UNBROKEN.search(text):
        made = Markup('<span class="long">{}</span>').format(made)
    return made


def _is_one(shown: Shown) -> bool:
    number = getattr(shown, "value", None)
    return number is not None and abs(number) == 1


@cache
def speaker(language: LanguageCode, currency: str, year: int) -> Speaker:
    """The speaker for a page; the same one serves all pages of a language, currency and year."""
    return Speaker(language, currency, year)
