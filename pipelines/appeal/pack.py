"""The folder of an appeal: a page in two languages, its workbook, and what was asked.

Belongs here: writing it. Does not belong here: what it says (`reporting/appraisal/pack.py`).
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from pipelines.errors import UserError
from pipelines.reporting.appraisal.pack import Pack, pack_page
from pipelines.reporting.language.numbers import LANGUAGES
from pipelines.reporting.publish.build import Edition, write_assets, write_pages, write_text
from pipelines.reporting.publish.index import index_name, render_index
from pipelines.reporting.publish.render import Look


def write_pack(
    pack: Pack, folder: Path, what_if: Path | None, up_is_red: bool, replace: bool = False
) -> Path:
    """Write a pack as a folder of its own, that can be handed on; returns its first page.

    Raises:
        UserError: the folder is there already, or cannot be written.
    """
    if folder.exists() and not replace:
        raise UserError(f"{folder} is there already. Give another --out, or --replace.")
    page = pack_page(pack)
    edition = Edition(
        company=page.company,
        as_of=page.as_of,
        currency=page.currency,
        reports=(page.report,),
        quality=page.quality,
        freshness=page.freshness,
        up_is_red=up_is_red,
    )
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".writing-") as beside:
            made = Path(beside, "pack")
            made.mkdir()
            catalogue = write_pages(made, [page], Look(up_is_red=up_is_red))
            for language in LANGUAGES:
                text = render_index(catalogue, edition, language)
                write_text(made / index_name(language), text)
            write_assets(made / "assets", charts=False)
            if what_if is not None:
                shutil.copyfile(what_if, made / "what-if.yaml")
            if folder.exists():
                shutil.rmtree(folder)
            made.rename(folder)
    except OSError as error:
        raise UserError(f"{folder}: cannot be written ({error.strerror or error}).") from None
    return folder / page.beside("zh.html")
