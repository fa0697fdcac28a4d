import json
import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from sempre.telemetry.escape import indented, json_line, one_line

WILD = st.text(alphabet=st.characters(codec="utf-8"))


def harmless(text: str) -> bool:
    return not any(
        unicodedata.category(each) in {"Cc", "Zl", "Zp"} and each != "\t" for each in text
    )


@given(WILD)
def test_one_line_is_one_line_without_control_characters(text: str) -> None:
    shown = one_line(text)
    assert harmless(shown)
    assert len(shown.splitlines()) <= 1


@given(WILD)
def test_json_stays_the_same_json(text: str) -> None:
    line = json_line(json.dumps({"text": text}, ensure_ascii=False))
    assert harmless(line)
    assert json.loads(line) == {"text": text}


@given(WILD)
def test_no_line_of_a_traceback_can_be_taken_for_a_line_of_the_log(text: str) -> None:
    for line in indented(text).split("\n"):
        assert line.startswith("    | ")
        assert harmless(line)


def test_ordinary_text_stays() -> None:
    assert one_line("Olá, são 5 € → 😀\t!") == "Olá, são 5 € → 😀\t!"


def test_what_turns_the_direction_of_writing_is_written_out() -> None:
    assert one_line("user\u202etxt.exe") == "user\\u202etxt.exe"
