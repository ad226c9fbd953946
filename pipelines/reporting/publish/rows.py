"""The rows of a table as markup.

Belongs here: `<tr>` and what is in it. Does not belong here: the table around it (`table.html`).
Rows are nine tenths of all that is published; a template takes four times as long to write them.
"""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import Markup, escape

from pipelines.reporting.language.pinyin import found_by
from pipelines.reporting.language.speaker import Speaker
from pipelines.reporting.model.page import Row, Table


def rows_of(
    table: Table, rows: Iterable[Row], speech: Speaker, classes: list[Markup], root: str
) -> Markup:
    """The rows, each cell with the name of its column for narrow places.

    Args:
        classes: the class attribute of each column.
        root: the way from the page to the folder of all reports.
    """
    names = [escape(speech.text(column.label)) for column in table.columns]
    opened = [
        f'<th scope="row" role="rowheader"{classes[0]}>',
        *(
            f'<td role="cell"{shown} data-label="{name}"><span>'
            for shown, name in zip(classes[1:], names[1:], strict=True)
        ),
    ]
    ended = ["</th>\n", *["</span></td>\n"] * (len(names) - 1)]
    outside = escape(speech.say("table.record"))
    written: list[str] = []
    for row in rows:
        written.append(_opening(row))
        for place, cell in enumerate(row.cells):
            words: str = speech.html(cell, True)
            if row.to is not None and place == table.link_at:
                href = escape(f"{root}{row.to.stem}.{speech.language}.html")
                words = f'<a class="to" href="{href}">{words}</a>'
            if row.record_url is not None and place == table.record_at:
                words = (
                    f'{words} <a class="out" href="{escape(row.record_url)}" target="_blank" '
                    f'rel="noopener noreferrer" title="{outside}" aria-label="{outside}">↗</a>'
                )
            # on a phone a sum is a card of its own, without the columns that do not add
            void = row.role == "total" and cell is None and place > 0
            opening = opened[place].replace("<td", "<td data-void") if void else opened[place]
            written += (opening, words, ended[place])
        written.append("</tr>\n")
    return Markup("".join(written))


def _opening(row: Row) -> str:
    found = f' data-find="{escape(found_by(row.find))}"' if row.find else ""
    stands_out = row.role == "total" or row.judgement != "neutral"
    marked = f' class="{row.role} {row.judgement}"' if stands_out else ""
    return f'<tr role="row"{found}{marked}>\n'
