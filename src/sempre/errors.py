"""The five families of errors. A family says what the caller does next; no error knows HTTP or a channel.

Every message says what happened and what to do about it. Subclasses live beside the code that raises them.
"""


class SempreError(Exception):
    """Any error that Sempre raises on purpose. `code` is stable and is what programs compare."""

    code = "error"

    def __init__(self, message: str, *, code: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        if code is not None:
            self.code = code


class NotFoundError(SempreError):
    """The thing is not there."""

    code = "not_found"


class ConflictError(SempreError):
    """The thing is not in a state that allows this."""

    code = "conflict"


class RefusedError(SempreError):
    """Policy, a limit or a person said no; asking again changes nothing."""

    code = "refused"


class InvalidError(RefusedError):
    """The input is not of the form that is needed; the message says which form is."""

    code = "invalid"


class UnavailableError(SempreError):
    """The outside world (a provider, a disk, a database) does not answer now; try later."""

    code = "unavailable"

    def __init__(
        self, message: str, *, retry_after: float | None = None, code: str | None = None
    ) -> None:
        super().__init__(message, code=code)
        self.retry_after = retry_after


class MisconfiguredError(SempreError):
    """A person must act first; `remedy` is the one sentence that tells them how."""

    code = "misconfigured"

    def __init__(self, message: str, *, remedy: str, code: str | None = None) -> None:
        super().__init__(f"{message} {remedy}", code=code)
        self.remedy = remedy
