"""Where a Claude Code process finds its model and its gate, and where it keeps its transcripts."""

from dataclasses import dataclass
from pathlib import Path

PLACE_OF_TOKEN = "{token}"  # noqa: S105  (a placeholder, not a secret)


@dataclass(frozen=True, kw_only=True)
class Access:
    """`{token}` in the addresses stands for the session's own token. `model_url` None: the user's own login
    is used, without a gateway, and `config_directory` is theirs. From `users_directory`, their configuration
    folder, a session of their own is copied when a channel is told to go on with it."""

    hook_url: str
    config_directory: Path
    model_url: str | None = None
    users_directory: Path | None = None

    def model_address(self, token: str) -> str | None:
        return self.model_url and self.model_url.replace(PLACE_OF_TOKEN, token)

    def hook_address(self, token: str) -> str:
        return self.hook_url.replace(PLACE_OF_TOKEN, token)
