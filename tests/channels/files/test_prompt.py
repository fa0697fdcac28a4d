import pytest

from sempre.channels.files.prompt import decode


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ("Olá 🎉\n".encode(), "Olá 🎉\n"),
        (b"\xef\xbb\xbfwith a mark", "with a mark"),
        (b"two\r\nlines", "two\r\nlines"),
        (b"  spaces stay  ", "  spaces stay  "),
        (b"1234", "1234"),
    ],
)
def test_text_stays_as_it_is(data: bytes, text: str):
    prompt = decode(data, limit=64)
    assert (prompt.text, prompt.failure) == (text, None)


@pytest.mark.parametrize(
    ("data", "kind", "says"),
    [
        (b"", "prompt_empty", "is empty"),
        (b" \n\t ", "prompt_empty", "is empty"),
        (b"\xef\xbb\xbf", "prompt_empty", "is empty"),
        (b"line\nca\xe7\xe3o", "prompt_not_utf8", "byte 7 (line 2) is 0xe7"),
        (b"\xef\xbb\xbf\xff", "prompt_not_utf8", "byte 3 (line 1) is 0xff"),
        ("Olá".encode("utf-16"), "prompt_not_utf8", "UTF-16"),
        (b"ok\0ok", "prompt_binary", "zero byte at byte 2"),
        (b"\xef\xbb\xbf\0", "prompt_binary", "zero byte at byte 3"),
        (b"x" * 65, "prompt_too_large", "65 bytes; at most 64"),
    ],
)
def test_what_is_no_prompt_is_refused_with_the_reason(data: bytes, kind: str, says: str):
    prompt = decode(data, limit=64)
    assert prompt.failure is not None
    assert prompt.failure.kind == kind
    assert says in prompt.failure.message
    assert prompt.text == ""


def test_the_size_of_the_file_counts_when_not_all_was_read():
    prompt = decode(b"x" * 65, limit=64, size=5_000)
    assert prompt.failure is not None
    assert "5000 bytes" in prompt.failure.message
