"""`policy/access.yaml`: what it may say, and every mistake as a sentence with line and key."""

from __future__ import annotations

import pytest

from pipelines.delivery.access.policy import load_access
from tests.support.policy_files import PolicyFiles

NAME = "access.yaml"


def test_a_role_s_subjects_are_laid_over_the_shipped_ones(policies: PolicyFiles) -> None:
    found = policies.put(NAME, "roles: {rep: {commission: unit}, coach: {results: company}}").load(
        load_access
    )
    assert found.roles["rep"]["commission"] == "unit"
    assert found.roles["rep"]["deals"] == "own"
    assert found.roles["coach"] == {"results": "company"}
    assert found.roles["finance"]["receivables"] == "company"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("roles: {rep: {comission: own}}",
         "policy/access.yaml line 1, roles.rep.comission: there is no subject 'comission' "
         "(did you mean commission?)"),
        ("roles:\n  rep:\n    deals: all",
         "policy/access.yaml line 3, roles.rep.deals: "),
        ("grants:\n  - {role: rep, person: E001, see: {deals: own}}",
         "policy/access.yaml line 2, grants.0: a grant is for a `role` or for a `person`; name one "
         "of the two"),
        ("grants:\n  - {role: rep, see: {dealz: own}}",
         "policy/access.yaml line 2, grants.0.see.dealz: there is no subject 'dealz' "
         "(did you mean deals?)"),
        ("grants:\n  - {role: rep, see: {deals: own}, from: 2026-02-01, to: 2026-01-01}",
         "policy/access.yaml line 2, grants.0.to: `to` 2026-01-01 is before `from` 2026-02-01"),
        ("deputies:\n  - {of: E1, by: E1}",
         "policy/access.yaml line 2, deputies.0.by: E1 cannot stand in for themselves"),
        ("deputies:\n  - {of: E1, by: E2, subjects: [salary]}",
         "policy/access.yaml line 2, deputies.0.subjects.salary: there is no subject 'salary'"),
        ("folders: {names: secret}", "policy/access.yaml line 1, folders.names: "),
        ("folder: {}", "policy/access.yaml line 1, folder: "),
    ],
)  # fmt: skip
def test_a_mistake_is_named(policies: PolicyFiles, text: str, sentence: str) -> None:
    assert policies.put(NAME, text).mistake(load_access).startswith(sentence)
