"""The words in which a prompt is handed over."""

INTERRUPTED = (
    "[Sempre] The previous attempt at the task below was interrupted before it ended. What it did before that"
    " may have taken effect: files may be changed, commands may have run. Check what took effect first, do"
    " not do it twice, then finish the task and answer it in full."
)


def wording(text: str, interrupted: bool) -> str:
    """One block of text: the note first when the last attempt broke off, the prompt in full at the end."""
    return f"{INTERRUPTED}\n\n{text}" if interrupted else text
