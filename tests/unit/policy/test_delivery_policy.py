"""`policy/delivery.yaml`: what it may say of mail, and every mistake as a sentence."""

from __future__ import annotations

import pytest

from pipelines.delivery.outbox.policy import load_delivery
from tests.support.policy_files import PolicyFiles

NAME = "delivery.yaml"


def test_without_a_server_nothing_is_mailed_and_the_rest_is_as_shipped(
    policies: PolicyFiles,
) -> None:
    found = policies.put(NAME, "mail: {reports: {csm: [commission_statement]}}").load(load_delivery)
    assert found.mail.server == ""
    assert found.mail.reports["csm"] == ("commission_statement",)
    assert found.mail.reports["rep"] == ("rep_weekly", "commission_statement")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("mail: {server: s.a.example}",
         "policy/delivery.yaml line 1, mail.sender: a server without `sender`"),
        ("mail:\n  sender: reports", "policy/delivery.yaml line 2, mail.sender: 'reports' is"),
        ("mail:\n  user: u\n  security: none",
         "policy/delivery.yaml line 3, mail.security: a sign-in without encryption"),
        ("mail:\n  pages_at: reports.a.example", "policy/delivery.yaml line 2, mail.pages_at: "),
        ("mail:\n  unsubscribe: \"javascript:x\"",
         "policy/delivery.yaml line 2, mail.unsubscribe: "),
        ("mail:\n  pasword: x", "policy/delivery.yaml line 2, mail.pasword: "),
        ("robots:\n  - {id: a, kind: wechat, url_env: U, reader: E1, reports: [r]}",
         "policy/delivery.yaml line 2, robots.0.kind: "),
        ("robots:\n  - {id: a, kind: wecom, url_env: \"https://x\", reader: E1, reports: [r]}",
         "policy/delivery.yaml line 2, robots.0.url_env: "),
        ("robots:" + 2 * "\n  - {id: a, kind: wecom, url_env: U, reader: E1, reports: [r]}",
         "policy/delivery.yaml line 1, robots: robot 'a' is listed twice"),
        ("quiet: {from: \"25:00\"}", "policy/delivery.yaml line 1, quiet.from: "),
        ("mail:\n  retry_seconds: [-1]", "policy/delivery.yaml line 2, mail.retry_seconds.0: "),
    ],
)  # fmt: skip
def test_a_mistake_is_named(policies: PolicyFiles, text: str, sentence: str) -> None:
    assert policies.put(NAME, text).mistake(load_delivery).startswith(sentence)
