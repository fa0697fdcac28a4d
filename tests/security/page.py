"""What is tried against the page: files that are not its own, a login that is not theirs."""

from tests.security.scene import Scene
from tests.security.table import Case

_PATHS = [
    ("traversal", "climbing out of the build", "/dashboard/../outside"),
    ("traversal-encoded", "the same, encoded", "/dashboard/%2e%2e/outside"),
    ("traversal-twice", "the same, encoded twice", "/dashboard/%252e%252e%252foutside"),
    ("traversal-backslash", "the same, with backslashes", "/dashboard/..%5coutside"),
    ("absolute", "a path of the whole disk", "/dashboard//etc/passwd"),
    ("symlink", "a link in the build that leads out of it", "/dashboard/link"),
    ("nul", "a NUL in the address", "/dashboard/assets/%00"),
    ("long", "an address of 50,000 characters", "/dashboard/" + "x" * 50_000),
]


def _outside(name: str, tries: str, path: str) -> Case:
    async def run(scene: Scene) -> None:
        answer = await scene.clients["nobody"].get(path)
        assert answer.status_code < 500, answer.text
        assert "outside" not in answer.text
        assert "root:" not in answer.text

    return Case(f"page-{name}", "page", tries, "nothing from outside of the build", run)


async def _link_twice(scene: Scene) -> None:
    link = await scene.house.parts.logins.create_link()
    client = scene.clients["nobody"]
    first = await client.get(link.path)
    client.cookies.clear()
    second = await client.get(link.path)
    assert (first.status_code, second.status_code) == (303, 401)
    assert "set-cookie" not in second.headers


async def _link_prefetched(scene: Scene) -> None:
    link = await scene.house.parts.logins.create_link()
    client = scene.clients["nobody"]
    preview = await client.get(link.path, headers={"sec-purpose": "prefetch"})
    assert preview.status_code == 204
    assert (await client.get(link.path)).status_code == 303, "it still works for the person"
    client.cookies.clear()


async def _framed(scene: Scene) -> None:
    headers = (await scene.clients["nobody"].get("/dashboard/")).headers
    assert headers["x-frame-options"] == "DENY"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]


async def _carried_out(scene: Scene) -> None:
    policy = (await scene.clients["nobody"].get("/dashboard/")).headers["content-security-policy"]
    rules = dict(each.strip().split(" ", 1) for each in policy.split(";"))
    assert rules["img-src"] == "'self' data:"
    assert rules["connect-src"] == rules["default-src"] == "'self'"
    assert "script-src" not in rules or "unsafe" not in rules["script-src"]


async def _redirect(scene: Scene) -> None:
    link = await scene.house.parts.logins.create_link()
    client = scene.clients["nobody"]
    answer = await client.get(f"{link.path}&next=https://evil.example/&to=//evil.example")
    client.cookies.clear()
    assert answer.headers["location"] == "/dashboard/"


async def _cookie_read(scene: Scene) -> None:
    link = await scene.house.parts.logins.create_link()
    client = scene.clients["nobody"]
    cookie = (await client.get(link.path)).headers["set-cookie"].lower()
    client.cookies.clear()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie


async def _two_hosts(scene: Scene) -> None:
    client = scene.clients["owner"]
    hosts = [("host", "localhost:8377"), ("host", "evil.example")]
    answer = await client.send(client.build_request("GET", "/dashboard/", headers=hosts))
    assert answer.status_code == 403


CASES = [
    *(_outside(*each) for each in _PATHS),
    Case("page-link-twice", "page", "a login link that was used already", "no cookie", _link_twice),
    Case(
        "page-link-prefetched",
        "page",
        "a preview or prefetch that uses up a login link",
        "no cookie, the link stays",
        _link_prefetched,
    ),
    Case("page-framed", "page", "another site's frame around the page", "forbidden", _framed),
    Case(
        "page-image",
        "page",
        "Markdown whose image, script or call carries data to another host",
        "forbidden by policy",
        _carried_out,
    ),
    Case("page-redirect", "page", "a login that leads to another site", "the page", _redirect),
    Case("page-cookie", "page", "a script that reads the cookie", "out of reach", _cookie_read),
    Case("page-two-hosts", "page", "two Host headers", "refused", _two_hosts),
]
