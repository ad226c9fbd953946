"""A sentence for whoever is left out: what `attain status` and the log say of a delivery."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """Why somebody is not given what policy means for them: one sentence, in both languages."""

    who: str
    zh: str
    en: str
