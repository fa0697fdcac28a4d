"""Money and tokens as people write them: `12.50`, `none`."""

from decimal import Decimal, InvalidOperation

from sempre.errors import InvalidError

_MICROS = 1_000_000
_MOST = 10**15


def micros_of(dollars: str) -> int | None:
    """`12.50` -> 12500000, `none` -> None."""
    if dollars.lower() == "none":
        return None
    try:
        value = Decimal(dollars.removeprefix("$").replace(",", "")) * _MICROS
    except InvalidOperation as error:
        raise _not_money(dollars) from error
    if not value.is_finite() or not 0 <= value <= _MOST or value != int(value):
        raise _not_money(dollars)
    return int(value)


def tokens_of(count: str) -> int | None:
    """`5000000` and `5M` -> 5000000, `none` -> None."""
    text = count.lower().replace(",", "").replace("_", "")
    if text == "none":
        return None
    times = {"k": 1000, "m": 1_000_000}.get(text[-1:], 1)
    digits = text[:-1] if times > 1 else text
    if not digits.isascii() or not digits.isdigit() or len(digits) > 15:
        raise InvalidError(f"{count} is no number of tokens. Say 5000000, 5M or none.")
    return int(digits) * times


def _not_money(text: str) -> InvalidError:
    return InvalidError(f"{text} is no amount of dollars. Say 12.50 or none.")
