"""Working days of a country: its holidays and make-up days, and up to which day they are known.

Belongs here: finding the calendar that `calendar:` in attain.yaml names, and the days it makes
special. Countries come from the library `holidays`; a file `policy/calendar/<name>.yaml` replaces
a country or, where it names one, adds to it. Does not belong here: what a working day decides
(`sql/core/`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Literal

from pipelines.policy.models import Calendar
from pipelines.workspace.workspace import SETTINGS_FILE, Label, Workspace
from pipelines.workspace.yamlfile import did_you_mean, nearest, read_yaml, validate

if TYPE_CHECKING:
    from holidays import HolidayBase

_DAY = dt.timedelta(days=1)
_LANGUAGES = {"zh": ("zh_CN", "zh_HK", "zh_TW", "en"), "en": ("en",)}
# Their special days once held weekends worked instead; now every day follows from a rule.
_NO_LONGER_ANNOUNCE = frozenset({"AM", "BG", "UA"})
_WORKED = Label(zh="调休上班", en="worked instead")


@dataclass(frozen=True)
class SpecialDay:
    """A day that is worked, or is not, whatever its weekday says."""

    date: dt.date
    is_working: bool
    name: Label


def load_calendar(workspace: Workspace) -> Calendar:
    """The calendar the settings name: the workspace's file, else a country with that code.

    Raises:
        UserError: naming file, line, key and the nearest match.
    """
    settings = workspace.settings
    path = workspace.policy_file("calendar", f"{settings.calendar}.yaml")
    if path.exists():
        source = read_yaml(path)
        found = validate(source, Calendar)
        problem = found.country and _problem(found.country)
        if problem:
            raise source.error(("country",), f"{problem}.")
    else:
        problem = _problem(settings.calendar)
        if problem:
            own = nearest(settings.calendar, [f.stem for f in workspace.policy_folder("calendar")])
            absent = f"there is no policy/calendar/{settings.calendar}.yaml"
            raise read_yaml(workspace.root / SETTINGS_FILE).error(
                ("calendar",),
                f"{absent} (did you mean {own}?)." if own else f"{absent}, and {problem}.",
            )
        found = Calendar(id=settings.calendar, country=settings.calendar)
    if settings.fiscal_year_start_month is not None:
        month = settings.fiscal_year_start_month
        found = found.model_copy(update={"fiscal_year_starts": month})
    return found


def weekend_of(calendar: Calendar, last: dt.date) -> tuple[int, ...]:
    """ISO weekdays without work: those of the file, else of the country on the last day."""
    if calendar.weekend is not None:
        return calendar.weekend
    if calendar.country is None:
        return (6, 7)
    country = _country(calendar.country, last, last)
    week = (last + n * _DAY for n in range(7))
    return tuple(sorted(day.isoweekday() for day in week if country.is_weekend(day)))


def special_days(calendar: Calendar, first: dt.date, last: dt.date) -> list[SpecialDay]:
    """Every day that is not as its weekday says, or bears a holiday's name, in order.

    The file's own days stand above the country's, and a day worked above a holiday.
    """
    found = {day.date: day for day in _of_country(calendar, first, last)}
    for span in calendar.holidays:
        for n in range((span.last - span.first).days + 1):
            found[span.first + n * _DAY] = SpecialDay(span.first + n * _DAY, False, span.name)
    for date in calendar.worked:
        found[date] = SpecialDay(date, True, _WORKED)
    return [found[date] for date in sorted(found)]


def known_to(calendar: Calendar, first: dt.date, last: dt.date) -> dt.date | None:
    """The last day whose holidays are known; none where they follow from rules for good.

    A file without `known_to` knows the year of its last day. A country that announces its days
    year by year is known to the end of the last year the library has; where the moon decides, to
    the day before the first one from `first` to `last` that is estimated.
    """
    if calendar.known_to is not None:
        return calendar.known_to
    if calendar.country is not None:
        country = _country(calendar.country, first, last)
        ends = [_announced_to(country), *_days_before_estimates(country, first)]
        return min((day for day in ends if day is not None), default=None)
    days = [*(span.last for span in calendar.holidays), *calendar.worked]
    return dt.date(max(days).year, 12, 31) if days else None


def _of_country(calendar: Calendar, first: dt.date, last: dt.date) -> Iterator[SpecialDay]:
    if calendar.country is None:
        return
    country = _country(calendar.country, first, last)
    chinese = _country(calendar.country, first, last, "zh")
    usual = weekend_of(calendar, last)
    of_file = calendar.known_to
    announced = _announced_to(country) if of_file else None
    for n in range((last - first).days + 1):
        day = first + n * _DAY
        if of_file and announced and announced < day <= of_file:
            continue  # the file knows better than a country's rules
        is_weekend = day.isoweekday() in usual if calendar.weekend else country.is_weekend(day)
        if day in country:
            name = Label(zh=str(chinese[day]), en=str(country[day]))
            yield SpecialDay(day, False, name)
        elif is_weekend and day in country.weekend_workdays:
            yield SpecialDay(day, True, _WORKED)
        elif is_weekend != (day.isoweekday() in usual):  # the weekend itself has changed
            yield SpecialDay(day, not is_weekend, Label(zh="周末", en="weekend"))


def _announced_to(country: HolidayBase) -> dt.date | None:
    """End of the last year with make-up days; none for a country that has none."""
    if not hasattr(country, "substituted_label") or country.country in _NO_LONGER_ANNOUNCE:
        return None
    years = [year for year, days in country.special_public_holidays.items() if _moves_a_day(days)]
    return dt.date(max(years), 12, 31) if years else None


def _days_before_estimates(country: HolidayBase, first: dt.date) -> list[dt.date]:
    label = getattr(country, "estimated_label", None)
    mark = country.tr(label).replace("%s", "").strip() if label else None
    return [day - _DAY for day, name in country.items() if mark and mark in name and first <= day]


def _moves_a_day(special: object) -> bool:
    """One entry or several; one of numbers alone moves a day off, another day is worked for it."""
    assert isinstance(special, tuple)
    entries = special if isinstance(special[0], tuple) else (special,)
    return any(all(isinstance(part, int) for part in entry) for entry in entries)


@cache
def _country(
    code: str, first: dt.date, last: dt.date, language: Literal["zh", "en"] = "en"
) -> HolidayBase:
    import holidays

    country, part = _parts(code)
    subdivision = _subdivision(country, part) if part else None
    years = range(first.year, last.year + 2)  # a notice names days of the December before
    spoken = holidays.country_holidays(country).supported_languages
    speaks = next(
        (s for wanted in _LANGUAGES[language] for s in reversed(spoken) if s.startswith(wanted)),
        None,
    )
    return holidays.country_holidays(country, subdiv=subdivision, years=years, language=speaks)


def _parts(code: str) -> tuple[str, str]:
    country, _, part = code.partition("-")
    return country.upper(), part


def _subdivision(country: str, part: str) -> str | None:
    """The library's name of a subdivision, however its letters are written."""
    return next((known for known in _subdivisions(country) if known.lower() == part.lower()), None)


def _subdivisions(country: str) -> tuple[str, ...]:
    import holidays

    found: tuple[str, ...] = holidays.country_holidays(country).subdivisions
    return found


def _problem(code: str) -> str | None:
    """What is wrong with a country code such as `cn` or `de-by`; nothing if it is one."""
    from holidays.registry import COUNTRIES

    codes = {code: names[1] for names in COUNTRIES.values() for code in names[1:]}
    country, part = _parts(code)
    if country not in codes:
        words = {name: names[1].lower() for name, names in COUNTRIES.items()}
        words |= {code.lower(): code.lower() for code in codes}
        near = nearest(country.lower(), words)
        hint = f" (did you mean {words[near]}?)" if near else ", such as cn or de-by"
        return f"no country has the code {code!r}{hint}"
    if part and _subdivision(country, part) is None:
        known = [f"{country}-{name}".lower() for name in _subdivisions(country)]
        return f"{country} has no part with the code {code!r}{did_you_mean(code.lower(), known)}"
    return None


def days_of_year(calendar: Calendar, year: int) -> list[SpecialDay]:
    """The special days of one year, for whoever wants to look at them."""
    first, last = dt.date(year, 1, 1), dt.date(year, 12, 31)
    return [day for day in special_days(calendar, first, last) if day.date.year == year]
