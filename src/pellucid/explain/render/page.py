"""HTML that stands by itself: a whole page, or an article together with its style."""

from html import escape

from pellucid.explain.document import Document
from pellucid.explain.render.html import document_html

POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
"""Nothing is run and nothing is loaded, whatever names the document holds; pictures of pixels are inside the page."""

ARTICLE_STYLE = """
.pellucid { max-width: 60rem; line-height: 1.5; overflow-wrap: break-word; }
.pellucid :is(h1, h2, h3, h4, h5, h6) { line-height: 1.25; margin: 1.4em 0 .5em; text-wrap: balance; }
.pellucid h1 { font-size: 1.6em; margin-top: 0; }
.pellucid h2 { font-size: 1.35em; }
.pellucid :is(h3, h4, h5, h6) { font-size: 1.15em; }
.pellucid p { margin: .5em 0; }
.pellucid .quantity { white-space: nowrap; }
.pellucid math { font-family: "Latin Modern Math", "STIX Two Math", "Cambria Math", math; font-size: 1.1em; }
.pellucid .steps { padding-left: 1.7em; }
.pellucid .steps > li { margin: 1.2em 0; }
.pellucid .steps > li::marker, .pellucid .name { font-weight: 600; }
.pellucid .name { margin: 0 0 .3em; }
.pellucid .equation { display: grid; grid-template-columns: max-content max-content minmax(min-content, 1fr);
  column-gap: .35em; row-gap: .4em; align-items: baseline; overflow-x: auto; padding: .1em 0 .3em; margin: .3em 0; }
.pellucid .equation > .left { grid-column: 1; }
.pellucid .equation > .equals { grid-column: 2; }
.pellucid .equation > :is(.formula, .numbers, .value) { grid-column: 3; padding-left: 1.5em; text-indent: -1.5em; }
.pellucid .note { font-size: .92em; opacity: .8; max-width: 45rem; }
.pellucid .matrices { margin: 1.2em 0; }
.pellucid .matrices > :is(.formula, .numbers) { overflow-x: auto; padding: .2em 0 .4em 1.5em; text-indent: -1.5em; }
.pellucid mtd { text-align: right; text-align: -webkit-right; padding: .2em .45em; }
.pellucid mtd.dots { text-align: center; text-align: -webkit-center; }
.pellucid mtd:first-child { padding-left: .1em; }
.pellucid mtd:last-child { padding-right: .1em; }
.pellucid table { border-collapse: collapse; font-size: .95em; }
.pellucid :is(th, td) { text-align: left; vertical-align: top; padding: .3em .9em .3em 0;
  border-bottom: 1px solid color-mix(in srgb, currentColor 20%, transparent); }
.pellucid :is(th, td):last-child { padding-right: 0; }
.pellucid th { font-weight: 600; border-bottom-color: currentColor; }
.pellucid .number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.pellucid figure { margin: 1.2em 0; overflow-x: auto; }
.pellucid figure > svg { display: block; max-width: 100%; min-width: calc(var(--width) / 2); height: auto;
  background: white; border-radius: 4px; }
.pellucid figcaption { font-size: .92em; opacity: .8; margin: .4em 0; }
@media print {
  .pellucid { max-width: none; }
  .pellucid :is(.steps > li, .matrices, figure:not(.table), tr) { break-inside: avoid; }
  .pellucid :is(h1, h2, h3, h4, h5, h6, .name, .table figcaption, thead) { break-after: avoid; }
  .pellucid :is(.equation, .matrices > *, figure) { overflow: visible; }
  .pellucid figure > svg { min-width: 0; }
  .pellucid :is(.note, figcaption) { opacity: 1; }
}
"""
PAGE_STYLE = """
:root { color-scheme: light dark; --paper: #fdfdfc; --ink: #1d1d1f; }
@media (prefers-color-scheme: dark) { :root { --paper: #16181c; --ink: #e6e6e3; } }
* { box-sizing: border-box; }
body { margin: 0; padding: clamp(1rem, 4vw, 3rem); background: var(--paper); color: var(--ink);
  font: 1rem/1.5 "Charter", "Bitstream Charter", "Source Serif 4", Cambria, Georgia, serif; }
.pellucid { margin: 0 auto; }
@page { margin: 18mm; }
@media print { :root { color-scheme: light; --paper: white; --ink: black; } body { padding: 0; font-size: 10.5pt; } }
"""


def page(document: Document, digits: int) -> str:
    """The document as a page of its own."""
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(document.title)}</title>\n<style>{ARTICLE_STYLE}{PAGE_STYLE}</style>\n</head>\n<body>\n"
        f"{document_html(document, digits)}</body>\n</html>\n"
    )


def embedded(document: Document, digits: int) -> str:
    """The document as a part of a page, with a style that holds for it alone."""
    return f"<style>{ARTICLE_STYLE}</style>\n{document_html(document, digits, level=2)}"
