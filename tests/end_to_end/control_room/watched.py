"""A page that is watched: what its console complains about, what it asks of whom, and how it looks."""

from pathlib import Path
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import ConsoleMessage, Error, Page, Request, expect

SCREENSHOTS = Path(__file__).parents[3] / "test-output" / "screenshots"
# What the browser itself says of a server that is away, or of a 401 that a test wants.
_EXPECTED = "Failed to load resource"
_LOOKS = 60
# Until what fades or slides in has come to rest: half faded, a text has too little contrast. What never ends does not count.
_AT_REST = """async () => {
  const frame = () => new Promise((done) => requestAnimationFrame(done));
  const moving = () => document.getAnimations().filter((each) =>
    each.playState === 'running' && Number.isFinite(each.effect.getComputedTiming().endTime));
  do { await frame(); await frame(); await Promise.allSettled(moving().map((each) => each.finished)); }
  while (moving().length);
}"""
_FITS = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"


class Watched:
    """A page with what it did wrong."""

    def __init__(self, page: Page, server: str) -> None:
        self.page = page
        self.complaints: list[str] = []
        self.strangers: list[str] = []
        self._server = urlsplit(server).netloc
        page.on("console", self._on_console)
        page.on("pageerror", self._on_error)
        page.on("request", self._on_request)

    def open(self, server: str, path: str) -> Page:
        """Opens a room and waits until it is live and nothing is loading."""
        self.page.goto(f"{server}/dashboard{path}")
        self.settle()
        return self.page

    def settle(self) -> None:
        expect(self.page.get_by_role("heading", level=1)).to_be_visible()
        expect(self.page.get_by_role("status", name="Loading")).to_have_count(0)
        expect(self.page.get_by_role("status", name="Carregando")).to_have_count(0)
        self.page.evaluate("document.fonts.ready")

    def axe(self) -> list[str]:
        """What axe finds, one line each."""
        self.page.evaluate(_AT_REST)
        found = Axe().run(self.page).response["violations"]
        return [
            f"{each['id']} ({each['impact']}): {node['html'][:160]}"
            for each in found
            for node in each["nodes"]
        ]

    def fits(self) -> bool:
        """Nothing is wider than the screen, once what measures itself has done so after a resize."""
        for _ in range(_LOOKS):
            if self.page.evaluate(_FITS):
                return True
            self.page.wait_for_timeout(50)
        return False

    def shoot(self, name: str) -> None:
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        self.page.evaluate(_AT_REST)
        self.page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=True)

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and _EXPECTED not in message.text:
            self.complaints.append(message.text)

    def _on_error(self, error: Error) -> None:
        self.complaints.append(str(error))

    def _on_request(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme in {"http", "https", "ws"} and address.netloc != self._server:
            self.strangers.append(request.url)
