import pytest

from sempre.api import check_address
from sempre.api.addresses import is_loopback
from sempre.api.security import BODY_BYTES, name_of
from sempre.errors import MisconfiguredError
from sempre.settings import Settings
from sempre.settings.live import LiveSettings
from tests.api.house import House

POLICY = (
    "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; connect-src 'self'; "
    "frame-ancestors 'none'"
)


@pytest.mark.parametrize(
    "host",
    ["localhost", "LOCALHOST:8377", "127.0.0.1:1", "[::1]:8377", "[::1]", "localhost:9000"],
)
async def test_the_names_of_this_machine_are_answered_under_any_port(
    small_house: House, host: str
) -> None:
    async with small_house.operator() as client:
        assert (await client.get("/api/status", headers={"host": host})).status_code == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "localhost.evil.example",
        "localhost:8377.evil.example",
        "127.0.0.1.nip.io",
        "127.0.0.2",
        "0.0.0.0",
        "[::]",
        "192.168.1.5:8377",
        "",
        "evil.example:8377@localhost",
    ],
)
@pytest.mark.parametrize("path", ["/api/status", "/dashboard/", "/login?token=x", "/metrics"])
async def test_any_other_name_is_refused_everywhere(
    small_house: House, host: str, path: str
) -> None:
    async with small_house.operator() as client:
        answer = await client.get(path, headers={"host": host})
    assert answer.status_code == 403
    assert answer.json()["error"]["code"] == "host_not_allowed"


async def test_two_host_headers_are_refused(small_house: House) -> None:
    async with small_house.operator() as client:
        request = client.build_request(
            "GET", "/api/status", headers=[("host", "localhost"), ("host", "evil.example")]
        )
        assert (await client.send(request)).status_code == 403


async def test_a_name_that_a_person_allowed_is_answered(small_house: House) -> None:
    from dataclasses import replace

    settings = Settings.model_validate({"server": {"allowed_hosts": ["Sempre.Lan"]}})
    small_house.parts = replace(small_house.parts, live=LiveSettings(settings))
    async with small_house.operator() as client:
        answer = await client.get("/api/status", headers={"host": "sempre.lan:8377"})
    assert answer.status_code == 200


async def test_probes_are_answered_under_any_name(small_house: House) -> None:
    async with small_house.browser() as client:
        assert (await client.get("/readyz", headers={"host": "10.1.2.3:8377"})).status_code == 200


@pytest.mark.parametrize("path", ["/api/status", "/dashboard/", "/healthz", "/login", "/nothing"])
async def test_every_answer_carries_the_protecting_headers(small_house: House, path: str) -> None:
    async with small_house.browser() as client:
        headers = (await client.get(path)).headers
    assert headers["content-security-policy"] == POLICY
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["cross-origin-resource-policy"] == "same-origin"


async def test_answers_of_the_api_are_kept_by_no_cache(small_house: House) -> None:
    async with small_house.operator() as client:
        assert (await client.get("/api/status")).headers["cache-control"] == "no-store"


async def test_a_body_that_says_it_is_too_long_is_refused_before_it_is_read(
    small_house: House,
) -> None:
    async with small_house.operator() as client:
        answer = await client.post("/api/workers/coder/turns", content=b"x" * (BODY_BYTES + 1))
    assert answer.status_code == 413
    assert answer.json()["error"]["code"] == "too_large"


async def test_a_body_without_a_length_is_read_up_to_the_limit(small_house: House) -> None:
    sent = 0

    async def chunks():
        nonlocal sent
        for _ in range(1000):
            sent += 65536
            yield b"x" * 65536

    async with small_house.operator() as client:
        answer = await client.post(
            "/api/workers/coder/turns",
            content=chunks(),
            headers={"content-type": "application/json"},
        )
    assert answer.status_code == 413
    assert answer.json()["error"]["code"] == "too_large"
    assert sent < 2 * BODY_BYTES


@pytest.mark.parametrize("length", ["-1", "abc", "1e3", "99999999999999999999", "²"])
async def test_an_odd_length_is_refused(small_house: House, length: str) -> None:
    async with small_house.operator() as client:
        answer = await client.post(
            "/api/logout", headers={b"content-length": length.encode()}, content=b""
        )
    assert answer.status_code == 413


async def test_the_largest_prompt_that_the_settings_allow_gets_in(small_house: House) -> None:
    text = "ä" * (small_house.settings.files.max_prompt_bytes // 2)
    async with small_house.operator() as client:
        answer = await client.post("/api/workers/coder/turns", json={"text": text})
    assert answer.status_code == 202
    assert answer.json()["prompt"] == text


def test_listening_for_other_machines_needs_a_name_that_a_person_allowed() -> None:
    check_address(Settings())
    check_address(Settings.model_validate({"server": {"host": "::1"}}))
    everywhere = {"host": "0.0.0.0"}
    with pytest.raises(MisconfiguredError, match="allowed_hosts"):
        check_address(Settings.model_validate({"server": everywhere}))
    check_address(
        Settings.model_validate({"server": {**everywhere, "allowed_hosts": ["sempre.lan"]}})
    )


@pytest.mark.parametrize(
    ("host", "local"),
    [
        *((host, True) for host in ("127.0.0.1", "127.5.0.1", "::1", "localhost")),
        *((host, False) for host in ("0.0.0.0", "::", "192.168.0.1", "sempre.lan")),
    ],
)
def test_which_addresses_are_this_machine_alone(host: str, local: bool) -> None:
    assert is_loopback(host) is local


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("localhost:1", "localhost"),
        ("[::1]:80", "[::1]"),
        ("[::1", ""),
        (":80", ""),
        ("A", "a"),
    ],
)
def test_the_name_in_a_host_header(header: str, name: str) -> None:
    assert name_of(header) == name
