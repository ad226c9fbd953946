"""A workspace as what the portal stands on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from types import MappingProxyType
from zoneinfo import ZoneInfo

from pipelines.delivery.outbox.policy import load_delivery
from pipelines.delivery.portal.app import Parts
from pipelines.delivery.portal.audit import FILE as AUDIT
from pipelines.delivery.portal.audit import Audit
from pipelines.delivery.portal.entry import Entries, entry_folder
from pipelines.delivery.portal.folders import ReaderFolders
from pipelines.delivery.portal.oidc import Provider, require_library
from pipelines.delivery.portal.passwords import FILE as PASSWORDS
from pipelines.delivery.portal.passwords import Passwords
from pipelines.delivery.portal.policy import PortalPolicy, load_portal
from pipelines.delivery.portal.post import Post
from pipelines.errors import UserError
from pipelines.reporting.model.values import Bilingual
from pipelines.workspace.workspace import Workspace


def portal_parts(
    workspace: Workspace,
    now: Callable[[], dt.datetime],
    clock: Callable[[], float],
    secrets: Mapping[str, str] = MappingProxyType({}),
) -> Parts:
    """The portal's parts over a workspace.

    Args:
        now: the moment, for the record of who opened what.
        clock: seconds that only go on, for sessions and attempts.
        secrets: variables of the environment, among them the mail server's password.

    Raises:
        UserError: policy/portal.yaml is wrong, or asks for mail without a server.
    """
    zone = ZoneInfo(workspace.settings.time_zone)
    name, policy = workspace.settings.name, load_portal(workspace)
    if policy.entries.kinds:
        entry_folder(workspace, policy.entries)  # a wrong one is said before anybody enters
    audit = Audit(workspace.root / AUDIT, now)
    return Parts(
        company=Bilingual(zh=name.zh, en=name.en),
        policy=policy,
        published=workspace.reports / "published",
        entries=Entries(workspace, policy.entries, now),
        folders=ReaderFolders(workspace, lambda: now().astimezone(zone).date()),
        passwords=Passwords(workspace.root / PASSWORDS),
        audit=audit,
        post=_post(workspace, policy, audit, now, secrets),
        provider=_provider(policy, now, secrets),
        clock=clock,
        currency=workspace.settings.base_currency,
    )


def _post(
    workspace: Workspace,
    policy: PortalPolicy,
    audit: Audit,
    now: Callable[[], dt.datetime],
    secrets: Mapping[str, str],
) -> Post | None:
    """What mails links, where policy has them."""
    if "mail" not in policy.sign_in:
        return None
    mail = load_delivery(workspace).mail
    if not mail.server:
        raise UserError(
            "policy/portal.yaml, sign_in: links are mailed, and policy/delivery.yaml names no "
            "mail.server."
        )
    return Post(workspace, mail, secrets.get(mail.password_env), audit, now)


def _provider(
    policy: PortalPolicy, now: Callable[[], dt.datetime], secrets: Mapping[str, str]
) -> Provider | None:
    """The provider that signs people in, where policy has one."""
    if "oidc" not in policy.sign_in:
        return None
    require_library()
    return Provider(policy.oidc, secrets.get(policy.oidc.secret_env), f"{policy.at}oidc/back", now)
