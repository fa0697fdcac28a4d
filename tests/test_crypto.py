import stat
import sys
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sempre import crypto
from sempre.crypto import Keyring, UnreadableError
from sempre.errors import MisconfiguredError
from tests.support.store import new_keyring

KEYRING = new_keyring()
PLACE = "turns/prompt/1"
WHOLE = st.text(alphabet=st.characters(codec="utf-8"))


@given(WHOLE | st.text(min_size=300).map(lambda text: text.encode("utf-8", "ignore").decode()))
def test_what_was_sealed_opens_as_it_was(text: str) -> None:
    assert KEYRING.open(KEYRING.seal(text, PLACE), PLACE) == text


@pytest.mark.parametrize("size", [0, 1, 255, 256, 257, 100_000, 3_000_000])
def test_any_length_opens_again_and_long_texts_take_less_room(size: int) -> None:
    text = "é prompt " * (size // 9 + 1)
    sealed = KEYRING.seal(text[:size], PLACE)
    assert KEYRING.open(sealed, PLACE) == text[:size]
    assert len(sealed) < max(size // 2, 2000)


def test_half_an_emoji_does_not_stop_anything() -> None:
    assert KEYRING.open(KEYRING.seal("cut \ud83d", PLACE), PLACE) == "cut \ufffd"


def test_the_same_text_never_looks_the_same_sealed() -> None:
    assert KEYRING.seal("x", PLACE) != KEYRING.seal("x", PLACE)


def test_a_value_opens_only_at_its_place() -> None:
    with pytest.raises(UnreadableError):
        KEYRING.open(KEYRING.seal("x", PLACE), "turns/prompt/2")


@given(st.integers(min_value=0), st.integers(min_value=1, max_value=255))
def test_a_changed_byte_is_noticed(where: int, change: int) -> None:
    sealed = bytearray(KEYRING.seal("the text", PLACE))
    sealed[where % len(sealed)] ^= change
    with pytest.raises(UnreadableError):
        KEYRING.open(bytes(sealed), PLACE)


@given(st.binary(max_size=60))
def test_any_bytes_are_refused_in_order(junk: bytes) -> None:
    with pytest.raises(UnreadableError):
        KEYRING.open(junk, PLACE)


@pytest.mark.parametrize("length", [0, 1, 4, 5, 6, 12, 16, 17, 20, 30])
def test_a_value_that_was_cut_off_is_noticed(length: int) -> None:
    with pytest.raises(UnreadableError):
        KEYRING.open(KEYRING.seal("the text", PLACE)[:length], PLACE)


def test_a_value_of_another_key_names_that_key() -> None:
    other = new_keyring()
    with pytest.raises(UnreadableError, match=other.current.hex()):
        KEYRING.open(other.seal("x", PLACE), PLACE)


def test_threads_do_not_mix_their_texts_up() -> None:
    texts = {name: f"{name} " * 5000 for name in "abcdefgh"}
    failures: list[str] = []

    def work(name: str) -> None:
        for _ in range(50):
            opened = KEYRING.open(KEYRING.seal(texts[name], PLACE), PLACE)
            failures.extend([name] if opened != texts[name] else [])

    threads = [threading.Thread(target=work, args=(name,)) for name in texts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def test_a_rotated_keyring_opens_the_old_and_seals_with_the_new() -> None:
    old = KEYRING.seal("x", PLACE)
    both = KEYRING.rotated()
    assert both.open(old, PLACE) == "x"
    new = both.seal("y", PLACE)
    alone = both.without_old()
    assert alone.open(new, PLACE) == "y"
    with pytest.raises(UnreadableError):
        alone.open(old, PLACE)


def test_a_signature_holds_for_its_purpose_and_payload_and_after_a_rotation() -> None:
    signature = KEYRING.sign("audit", b"row")
    assert KEYRING.rotated().verify("audit", b"row", signature)
    for keyring, purpose, payload in [
        (KEYRING, "other", b"row"),
        (KEYRING, "audit", b"row!"),
        (new_keyring(), "audit", b"row"),
    ]:
        assert not keyring.verify(purpose, payload, signature)


def test_a_key_file_says_what_it_holds_and_the_current_one_comes_first() -> None:
    both = KEYRING.rotated()
    read = crypto.parse(crypto.dump(both))
    assert (read.current, dict(read.keys)) == (both.current, dict(both.keys))


@pytest.mark.parametrize("text", ["", "   ", "AAAA", "not base64!", "é"])
def test_what_is_no_key_is_refused_with_a_remedy(text: str) -> None:
    with pytest.raises(MisconfiguredError):
        crypto.parse(text)


def test_a_new_home_gets_a_key_that_only_its_owner_reads(tmp_path: Path) -> None:
    path = tmp_path / ".sempre" / "key"
    made = crypto.load(path, data_exists=False)
    assert crypto.load(path, data_exists=True).current == made.current
    if sys.platform != "win32":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_data_without_its_key_is_refused_and_no_new_key_is_made(tmp_path: Path) -> None:
    with pytest.raises(MisconfiguredError, match="missing"):
        crypto.load(tmp_path / "key", data_exists=True)
    assert list(tmp_path.iterdir()) == []


def test_the_environment_goes_before_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given_keyring = new_keyring()
    monkeypatch.setenv("SEMPRE_KEY", crypto.dump(given_keyring))
    assert crypto.load(tmp_path / "key", data_exists=True).current == given_keyring.current
    assert not any(tmp_path.iterdir())


def test_a_keyring_tells_no_key_in_its_repr() -> None:
    shown = repr(KEYRING)
    for key in KEYRING.keys.values():
        assert repr(key) not in shown
        assert key.hex() not in shown


def test_a_keyring_is_a_value() -> None:
    assert Keyring(KEYRING.keys, KEYRING.current) == KEYRING
