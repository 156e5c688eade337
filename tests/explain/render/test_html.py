"""Documents in HTML: well-formed, escaped, alike whenever they are written, and complete in themselves."""

import re
from html.parser import HTMLParser
from xml.etree import ElementTree

import pellucid as pl
from pellucid.explain import Derivation, Document
from pellucid.explain.document import MatrixEquation, Paragraph, Table
from pellucid.expression import numbers

VOID = {"meta", "wbr", "img", "br"}


class Outline(HTMLParser):
    """The elements of a page, which must be closed in the order in which they are opened, and their attributes."""

    def __init__(self, markup: str) -> None:
        super().__init__(convert_charrefs=True)
        self.opened: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(markup)
        self.close()
        assert not self.opened

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.opened.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.opened.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.opened:
            self.words.append(data)

    @property
    def tags(self) -> set[str]:
        return {tag for tag, _ in self.elements}


def article_of(document: Document) -> ElementTree.Element:
    markup = document.to_html(standalone=False).split("</style>\n")[1].replace("<wbr>", "<wbr/>")
    return ElementTree.fromstring(markup)  # noqa: S314


def words_of(element: ElementTree.Element) -> str:
    return "".join(element.itertext())


def test_a_page_is_complete_in_itself(everything: Document):
    markup = everything.to_html()
    outline = Outline(markup)
    assert markup.startswith("<!DOCTYPE html>\n")
    assert not outline.tags & {"script", "link", "iframe", "object", "embed", "form", "base"}
    policies = [each["content"] for tag, each in outline.elements if each.get("http-equiv")]
    assert policies == ["default-src 'none'; style-src 'unsafe-inline'; img-src data:"]
    for tag, attributes in outline.elements:
        assert not [name for name in attributes if name.startswith("on")], tag
        for name in ("src", "href", "xlink:href"):
            assert (attributes.get(name) or "#")[:1] == "#" or attributes[name].startswith("data:")
    assert "@import" not in markup
    assert "url(" not in re.sub(r"url\(#[\w-]+\)", "", markup)


def test_hostile_names_are_words_wherever_they_stand(everything: Document):
    markup = everything.to_html()
    assert "<script" not in markup
    outline = Outline(markup)
    said = "".join(outline.words)
    # In the title (twice: the tab's), a paragraph, two cells, a caption and what is said under a picture.
    assert said.count("<script>alert('x')</script> & \\input{/etc/passwd}") == 7
    (label, _) = [each["aria-label"] for tag, each in outline.elements if tag == "svg"]
    assert "<script>alert('x')</script> & \\input{/etc/passwd} $100 50% a_b #1 ~^ \"q\"" in (label or "")


def test_every_number_of_a_step_has_its_ref_in_order_and_the_value_is_the_steps(derivation: Derivation):
    steps = list(article_of(derivation).iter("li"))
    assert len(steps) == len(derivation.steps)
    for number, (element, step) in enumerate(zip(steps, derivation.steps, strict=True), start=1):
        refs = {
            row.get("class"): [each.get("data-ref") for each in row.iter() if "data-ref" in each.attrib]
            for row in element.iter("div")
        }
        expected = [each.ref for each in numbers(step.tree)]
        assert refs["formula"] == expected
        assert refs.get("numbers", expected) == expected
        assert refs["value"] == [f"step:{number}"]
        assert element.get("data-step") == str(number)


def test_a_step_reads_name_formula_numbers_value_note():
    net = pl.Network([pl.Layer([[2.0, -1.0]], [0.5], "identity")])
    article = article_of(pl.explain.neuron(net, [3.0, 1e-7], layer=2, neuron=1))
    (first, *_) = article.iter("li")
    assert words_of(first).replace("\n", "") == (
        "weighted sum of the layer befores1(2)=w1,1(2)·a1(1)+w1,2(2)·a2(1)=2.000·3.000+(−1.000)·1.000·10−7=6.000"
    )


def test_sections_have_lower_headings_and_steps_go_on_after_what_stands_between(derivation: Derivation):
    first, *rest = derivation.steps
    broken = Derivation("Inner", (first, Paragraph("In between."), *rest))
    article = article_of(Document("Outer", (Document("Middle", (broken,)),)))
    headings = [(each.tag, words_of(each)) for each in article.iter() if re.fullmatch(r"h\d", each.tag)]
    assert headings == [("h2", "Outer"), ("h3", "Middle"), ("h4", "Inner")]
    assert [each.get("start") for each in article.iter("ol")] == ["1", "2"]
    page = Outline(Document("Outer", (Document("Middle", ()),)).to_html())
    assert [tag for tag, _ in page.elements if re.fullmatch(r"h\d", tag)] == ["h1", "h2"]


def test_a_table_has_a_header_and_numbers_to_the_right():
    table = Table(("class", "output"), (("a & b", "0.91"), ("c", "−1.2·10⁻⁷")), "The outputs.")
    article = article_of(Document("T", (table,)))
    (element,) = article.iter("table")
    assert [words_of(cell) for cell in element.iter("th")] == ["class", "output"]
    assert [words_of(cell) for cell in element.iter("td")] == ["a & b", "0.91", "c", "−1.2·10⁻⁷"]
    assert [cell.get("class") for cell in element.iter("td")] == [None, "number", None, "number"]
    (caption,) = article.iter("figcaption")
    assert words_of(caption) == "The outputs."


def test_matrices_are_rows_of_numbers_with_their_refs(matrix_equation: MatrixEquation):
    article = article_of(Document("M", (matrix_equation,)))
    tables = list(article.iter("mtable"))
    cells = [[[words_of(cell) for cell in row] for row in table] for table in tables]
    assert cells[1] == [["0.5000", "⋯", "−1.250"], ["⋮", "⋱", "⋮"], ["2.000·10−7", "⋯", "3.000"]]
    assert [len(table) for table in cells] == [3, 3, 3, 3]
    refs = [each.get("data-ref") for each in tables[1].iter() if "data-ref" in each.attrib]
    assert refs == ["w3:1,1", "w3:1,3", "w3:3,1", "w3:3,3"]
    formula = next(row for row in article.iter("div") if row.get("class") == "formula")
    assert words_of(formula) == "a(3)=my_relu(W(3)a(2)+b(3))"


def test_pictures_are_drawn_alike_each_time_and_share_no_identifier(everything: Document):
    markup = everything.to_html()
    assert markup == everything.to_html()
    assert markup.count("<svg") == 2
    identifiers = [each["id"] for _, each in Outline(markup).elements if "id" in each]
    assert len(identifiers) == len(set(identifiers)) > 20
    for name in re.findall(r'(?:url\(#|href="#)([^")]+)', markup):
        assert name in identifiers
    assert "a &lt; b &amp; c" in markup
    assert "dc:date" not in markup


def test_a_notebook_gets_a_part_with_a_style_of_its_own(derivation: Derivation):
    markup = derivation._repr_html_()
    assert markup == derivation.to_html(standalone=False)
    style = markup.split("<style>")[1].split("</style>")[0]
    selectors = [rule.rpartition("}")[2].strip() for rule in style.replace("@media print {", "").split("{")[:-1]]
    assert selectors
    assert all(selector.startswith(".pellucid") for selector in selectors), "nothing else of the page may change"
    assert "<html" not in markup


def test_quantities_in_words_are_not_broken_but_long_words_may_be():
    article = article_of(Document("Q", (Paragraph("how z⁽³⁾₁ moves ∂C/∂w " + "x₁" * 40),)))
    assert [words_of(each) for each in article.iter("span")] == ["z⁽³⁾₁", "∂C/∂w"]
    assert words_of(article).strip().endswith("how z⁽³⁾₁ moves ∂C/∂w " + "x₁" * 40)
