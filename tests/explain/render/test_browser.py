"""Pages as a browser lays them out: formulas to be seen, nothing blocked or complained of, nothing beyond a phone."""

import itertools
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from matplotlib.figure import Figure

from pellucid.explain import Derivation, Document
from pellucid.explain.document import Picture

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

CHROMIUM = shutil.which("chromium")
SWITCHES = ("--disable-gpu", "--disable-quic", "--no-first-run", "--no-sandbox")


@pytest.fixture(scope="module")
def browser() -> "Iterator[Browser]":
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if CHROMIUM is None:
        pytest.skip("chromium is not installed")
    with playwright.sync_playwright() as started:
        running = started.chromium.launch(executable_path=CHROMIUM, args=SWITCHES)
        yield running
        running.close()


def opened(browser: "Browser", document: Document, folder: Path, width: int) -> "tuple[Page, list[str]]":
    """The document's page, and what the browser complains of."""
    file = folder / "page.html"
    file.write_text(document.to_html(), encoding="utf-8")
    page = browser.new_page(viewport={"width": width, "height": 800})
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("requestfailed", lambda request: complaints.append(request.url))
    page.goto(file.as_uri())
    return page, complaints


@pytest.mark.parametrize("width", [380, 1200])
def test_a_page_shows_its_formulas_and_does_not_scroll_sideways(
    browser: "Browser", everything: Document, width: int, tmp_path: Path
):
    page, complaints = opened(browser, everything, tmp_path, width)
    sizes = page.evaluate("[...document.querySelectorAll('math')].map(m => m.getBoundingClientRect().toJSON())")
    assert len(sizes) > 50
    assert all(size["width"] > 2 and size["height"] > 2 for size in sizes)
    scrolled, shown = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    assert scrolled <= shown == width
    assert complaints == []
    page.close()


def test_a_wide_picture_scrolls_on_a_phone_rather_than_become_too_small_to_read(browser: "Browser", tmp_path: Path):
    wide = Document("Wide", (Picture(lambda: Figure(figsize=(12, 3)), "a wide picture"),))
    page, _ = opened(browser, wide, tmp_path, 380)
    width, scrolled = page.evaluate(
        "[document.querySelector('svg').getBoundingClientRect().width, document.documentElement.scrollWidth]"
    )
    assert width == pytest.approx(12 * 96 / 2, abs=1)
    assert scrolled == 380
    page.emulate_media(media="print")
    assert page.evaluate("document.querySelector('svg').getBoundingClientRect().width") <= 380
    page.close()


def test_matrices_are_laid_out_in_rows_and_columns_between_tall_brackets(
    browser: "Browser", everything: Document, tmp_path: Path
):
    page, _ = opened(browser, everything, tmp_path, 1200)
    boxes = page.evaluate(
        "[...document.querySelectorAll('mtable')][1].querySelectorAll('mtr').values().map(row =>"
        " [...row.querySelectorAll('mtd')].map(cell => cell.getBoundingClientRect().toJSON())).toArray()"
    )
    assert [len(row) for row in boxes] == [3, 3, 3]
    for above, below in itertools.pairwise(boxes):
        assert all(a["bottom"] <= b["top"] + 1 for a, b in zip(above, below, strict=True))
    for row in boxes:
        assert all(left["right"] <= right["left"] + 1 for left, right in itertools.pairwise(row))
    first, last = (row[0] for row in (boxes[0], boxes[-1]))
    right_edges = page.evaluate(
        "[...document.querySelectorAll('mtable')][1].querySelectorAll('mtr').values().map(row =>"
        " row.querySelector('mtd > *').getBoundingClientRect().right).toArray()"
    )
    assert abs(right_edges[0] - right_edges[2]) < 1, "numbers stand to the right"
    bracket = page.evaluate("document.querySelectorAll('mtable')[1].previousSibling.getBoundingClientRect().height")
    assert bracket > 0.8 * (last["bottom"] - first["top"])
    page.close()


def test_a_long_sum_is_broken_before_signs_and_the_equals_signs_are_aligned(
    browser: "Browser", derivation: Derivation, tmp_path: Path
):
    page, _ = opened(browser, derivation, tmp_path, 600)
    lefts = page.evaluate(
        "[...document.querySelectorAll('.equation')].map(each => [...each.querySelectorAll('.equals')]"
        ".map(sign => sign.getBoundingClientRect().left))"
    )
    assert all(abs(left - row[0]) < 0.5 for row in lefts for left in row)
    lines = page.evaluate(
        "[...document.querySelectorAll('.numbers')].map(row => [...row.querySelectorAll('math')].map(math =>"
        " [math.getBoundingClientRect().left, math.textContent[0]]))"
    )
    longest = max(lines, key=len)
    starts = [sign for (left, sign), (before, _) in zip(longest[1:], longest, strict=False) if left < before]
    assert len(starts) >= 2
    assert set(starts) <= {"+", "−"}
    page.close()


def test_printing_breaks_no_step_across_pages(browser: "Browser", derivation: Derivation, tmp_path: Path):
    page, _ = opened(browser, derivation, tmp_path, 800)
    page.emulate_media(media="print")
    styles = page.evaluate(
        "[getComputedStyle(document.querySelector('.steps > li')).breakInside,"
        " getComputedStyle(document.body).backgroundColor]"
    )
    assert styles == ["avoid", "rgb(255, 255, 255)"]
    assert page.pdf(format="A4").startswith(b"%PDF")
    page.close()


def test_dark_and_light_pages_can_both_be_read(browser: "Browser", derivation: Derivation, tmp_path: Path):
    page, _ = opened(browser, derivation, tmp_path, 800)
    colours = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        found = page.evaluate(
            "[getComputedStyle(document.body).color, getComputedStyle(document.body).backgroundColor]"
        )
        colours.append([sum(map(int, colour[4:-1].split(","))) / 3 for colour in found])
    (light_ink, light_paper), (dark_ink, dark_paper) = colours
    assert light_paper - light_ink > 150
    assert dark_ink - dark_paper > 150
    page.close()
