"""What holds for every medium: sections in JSON, and digits out of range refused."""

from collections.abc import Callable

import pytest

from pellucid.errors import InvalidValueError
from pellucid.explain import Document


def test_a_document_in_json_is_its_title_and_sections(everything: Document):
    told = everything.to_dict(3)
    assert list(told) == ["title", "sections"]
    (section,) = told["sections"]
    assert section["title"] == "A section"
    (derivation,) = section["sections"]
    assert list(derivation) == ["title", "value", "steps"]


@pytest.mark.parametrize("write", [Document.to_text, Document.to_latex, Document.to_html, Document.to_dict])
@pytest.mark.parametrize("digits", [0, 18])
def test_digits_out_of_range_are_refused(everything: Document, write: Callable, digits: int):
    with pytest.raises(InvalidValueError, match=f"digits: 1 to 17 significant digits can be shown, got {digits}"):
        write(everything, digits)
