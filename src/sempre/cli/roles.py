"""The names of the roles, for the command line's help."""

from enum import StrEnum


class RoleName(StrEnum):
    """As app.Role has them, which is slow to import; a test compares them."""

    WORKER = "worker"
    CHANNELS = "channels"
    API = "api"
