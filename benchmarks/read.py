"""How quick reading in the browser is, and whether any vote is lost on random walks.

    python benchmarks/read.py [--walks 200]

Speed is measured in Chromium and over HTTP on loopback, on the largest recorded day (1,101
listings): from a key to the painted answer, the first paint of all papers, the new order after a
pause in typing, how soon a vote is durable at 20 a second, the first answer after the start, and
the memory of the server. Walks press random buttons on two devices while answers are lost and the
server is killed; what must hold is in `tests/standins/reading_walks.py`. Exit code 1 when a limit
is broken or anything was lost.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from uuid import uuid4

import httpx
from light_and_fast import LARGEST
from playwright.sync_api import Browser, sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from standins.browsing import CHROMIUM
from standins.reading import App, app
from standins.reading_walks import Walker

DAY = "2026-05-12"
MOST_MEMORY = 250.0
"""MB of the server."""
STEPS = 40
"""Steps of one walk."""
PAINTED = """() => {
  window.painted = [];
  document.addEventListener('keydown', (event) => requestAnimationFrame(() => {
    const channel = new MessageChannel();
    channel.port1.onmessage = () => window.painted.push(performance.now() - event.timeStamp);
    channel.port2.postMessage(0);
  }), true);
}"""
RANKED = """(text) => new Promise((done) => {
  const typed = performance.now();
  new MutationObserver((_, observer) => {
    observer.disconnect();
    const channel = new MessageChannel();
    channel.port1.onmessage = () => done(performance.now() - typed - PAUSE);
    requestAnimationFrame(() => channel.port2.postMessage(0));
  }).observe(document.querySelector('[data-list]'), { childList: true });
  const field = document.querySelector('[name=criteria]');
  field.value = text;
  field.dispatchEvent(new Event('input', { bubbles: true }));
})"""
"""Milliseconds from the end of the pause in typing until the new order is painted."""
FIRST_PAINT = "() => performance.getEntriesByName('first-contentful-paint')[0].startTime"


def main() -> int:
    """Measure, walk, and print a row for each."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--walks", type=int, default=200)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        broken = _speed(Path(folder))
    with tempfile.TemporaryDirectory() as folder:
        lost = _walks(Path(folder), options.walks)
    return int(broken or lost)


def _speed(folder: Path) -> bool:
    with app(folder, made=False) as running:
        running.end()
        make_largest_page(running)
        running.start()
        rows: list[tuple[str, list[float], float | None, float | None]]
        rows = [("start to first answer, ms", [_start(running) for _ in range(7)], 1000.0, None)]
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
            rows += [
                ("first paint of all papers, ms", _first_paints(browser, running), 300.0, None),
                ("key to paint, ms", _keys(browser, running), 50.0, 100.0),
                ("ranked anew after a pause, ms", _ranked_anew(browser, running), 300.0, None),
            ]
            browser.close()
        rows.append(("vote durable at 20/s, ms", _votes(running), None, 100.0))
        rows.append(("memory of the server, MB", [memory_of(running)], MOST_MEMORY, None))
    print(f"{'':<32}{'median':>9}{'95 %':>9}{'99 %':>9}")
    broken = False
    for name, values, middle, high in rows:
        found = [statistics.median(values), _share(values, 0.95), _share(values, 0.99)]
        tail = found[2] if middle is None else found[1]
        over = (middle is not None and found[0] > middle) or (high is not None and tail > high)
        broken |= over
        print(f"{name:<32}" + "".join(f"{one:>9.1f}" for one in found) + ("  OVER" if over else ""))
    return broken


def _share(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def make_largest_page(running: App) -> None:
    """Make the page of the largest day, all of it on the page."""
    feed = running.feeds / f"{DAY}.cs.LG.rss.xml.gz"
    feed.write_bytes(LARGEST.read_bytes())
    profile = running.home / "paperlark.toml"
    profile.write_text('name = "Largest"\ncategories = ["cs.LG"]\npage_size = 499\n')
    running.profile.make_page(running.profile.latest_day())


def _start(running: App) -> float:
    running.end()
    begun = time.perf_counter()
    running.start()
    httpx.get(running.address)
    return 1000 * (time.perf_counter() - begun)


def _first_paints(browser: Browser, running: App) -> list[float]:
    found = []
    for _ in range(9):
        with browser.new_context(service_workers="block") as context:
            page = context.new_page()
            page.goto(running.address)
            page.goto(f"{running.origin}/day/{DAY}?all")
            found.append(float(page.evaluate(FIRST_PAINT)))
    return found


def _keys(browser: Browser, running: App) -> list[float]:
    """Press keys through a day of 499 papers."""
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(running.address)
        page.goto(f"{running.origin}/day/{DAY}")
        page.evaluate(PAINTED)
        for number in range(300):
            page.keyboard.press("jy"[number % 2])
            page.wait_for_timeout(40)
        return [float(one) for one in page.evaluate("() => window.painted")]


def _ranked_anew(browser: Browser, running: App) -> list[float]:
    """Change the criteria beside the day, and measure until its new order is painted."""
    words = ("graph", "networks", "diffusion", "models", "robots", "proteins", "agents", "vision")
    with browser.new_context(service_workers="block") as context:
        page = context.new_page()
        page.goto(running.address)
        page.goto(f"{running.origin}/tune")
        texts = [" ".join(words[: count + 1]) + f" {turn}" for turn in "abc" for count in range(8)]
        return [float(page.evaluate(RANKED, one)) for one in texts]


def _votes(running: App) -> list[float]:
    """Vote 20 times a second, and measure each until it is stored."""
    papers = [one.paper.id for one in running.profile.reading.reading_day().digest.entries]
    found = []
    with httpx.Client(base_url=running.origin, follow_redirects=True) as client:
        page = client.get(running.address).text
        token = page.partition('data-token="')[2].partition('"')[0]
        due = time.perf_counter()
        for number in range(200):
            due += 0.05
            time.sleep(max(0.0, due - time.perf_counter()))
            begun = time.perf_counter()
            done = f"want {papers[number % len(papers)]} {DAY} 1"
            data = {"do": done, "token": token, "event": uuid4().hex}
            client.post("/act", data=data, follow_redirects=False)
            found.append(1000 * (time.perf_counter() - begun))
    return found


def memory_of(running: App) -> float:
    """Return the resident memory of the server in MB."""
    status = Path(f"/proc/{running.pid}/status").read_text()
    [line] = [one for one in status.splitlines() if one.startswith("VmRSS")]
    return int(line.split()[1]) / 1024


def _walks(folder: Path, walks: int) -> int:
    seen: Counter[str] = Counter()
    lost = 0
    for seed in range(1, walks + 1):
        home = folder / str(seed)
        home.mkdir()
        with app(home) as running, Walker(running, seed) as walker:
            walker.walk(STEPS)
            wrong = walker.check()
        seen += walker.seen
        lost += len(wrong)
        for one in wrong:
            print(f"\nseed {seed}: {one}")
        print(f"\r{seed} of {walks} walks, {lost} differences", end="", file=sys.stderr)
    print(file=sys.stderr)
    for what, times in sorted(seen.items()):
        print(f"{times:>7,}  {what}")
    print(f"{walks} walks: {lost} differences")
    return lost


if __name__ == "__main__":
    sys.exit(main())
