"""What all sections of the settings have in common."""

from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict


class Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def http_address(address: str) -> str:
    """Empty, or an address that may stand in a log: no name or password in it."""
    if not address:
        return address
    parts = urlsplit(address)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username:
        raise ValueError("it must begin with http:// or https://, and hold no name or password")
    return address
