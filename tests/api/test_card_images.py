import struct
import zlib

import pytest

from sempre.board.image import LARGEST
from tests.api.board_rig import new_bench
from tests.api.house import House

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40
KINDS = {
    "image/png": PNG,
    "image/jpeg": b"\xff\xd8\xff\xe0" + b"\0" * 40,
    "image/gif": b"GIF89a" + b"\0" * 40,
    "image/webp": b"RIFF\0\0\0\0WEBPVP8 " + b"\0" * 40,
}
REFUSED = {
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    "svg after a mark": b"\xef\xbb\xbf<svg/>",
    "html": b"<html><script>alert(1)</script>",
    "nothing": b"",
    "riff that is no picture": b"RIFF\0\0\0\0WAVEfmt ",
    "pdf": b"%PDF-1.7",
    "bitmap": b"BM" + struct.pack("<I", 64),
    "compressed": zlib.compress(b"x" * 100),
}


async def path_of(house: House) -> str:
    bench = await new_bench(house.store, house.parts.board, house.home)
    card = await bench.card()
    return f"/api/cards/{card.key}/images"


@pytest.mark.parametrize("media_type", KINDS)
async def test_a_picture_is_what_its_bytes_say_and_comes_back_alone(
    small_house: House, media_type: str
) -> None:
    path, body = await path_of(small_house), KINDS[media_type]
    async with small_house.operator() as client:
        headers = {"content-type": "text/html"}
        made = await client.post(path, content=body, headers=headers, params={"name": "a.html"})
        assert made.status_code == 201, made.text
        image = made.json()
        assert (image["mediaType"], image["size"], image["name"]) == (
            media_type,
            len(body),
            "a.html",
        )
        shown = await client.get(f"{path}/{image['id']}")
    assert shown.content == body
    assert shown.headers["content-type"] == media_type
    assert shown.headers["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in shown.headers["content-security-policy"]
    assert "sandbox" in shown.headers["content-security-policy"]


@pytest.mark.parametrize("kind", REFUSED)
async def test_what_is_no_picture_is_refused_whatever_it_calls_itself(
    small_house: House, kind: str
) -> None:
    path = await path_of(small_house)
    async with small_house.operator() as client:
        headers = {"content-type": "image/png"}
        answer = await client.post(path, content=REFUSED[kind], headers=headers)
        assert answer.status_code == 422
        assert (await client.get(path)).json() == []


async def test_the_same_bytes_are_one_picture(house: House) -> None:
    path = await path_of(house)
    async with house.operator() as client:
        first = (await client.post(path, content=PNG)).json()
        again = (await client.post(path, content=PNG)).json()
        assert first == again
        card = (await client.get(path.removesuffix("/images"))).json()
        assert card["images"] == 1
        assert (await client.delete(f"{path}/{first['id']}")).status_code == 204
        assert (await client.get(f"{path}/{first['id']}")).status_code == 404


async def test_large_pictures_are_taken_and_larger_ones_are_not(small_house: House) -> None:
    path = await path_of(small_house)
    async with small_house.operator() as client:
        large = await client.post(path, content=PNG + b"\1" * (3 * 1024 * 1024))
        assert large.status_code == 201
        larger = await client.post(path, content=PNG + b"\1" * LARGEST)
        assert larger.status_code == 413
        other = await client.post("/api/cards", content=b"x" * (3 * 1024 * 1024))
        assert other.status_code == 413, "only pictures may be so large"


async def test_a_picture_is_shown_only_under_its_own_card(small_house: House) -> None:
    path = await path_of(small_house)
    async with small_house.operator() as client:
        image = (await client.post(path, content=PNG)).json()
        await client.post("/api/cards", json={"board": "shop", "title": "other"})
        elsewhere = f"/api/cards/SHOP-2/images/{image['id']}"
        assert (await client.get(elsewhere)).status_code == 404
        assert (await client.delete(elsewhere)).status_code == 404
    async with small_house.browser() as stranger:
        assert (await stranger.get(f"{path}/{image['id']}")).status_code == 401
