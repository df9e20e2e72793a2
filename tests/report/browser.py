"""A headless Chromium, driven over a pair of pipes: no driver, no network, nothing to install."""

from __future__ import annotations

import base64
import fcntl
import json
import os
import select
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PATIENCE = 60.0  # seconds
FLAGS = (
    "--headless=new", "--remote-debugging-pipe", "--no-sandbox", "--disable-gpu",
    "--disable-dev-shm-usage", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--hide-scrollbars",
)  # fmt: skip
# the protocol's pipes are the descriptors 3 (to read) and 4 (to write) of Chromium
LAUNCH = (
    "import os, sys; os.dup2(int(sys.argv[1]), 3); os.dup2(int(sys.argv[2]), 4); "
    "os.execv(sys.argv[3], sys.argv[3:])"
)


def find() -> str | None:
    """Where Chromium is, if it is there; SPINNERY_CHROMIUM goes before."""
    given = os.environ.get("SPINNERY_CHROMIUM")
    return given or next((path for path in map(shutil.which, NAMES) if path), None)


class Browser:
    """Chromium's debugging protocol: requests with answers, and events that are kept."""

    def __init__(self, program: str):
        self.home = tempfile.mkdtemp(prefix="chromium-")
        ours, theirs = os.pipe(), os.pipe()
        self._in, self._out = ours[0], theirs[1]
        ends = [fcntl.fcntl(end, fcntl.F_DUPFD, 20) for end in (theirs[0], ours[1])]
        self.process = subprocess.Popen(
            [sys.executable, "-I", "-c", LAUNCH, *map(str, ends), program, *FLAGS,
             f"--user-data-dir={self.home}", "about:blank"],
            pass_fds=ends, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        for end in (theirs[0], ours[1], *ends):
            os.close(end)
        self._rest, self._number = b"", 0
        self.events: list[dict] = []
        self.session: str | None = None
        target = self.send("Target.createTarget", url="about:blank")["targetId"]
        attached = self.send("Target.attachToTarget", targetId=target, flatten=True)
        self.session = attached["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.send(f"{domain}.enable")

    def close(self) -> None:
        self.process.terminate()
        self.process.wait(timeout=PATIENCE)
        os.close(self._in)
        os.close(self._out)
        shutil.rmtree(self.home, ignore_errors=True)

    # -- protocol -------------------------------------------------------------------------------

    def send(self, method: str, **params) -> dict:
        """One request; events that come before its answer are kept."""
        self._number += 1
        request = {"id": self._number, "method": method, "params": params}
        if self.session is not None:
            request["sessionId"] = self.session
        os.write(self._out, json.dumps(request).encode() + b"\0")
        while True:
            message = self._read()
            if message.get("id") == self._number:
                if "error" in message:
                    raise RuntimeError(f"{method}: {message['error']}")
                return message["result"]
            self.events.append(message)

    def _read(self) -> dict:
        end = time.monotonic() + PATIENCE
        while b"\0" not in self._rest:
            ready, _, _ = select.select([self._in], [], [], max(end - time.monotonic(), 0))
            if not ready:
                raise TimeoutError("Chromium does not answer")
            part = os.read(self._in, 1 << 20)
            if not part:
                raise RuntimeError("Chromium has ended")
            self._rest += part
        line, _, self._rest = self._rest.partition(b"\0")
        return json.loads(line)

    # -- pages ----------------------------------------------------------------------------------

    def open(self, file: Path, width=1400, dark=False, scripts=True, height=900) -> float:
        """Show a file; returns the seconds until it was loaded."""
        scheme = "dark" if dark else "light"
        self.send("Emulation.setDeviceMetricsOverride", width=width, height=height,
                  deviceScaleFactor=1, mobile=width < 500)  # fmt: skip
        self.send("Emulation.setEmulatedMedia",
                  features=[{"name": "prefers-color-scheme", "value": scheme}])  # fmt: skip
        self.send("Emulation.setScriptExecutionDisabled", value=not scripts)
        self.events.clear()
        start = time.perf_counter()
        self.send("Page.navigate", url=file.resolve().as_uri())
        while not any(e.get("method") == "Page.loadEventFired" for e in self.events):
            self.events.append(self._read())
        return time.perf_counter() - start

    def run(self, script: str):
        """The value of an expression in the page."""
        done = self.send(
            "Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True
        )
        if "exceptionDetails" in done:
            raise RuntimeError(done["exceptionDetails"]["exception"].get("description"))
        return done["result"].get("value")

    def complaints(self) -> list[str]:
        """What the page has said on its console, and every error."""
        out = []
        for event in self.events:
            kind, params = event.get("method"), event.get("params", {})
            if kind == "Runtime.exceptionThrown":
                out.append(params["exceptionDetails"]["exception"].get("description", "exception"))
            elif kind == "Runtime.consoleAPICalled":
                out.append(str([one.get("value") for one in params["args"]]))
            elif kind == "Log.entryAdded":
                out.append(params["entry"]["text"])
        return out

    def requests(self) -> list[str]:
        """Addresses that the page has asked for, other than itself."""
        sent = [e["params"]["request"]["url"] for e in self.events
                if e.get("method") == "Network.requestWillBeSent"]  # fmt: skip
        return [url for url in sent[1:] if not url.startswith("data:")]

    def picture(self, file: Path) -> None:
        """A screenshot of the whole page."""
        shot = self.send("Page.captureScreenshot", format="png", captureBeyondViewport=True)
        file.write_bytes(base64.b64decode(shot["data"]))
