from pathlib import Path

from sempre.agents.claude.access import Access
from sempre.agents.claude.environment import build
from sempre.agents.descendants import MARK

GATEWAY = Access(
    hook_url="http://127.0.0.1:1/hook/{token}",
    model_url="http://127.0.0.1:1/s/{token}",
    config_directory=Path("/srv/sempre/claude"),
)
LOGIN = Access(
    hook_url="http://127.0.0.1:1/hook/{token}", config_directory=Path("/home/ana/.claude")
)


def made(parent: dict[str, str], access: Access = GATEWAY, silence: float = 300) -> dict[str, str]:
    return build(
        parent,
        access,
        "sempre_session_x",
        mark="m1",
        directory=Path("/srv/work"),
        retries=4,
        silence_seconds=silence,
    )


def test_only_what_is_allowed_comes_from_the_parent() -> None:
    parent = {
        "PATH": "/bin",
        "HOME": "/home/ana",
        "LC_ALL": "pt_BR.UTF-8",
        "Path": "x",
        "GITHUB_TOKEN": "secret",
        "ANTHROPIC_API_KEY": "secret",
        "ANTHROPIC_MODEL": "secret",
        "CLAUDE_CODE_USE_BEDROCK": "secret",
        "CLAUDECODE": "secret",
    }
    environment = made(parent)

    assert "secret" not in environment.values()
    assert environment["LC_ALL"] == "pt_BR.UTF-8"
    assert environment["Path"] == "x"  # Windows writes it like this
    assert environment["ANTHROPIC_BASE_URL"] == "http://127.0.0.1:1/s/sempre_session_x"
    assert environment["ANTHROPIC_API_KEY"] == "sempre_session_x"
    assert environment["CLAUDE_CONFIG_DIR"] == "/srv/sempre/claude"
    assert environment["CLAUDE_CODE_MAX_RETRIES"] == "4"
    assert environment[MARK] == "m1"


def test_with_the_users_own_login_nothing_stands_in_its_way() -> None:
    environment = made({"HOME": "/home/ana"}, LOGIN)
    assert not [name for name in environment if name.startswith("ANTHROPIC_")]
    assert "CLAUDE_CONFIG_DIR" not in environment  # where Claude Code looks by itself
    assert made({"HOME": "/root"}, LOGIN)["CLAUDE_CONFIG_DIR"] == "/home/ana/.claude"


def test_the_way_to_our_own_listener_passes_no_proxy() -> None:
    environment = made({"HTTPS_PROXY": "http://proxy:3128", "NO_PROXY": "intranet"})
    assert environment["HTTPS_PROXY"] == "http://proxy:3128"
    assert environment["NO_PROXY"] == environment["no_proxy"] == "intranet,127.0.0.1,localhost,::1"


def test_a_proxys_password_goes_only_where_claude_code_must_pass_it() -> None:
    parent = {"https_proxy": "http://ana:secret@proxy:3128", "HOME": "/home/ana"}
    assert "https_proxy" not in made(parent)
    assert made(parent, LOGIN)["https_proxy"] == "http://ana:secret@proxy:3128"


def test_a_stalled_stream_is_cut_before_we_lose_patience() -> None:
    assert made({}, silence=300)["CLAUDE_BYTE_STREAM_IDLE_TIMEOUT_MS"] == "120000"
    assert made({}, silence=5)["CLAUDE_BYTE_STREAM_IDLE_TIMEOUT_MS"] == "10000"
