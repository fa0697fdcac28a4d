import gzip
import os
from pathlib import Path

import pytest

from tests.api.house import House

SCRIPT = b"console.log('hello');" * 200


@pytest.fixture
def built(small_house: House) -> Path:
    web = small_house.parts.web
    (web / "assets").mkdir(parents=True)
    (web / "index.html").write_text("<!doctype html><title>Sempre</title>" + " " * 2000)
    (web / "assets" / "index-a1b2.js").write_bytes(SCRIPT)
    (web / "icon.svg").write_text("<svg/>")
    (web / "font.woff2").write_bytes(os.urandom(5000))
    (web / ".stamp").write_text("secret of the build")
    (web.parent / "key").write_text("outside")
    (web / "link").symlink_to(web.parent / "key")
    return web


@pytest.mark.parametrize("path", ["/", "/dashboard"])
async def test_the_bare_addresses_lead_to_the_page(
    small_house: House, built: Path, path: str
) -> None:
    async with small_house.browser() as client:
        answer = await client.get(path)
    assert (answer.status_code, answer.headers["location"]) == (307, "/dashboard/")


@pytest.mark.parametrize(
    "path", ["", "workers/coder", "workers/my.worker", "turns/x?tab=log", "nothing.ico"]
)
async def test_every_address_of_the_page_is_the_page_itself_and_always_fresh(
    small_house: House, built: Path, path: str
) -> None:
    async with small_house.browser() as client:
        answer = await client.get(f"/dashboard/{path}")
    assert answer.status_code == 200
    assert answer.text.startswith("<!doctype html><title>Sempre</title>")
    assert answer.headers["cache-control"] == "no-cache"
    assert answer.headers["content-type"] == "text/html; charset=utf-8"


async def test_hashed_files_are_kept_for_ever_and_others_are_not(
    small_house: House, built: Path
) -> None:
    async with small_house.browser() as client:
        script = await client.get("/dashboard/assets/index-a1b2.js")
        icon = await client.get("/dashboard/icon.svg")
    assert script.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert script.headers["content-type"] == "text/javascript; charset=utf-8"
    assert icon.headers["cache-control"] == "no-cache"


async def test_an_asset_of_an_older_build_is_missing_not_the_page(
    small_house: House, built: Path
) -> None:
    async with small_house.browser() as client:
        assert (await client.get("/dashboard/assets/index-old.js")).status_code == 404


async def test_text_goes_compressed_to_who_takes_it(small_house: House, built: Path) -> None:
    async with small_house.browser() as client:
        path = "/dashboard/assets/index-a1b2.js"
        async with client.stream("GET", path, headers={"accept-encoding": "gzip"}) as answer:
            packed = b"".join([part async for part in answer.aiter_raw()])
        plain = await client.get(path, headers={"accept-encoding": "identity"})
        font = await client.get("/dashboard/font.woff2", headers={"accept-encoding": "gzip"})
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["vary"] == "accept-encoding"
    assert (gzip.decompress(packed), len(packed) < 500) == (SCRIPT, True)
    assert ("content-encoding" not in plain.headers, plain.content) == (True, SCRIPT)
    assert "content-encoding" not in font.headers


async def test_what_has_not_changed_is_not_sent_again(small_house: House, built: Path) -> None:
    async with small_house.browser() as client:
        first = await client.get("/dashboard/")
        again = await client.get("/dashboard/", headers={"if-none-match": first.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        (built / "index.html").write_text("<title>new build</title>")
        fresh = await client.get("/dashboard/", headers={"if-none-match": first.headers["etag"]})
    assert fresh.text == "<title>new build</title>"


@pytest.mark.parametrize(
    "path",
    [
        "../key",
        "..%2fkey",
        "%2e%2e/key",
        "assets/../../key",
        "link",
        ".stamp",
        "/etc/passwd",
        "%00",
        "assets/%00",
        "x" * 5000,
        "..%5ckey",
    ],
)
async def test_nothing_outside_of_the_build_is_served(
    small_house: House, built: Path, path: str
) -> None:
    async with small_house.browser() as client:
        answer = await client.get(f"/dashboard/{path}")
    assert answer.status_code in {200, 401, 404}
    for secret in ("outside", "secret of the build", "root:"):
        assert secret not in answer.text


async def test_without_a_build_the_page_says_so_in_both_languages(small_house: House) -> None:
    async with small_house.browser() as client:
        answer = await client.get("/dashboard/")
    assert answer.status_code == 503
    assert "hatch_build.py" in answer.text
    assert "o painel não foi gerado" in answer.text


async def test_a_build_that_comes_later_is_served_without_a_restart(small_house: House) -> None:
    async with small_house.browser() as client:
        assert (await client.get("/dashboard/")).status_code == 503
        small_house.parts.web.mkdir()
        (small_house.parts.web / "index.html").write_text("<title>now</title>")
        assert (await client.get("/dashboard/")).text == "<title>now</title>"


async def test_the_page_is_only_read(small_house: House, built: Path) -> None:
    async with small_house.browser() as client:
        for method in ("POST", "PUT", "DELETE"):
            assert (await client.request(method, "/dashboard/")).status_code in {404, 405}
