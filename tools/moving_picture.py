"""Make ``docs/images/login.webp``, the moving picture of the README: terminal, demo app and inbox side by side.

It records a real login: ``mockstytch demo`` runs, Chromium shows both pages, and the terminal has the command's output.
Run ``python -m tools.moving_picture``. Ports 4700 and 3000 must be free, because the pictures show them.
"""

import base64
import contextlib
import html
import io
import os
import pty
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
from PIL import Image
from playwright.sync_api import Browser, Page, expect, sync_playwright

from mockstytch import MockStytch

PICTURE = Path(__file__).parent.parent / "docs" / "images" / "login.webp"
ADA = "ada@acme.example"
APP, INBOX = "http://localhost:3000", "http://localhost:4700/_mock/"
_SIZE = {"width": 390, "height": 520}
_STAGE = """
<!doctype html><meta charset="utf-8"><style>
body { margin: 0; padding: 14px; background: #d9dee7; display: flex; gap: 14px; font: 15px system-ui, sans-serif }
section { width: 390px; border-radius: 9px; overflow: hidden; background: #fff; box-shadow: 0 2px 9px #0003 }
header { height: 34px; line-height: 34px; padding: 0 12px; background: #eef1f5; color: #444; white-space: nowrap }
header b { color: #111; margin-right: 8px }
img { display: block; width: 390px; height: 520px }
pre { margin: 0; padding: 10px 12px; height: 500px; overflow: hidden; background: #14181f; color: #dfe5ee;
  font: 11.7px/1.7 "DejaVu Sans Mono", ui-monospace, monospace; white-space: pre-wrap; overflow-wrap: anywhere }
pre i { color: #7ee0a1; font-style: normal }
</style>
<section><header><b>Terminal</b></header><pre>$ <i>make run</i>\n{terminal}</pre></section>
<section><header><b>Demo app</b>localhost:3000{path}</header><img src="{app}"></section>
<section><header><b>Inbox</b>localhost:4700/_mock/</header><img src="{inbox}"></section>
"""


class Terminal:
    """The command, and what it has printed so far."""

    def __init__(self) -> None:
        self._screen, screen = pty.openpty()  # in a terminal, the log is for people
        self.process = subprocess.Popen([sys.executable, "-m", "mockstytch", "demo"], stdout=screen, stderr=screen)
        os.close(screen)
        self.lines: list[str] = []
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        # In a pseudoterminal, the end of the output is an error.
        with contextlib.suppress(OSError), os.fdopen(self._screen, encoding="utf-8") as output:
            for line in output:
                self.lines.append(re.sub(r"\x1b\[[\d;]*m", "", line.rstrip()))

    @property
    def text(self) -> str:
        """The first lines, until the list of URLs ends, and the log of requests and messages."""
        lines = list(self.lines)
        end = next((n for n, line in enumerate(lines) if line.startswith("  docs")), len(lines))
        log = [re.sub(r"http\S+|/v1(/b2b)?", "…", line) for line in lines if re.match(r"(email|GET|POST) ", line)]
        return "\n".join([*lines[:end], "", *log])


class Recording:
    """Pictures of the three panes, with how long each of them is shown."""

    def __init__(self, browser: Browser, terminal: Terminal) -> None:
        self.terminal = terminal
        self.app, self.inbox = (browser.new_page(viewport=_SIZE, color_scheme="light") for _ in range(2))
        self.stage = browser.new_page(viewport={"width": 1226, "height": 582})
        self.frames: list[tuple[Image.Image, int]] = []

    def show(self, milliseconds: int) -> None:
        """Add a picture of what can be seen now."""
        path = re.sub(r"\?.*", "", self.app.url.removeprefix(APP))
        self.stage.set_content(
            _STAGE.replace("{terminal}", html.escape(self.terminal.text))
            .replace("{path}", path if path != "/" else "")
            .replace("{app}", _data_url(self.app))
            .replace("{inbox}", _data_url(self.inbox))
        )
        self.frames.append((Image.open(io.BytesIO(self.stage.screenshot())).convert("RGB"), milliseconds))

    def save(self, path: Path) -> None:
        first, *others = [picture for picture, _ in self.frames]
        durations = [milliseconds for _, milliseconds in self.frames]
        first.save(path, save_all=True, append_images=others, duration=durations, loop=0, quality=60, method=6)


def _data_url(page: Page) -> str:
    return "data:image/png;base64," + base64.b64encode(page.screenshot()).decode()


def record(recording: Recording) -> None:
    """Log in as a newcomer does: type an address, read the mail, follow its link, create an organization."""
    app, inbox = recording.app, recording.inbox
    inbox.goto(INBOX)
    app.goto(APP)
    recording.show(1800)
    field = app.get_by_label("E-mail address")
    for end in range(4, len(ADA) + 4, 4):
        field.fill(ADA[:end])
        recording.show(140)
    app.get_by_role("button", name="Continue with e-mail").click()
    expect(app.get_by_role("heading", name="Check your e-mail")).to_be_visible()
    mail = inbox.get_by_role("link", name=re.compile(re.escape(ADA))).first
    mail.wait_for()
    recording.show(2200)
    mail.click()
    inbox.wait_for_url("**/messages/**")
    inbox.frame_locator("iframe").locator("a").first.wait_for()
    recording.show(2600)
    message = MockStytch(url="http://localhost:4700").inbox.latest(to=ADA)
    app.goto(str(message.link))  # as "Open link" does, which opens another tab
    expect(app.get_by_role("heading", name="Choose an organization")).to_be_visible()
    recording.show(1800)
    app.get_by_label("New organization").fill("Acme")
    recording.show(800)
    app.get_by_role("button", name="Create organization").click()
    app.get_by_text("Your session").wait_for()
    inbox.reload()  # the link is used now
    inbox.frame_locator("iframe").locator("a").first.wait_for()
    recording.show(4200)


@contextlib.contextmanager
def demo() -> Iterator[Terminal]:
    """Run the server and the demo app, until both respond.

    Raises:
        SystemExit: if the command ends, for example because a port is in use.
    """
    terminal = Terminal()
    try:
        while not all(map(_responds, (APP, INBOX))):
            if terminal.process.poll() is not None:
                sys.exit("\n".join(terminal.lines))
        yield terminal
    finally:
        terminal.process.terminate()
        terminal.process.wait()


def _responds(url: str) -> bool:
    try:
        return httpx.get(url, trust_env=False).is_success
    except httpx.HTTPError:
        return False


def main() -> int:
    """Record the picture, and print its size."""
    with demo() as terminal, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-proxy-server"])
        recording = Recording(browser, terminal)
        record(recording)
        recording.save(PICTURE)
        browser.close()
    sys.stdout.write(f"{PICTURE.name}: {len(recording.frames)} pictures, {PICTURE.stat().st_size / 1000:.0f} kB\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
