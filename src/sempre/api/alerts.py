"""What is wrong now and was lately, and the webhook that is told of it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal
from urllib.parse import urlsplit

from fastapi import APIRouter, Query, Request
from pydantic import Field

from sempre import alerts
from sempre.api.authentication import principal_of
from sempre.api.care import Webhook
from sempre.api.errors import may_answer
from sempre.api.given import Given
from sempre.api.parts import Parts
from sempre.api.schema import PAGE, Before, ItemId, Limit, View
from sempre.errors import ConflictError

router = APIRouter(prefix="/api", tags=["alerts"])
Wanted = Annotated[
    Literal["open", "all"], Query(description="`open`: those that last; `all`: ended ones too.")
]


class Alert(View):
    id: str
    rule: alerts.Rule
    subject: str = Field(description="The channel, budget or node; empty: no one in particular.")
    severity: alerts.Severity
    message: str
    remedy: str
    raised_at: datetime
    ended_at: datetime | None = Field(description="null: it lasts.")
    acknowledged_at: datetime | None
    acknowledged_by: str | None
    notified_at: datetime | None = Field(
        description="When it was handed to the webhook's queue; null: not yet, or there is no webhook."
    )


class AlertWebhook(View):
    """Where alerts are sent. The address is told without its path, which may be a secret."""

    configured: bool
    host: str | None
    waiting: int = Field(description="Notices on their way.")
    delivered: int
    dead: int = Field(description="Notices that used up their attempts.")
    error: str | None = Field(description="Why the newest notice did not get through yet.")


class AlertPage(View):
    """Newest first. `next` goes into `before`; null: there is no more."""

    items: Sequence[Alert]
    next: str | None
    webhook: AlertWebhook


class TestNotice(View):
    queued: bool


class WebhookSecret(View):
    secret: str = Field(description="Shown this once; the one before signs no more.")


@router.get("/alerts", responses=may_answer())
async def list_alerts(
    parts: Given, state: Wanted = "open", before: Before = None, limit: Limit = PAGE
) -> AlertPage:
    """What is wrong now, or also what was."""
    page = await parts.care.alerts.page(
        lasting_only=state == "open", before=before, limit=limit + 1
    )
    items = [_view(each) for each in page[:limit]]
    return AlertPage(
        items=items,
        next=items[-1].id if len(items) < len(page) else None,
        webhook=await _webhook(parts),
    )


@router.post("/alerts/{id}/acknowledgement", responses=may_answer(404))
async def acknowledge_alert(request: Request, parts: Given, id: ItemId) -> Alert:
    """Somebody has seen it. It lasts until what it tells of is over."""
    return _view(await parts.care.alerts.acknowledge(id, principal_of(request).who))


@router.post("/alerts/webhook/test", status_code=202, responses=may_answer(409))
async def test_alert_webhook(parts: Given) -> TestNotice:
    """Send a notice that tells of nothing. 409 where no webhook is set up."""
    _require_webhook(parts)
    await parts.care.alerts.try_out()
    parts.care.hurry()
    return TestNotice(queued=True)


@router.post("/alerts/webhook/secret", responses=may_answer(409))
async def renew_alert_secret(request: Request, parts: Given) -> WebhookSecret:
    """Make another signing secret (Standard Webhooks, `whsec_…`). 409 where no webhook is set up."""
    webhook = _require_webhook(parts)
    by = principal_of(request).who
    await parts.audit.record("alerts.secret_renewed", by=by)
    return WebhookSecret(secret=await webhook.renew())


def _require_webhook(parts: Parts) -> Webhook:
    if parts.care.webhook is None:
        raise ConflictError(
            "No webhook is set up. Set alerts.webhook_url in sempre.toml and start Sempre again.",
            code="no_webhook",
        )
    return parts.care.webhook


async def _webhook(parts: Parts) -> AlertWebhook:
    webhook, post = parts.care.webhook, await parts.care.alerts.post()
    return AlertWebhook(
        configured=webhook is not None,
        host=urlsplit(webhook.url).hostname if webhook else None,
        waiting=post.waiting,
        delivered=post.delivered,
        dead=post.dead,
        error=post.error,
    )


def _view(alert: alerts.Alert) -> Alert:
    return Alert(
        id=alert.id,
        rule=alerts.Rule(alert.rule),
        subject=alert.subject,
        severity=alert.severity,
        message=alert.message,
        remedy=alert.remedy,
        raised_at=alert.raised_at,
        ended_at=alert.ended_at,
        acknowledged_at=alert.acknowledged_at,
        acknowledged_by=alert.acknowledged_by,
        notified_at=alert.notified_at,
    )
