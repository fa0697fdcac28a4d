"""What is kept of a token instead of it."""

import hashlib


def fingerprint(token: str) -> str:
    """SHA-256, hex. Enough without salt or stretching: our tokens are 256 bits of randomness."""
    return hashlib.sha256(token.encode()).hexdigest()
