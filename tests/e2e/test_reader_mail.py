"""A Monday of the sample company: everybody is mailed once, killed in between and once more."""

from __future__ import annotations

import datetime as dt
import os
import re
import shutil
import signal
import subprocess
import time
from collections import Counter
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from icalendar import Calendar

from pipelines.cli.delivery import deliver_after_run
from pipelines.cli.main import cli
from pipelines.delivery.access.policy import Folders, load_access
from pipelines.delivery.outbox.policy import load_delivery
from pipelines.errors import UserError
from pipelines.reporting.publish.build import EDITION, Edition, StaleNotice, write_text
from pipelines.reporting.publish.entries import CATALOGUE, Catalogue
from pipelines.workspace.workspace import open_workspace
from tests.support.handed import MONDAY, POLICY, another_monday, send, served_by
from tests.support.mailserver import Post, mail_server
from tests.support.robotserver import SECRET, robot_server
from tests.support.runs import ATTAIN, FirstRun, HandedOut


def copy_of(one_run: FirstRun, folder: Path, port: int) -> Path:
    """The computed workspace at another place, with a mail server."""
    root = folder / "ws"
    shutil.copytree(one_run.root, root, copy_function=os.link, symlinks=True)
    return served_by(root, port)


@dataclass(frozen=True)
class Monday:
    """What a rehearsal told, and what the server took of a sending that was killed and repeated."""

    root: Path
    rehearsed: dict[str, Any]
    at_kill: int
    again: dict[str, Any]
    once_more: dict[str, Any]
    post: Post

    def of(self, who: str) -> list[EmailMessage]:
        return [
            m for m in self.post.taken if str(m["To"]).endswith(f"<{who.lower()}@haiyue.example>")
        ]


@pytest.fixture(scope="module")
def monday(handed_out: HandedOut) -> Monday:
    with mail_server() as post:
        root = served_by(handed_out.root, post.port)
        rehearsed = send(root, "--out", str(root / "look"))
        assert post.taken == []
        words = [*ATTAIN, "send", "-w", str(root), *MONDAY, "--really", "--json"]
        first = subprocess.Popen(words, stdout=subprocess.DEVNULL)
        until = time.monotonic() + 120
        while len(post.taken) < 20 and first.poll() is None and time.monotonic() < until:
            time.sleep(0.002)
        first.send_signal(signal.SIGKILL)
        first.wait()
        at_kill = len(post.taken)
        again, once_more = send(root, "--really"), send(root, "--really")
        return Monday(root, rehearsed, at_kill, again, once_more, post)


def test_a_rehearsal_names_everybody_and_sends_nothing(monday: Monday) -> None:
    assert len(monday.rehearsed["new"]) == 115
    assert len({one["reader"] for one in monday.rehearsed["new"]}) > 60
    assert len(list((monday.root / "look").glob("*.eml"))) == len(monday.rehearsed["new"])


def test_killed_and_repeated_everybody_got_each_page_exactly_once(monday: Monday) -> None:
    """A message that was in the server's hands when the kill came is named; it came once or not."""
    assert 20 <= monday.at_kill < 115
    assert max(monday.post.ids.values()) == 1
    named = {one["who"] for one in monday.again["problems"]}
    assert len(named) <= 1
    missing = 115 - len(monday.post.taken)
    assert missing <= len(named)
    wanted = Counter(one["reader"] for one in monday.rehearsed["new"])
    for who, many in wanted.items():
        assert len(monday.of(who)) in ({many, many - 1} if who in named else {many})
    assert monday.once_more["sent"] == []
    assert monday.again["code"] == (1 if named else 0)


def test_a_message_is_complete_without_images_scripts_and_styles_apart(monday: Monday) -> None:
    for message in monday.post.taken:
        html = message.get_body(("html",))
        plain = message.get_body(("plain",))
        assert html is not None and plain is not None
        text = html.get_content()
        assert len(text.encode()) < 100_000
        assert not re.search(r"<(script|style|link|img)\b", text)
        assert 'style="' in text
        assert len(plain.get_content()) > 200
        assert re.fullmatch(r"<[a-z-]+\.attain\.haiyue\.example>", str(message["List-Id"]))
        assert str(message["List-Unsubscribe"]) == "<mailto:it@haiyue.example>"
        assert str(message["References"]) == str(message["In-Reply-To"])


def test_a_representative_reads_their_own_week_in_chinese_with_links(monday: Monday) -> None:
    week, statement = sorted(monday.of("E023"), key=lambda m: "提成" in str(m["Subject"]))
    assert str(week["Subject"]) == "个人周报 · 吴明辉 2026 年第 46 周：海岳工业科技（示例）"
    assert "提成结算单" in str(statement["Subject"])
    body = week.get_body(("html",))
    assert body is not None
    text = body.get_content()
    assert text.count("<th ") == 6
    assert "https://reports.haiyue.example/E023/rep_weekly/E023/2026-W46.zh.html#invoices" in text
    assert "项数据校验未通过" in text
    assert str(week["References"]) != str(statement["References"])


def test_deadlines_come_as_entries_of_a_calendar_to_whom_they_concern(monday: Monday) -> None:
    """One dispute is open that Monday; whoever raised it and who decides have its day."""
    found = {}
    for message in monday.post.taken:
        for part in message.iter_attachments():
            assert part.get_content_type() == "text/calendar"
            [entry] = Calendar.from_ical(part.get_content()).walk("VEVENT")
            found[str(message["To"]).partition("<")[2][:4]] = entry
            body = message.get_body(("plain",))
            assert body is not None and "attain.ics" in body.get_content()
    assert set(found) == {"e050", "e079", "e080"}
    assert {str(entry["SUMMARY"]) for entry in found.values()} == {
        "2026-11 提成异议处理截止：DSP-0003"
    }
    assert {entry["DTSTART"].dt for entry in found.values()} == {dt.date(2026, 11, 22)}
    assert len({str(entry["UID"]) for entry in found.values()}) == 1


def test_a_director_asked_for_english(monday: Monday) -> None:
    (week,) = monday.of("E001")
    assert str(week["Subject"]).strip().startswith("Sales director weekly Week 46, 2026")


def test_links_of_mail_lead_into_the_folders_that_were_written(monday: Monday) -> None:
    folders = monday.root / "reports" / "readers" / "latest"
    links = 0
    for message in monday.post.taken:
        body = message.get_body(("html",))
        assert body is not None
        for href in re.findall(
            r'href="https://reports.haiyue.example/([^"#]+)', body.get_content()
        ):
            assert (folders / href).exists(), href
            links += 1
    assert links > 200


def test_only_those_asked_for_are_sent_to(one_run: FirstRun, tmp_path: Path) -> None:
    with mail_server() as post:
        root = copy_of(one_run, tmp_path, post.port)
        drop_links(root)
        found = send(root, "--really", "--to", "E023", "--to", "e007@haiyue.example",
                     "--only", "rep_weekly", "--only", "team_weekly")  # fmt: skip
        assert sorted(post.recipients) == ["e007@haiyue.example", "e023@haiyue.example"]
        assert found["code"] == 0
        with pytest.raises(UserError, match="--to 'Q1': no reader of that id or address"):
            send(root, "--to", "Q1")


def drop_links(root: Path) -> None:
    """Without an address of pages no folders are written: the mail names the place in them."""
    policy = root / "policy" / "delivery.yaml"
    text = re.sub(r"  pages_at:.*\n", "", policy.read_text(encoding="utf-8"))
    policy.write_text(text, encoding="utf-8")


def test_a_report_that_failed_is_mailed_as_the_old_one_with_the_reason(
    one_run: FirstRun, tmp_path: Path
) -> None:
    with mail_server() as post:
        root = copy_of(one_run, tmp_path, post.port)
        drop_links(root)
        send(root, "--really", "--to", "E007", "--only", "team_weekly")
        _block(root / "reports" / "latest", "team_weekly")
        for _ in range(2):
            send(root, "--really", "--to", "E007", "--only", "team_weekly")
    good, stale = post.taken
    assert not str(good["Subject"]).startswith("【未更新】")
    assert str(stale["Subject"]) == f"【未更新】{good['Subject']}"
    for part in ("plain", "html"):
        body = stale.get_body((part,))
        assert body is not None
        assert "本报告未更新" in body.get_content()
        assert "应收余额 = 总账" in body.get_content()


def _block(latest: Path, report: str) -> None:
    """What a run leaves where a check blocked a report."""
    edition = Edition.model_validate_json((latest / EDITION).read_bytes())
    failed = next(
        check for check in edition.quality.failed if check.id == "receivables_tie_to_ledger"
    )
    notice = StaleNotice(report=report, at="2026-11-16T06:00:00", checks=(failed,))  # type: ignore[arg-type]
    write_text(latest / EDITION, edition.model_copy(update={"stale": (notice,)}).model_dump_json())
    entries = Catalogue.model_validate_json((latest / CATALOGUE).read_bytes()).entries
    marked = [e.model_copy(update={"stale": e.family == report}) for e in entries]
    write_text(latest / CATALOGUE, Catalogue(entries=tuple(marked)).model_dump_json())


ROBOTS = """
robots:
  - {id: heads, kind: wecom, url_env: T_HEADS, reader: E001, reports: [director_weekly]}
  - {id: east, kind: dingtalk, url_env: T_EAST, secret_env: T_SIGN, reader: E002,
     reports: [region_weekly]}
  - {id: team, kind: feishu, url_env: T_TEAM, secret_env: T_SIGN, reader: E007,
     reports: [team_weekly], language: en}
  - {id: lost, kind: webhook, url_env: T_LOST, reader: E023, reports: [rep_weekly]}
quiet: {from: "00:00", to: "00:00"}
"""


def test_groups_are_told_once_each_what_one_reader_may_see(
    one_run: FirstRun, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with robot_server() as groups:
        root = tmp_path / "ws"
        shutil.copytree(one_run.root, root, copy_function=os.link, symlinks=True)
        (root / "policy" / "delivery.yaml").write_text(ROBOTS, encoding="utf-8")
        monkeypatch.setenv("T_SIGN", SECRET)
        for name, kind in (("HEADS", "wecom"), ("EAST", "dingtalk"), ("TEAM", "feishu")):
            monkeypatch.setenv(f"T_{name}", groups.url(kind))
        told = send(root, "--to", "heads", "--to", "east")
        assert [one["reader"] for one in told["new"]] == ["heads", "east"]
        assert groups.taken == {}
        for _ in range(2):
            found = send(root, "--really")
            assert found["code"] == 1
            assert [one["en"] for one in found["problems"]] == [
                "robot lost: $T_LOST is not set; nothing is said."
            ]
    assert {kind: len(bodies) for kind, bodies in groups.taken.items()} == {
        "wecom": 1, "dingtalk": 1, "feishu": 1,
    }  # fmt: skip
    heads = groups.taken["wecom"][0]["markdown"]["content"]
    assert heads.startswith("### 销售总监周报 2026 年第 46 周")
    assert heads.count("\n- ") == 6
    assert "华东大区" in groups.taken["dingtalk"][0]["markdown"]["title"]
    card = groups.taken["feishu"][0]["card"]
    assert card["header"]["title"]["content"].startswith("Team weekly · 华东2组 Week 46, 2026")


def test_a_server_that_takes_no_mail_keeps_no_robot_from_speaking(
    one_run: FirstRun, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with robot_server() as groups, mail_server() as post:  # which speaks no TLS
        root = copy_of(one_run, tmp_path, post.port)
        policy = POLICY.format(port=post.port).replace("security: none", "security: ssl")
        (root / "policy" / "delivery.yaml").write_text(policy + ROBOTS, encoding="utf-8")
        monkeypatch.setenv("T_SIGN", SECRET)
        monkeypatch.setenv("T_HEADS", groups.url("wecom"))
        monkeypatch.setenv("T_EAST", "https://robots.example:99999/send")
        monkeypatch.setenv("T_TEAM", "https://robots.example/发送")
        monkeypatch.setenv("T_LOST", "https://[robots.example/send")
        with pytest.raises(UserError, match="no connection as policy"):
            send(root, "--really")
    assert {kind: len(bodies) for kind, bodies in groups.taken.items()} == {"wecom": 1}
    status = " ".join(CliRunner().invoke(cli, ["status", "-w", str(root)]).output.split())
    assert "no connection as policy/delivery.yaml asks for it" in status
    for robot, name in (("east", "EAST"), ("team", "TEAM"), ("lost", "LOST")):
        assert f"robot {robot}: $T_{name} is no https address; nothing is said." in status


def test_after_a_run_policy_has_folders_written_and_mail_sent_and_a_fault_only_said(
    handed_out: HandedOut, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = another_monday(handed_out, tmp_path)
    monday = dt.datetime(2026, 11, 16, 0, 30, tzinfo=dt.UTC)
    with mail_server() as post:
        workspace = open_workspace(served_by(root, post.port))
        folders = Folders(after_run=True)
        access = load_access(workspace).model_copy(update={"folders": folders})
        policy = load_delivery(workspace)
        mail = policy.mail.model_copy(
            update={"after_run": True, "reports": {"rep": ("rep_weekly",)}}
        )
        sending = policy.model_copy(update={"mail": mail})
        before = (root / "reports" / "readers" / "latest").resolve()
        post.refuses = {"e023@haiyue.example": "550 no such mailbox"}
        for _ in range(2):
            deliver_after_run(workspace, access, sending, monday)
        assert (root / "reports" / "readers" / "latest").resolve() == before  # nothing had changed
        assert len(post.taken) == 46
        assert max(post.ids.values()) == 1
    said = capsys.readouterr().err
    assert "E023: " in said
    assert "550 no such mailbox" in said
    encrypted = mail.model_copy(update={"security": "ssl"})
    with mail_server() as post:  # which speaks no TLS
        wrong = sending.model_copy(
            update={"mail": encrypted.model_copy(update={"port": post.port})}
        )
        (root / "outbox" / "outbox.db").unlink()
        deliver_after_run(workspace, access, wrong, monday)
    assert "no connection as policy/delivery.yaml asks for it" in capsys.readouterr().err
