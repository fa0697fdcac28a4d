"""What is wrong, and how it is told to the outside."""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct


class Alert(Struct, frozen=True):
    id: str
    rule: str
    subject: str
    severity: str
    message: str
    remedy: str
    raised_at: datetime
    ended_at: datetime | None
    acknowledged_by: str | None


class AlertWebhook(Struct, frozen=True):
    error: str | None


class AlertPage(Struct, frozen=True):
    items: Sequence[Alert]
    webhook: AlertWebhook


class WebhookSecret(Struct, frozen=True):
    secret: str
