"""Names in every script: letters come from a font that has them, or are told by their code points."""

from collections.abc import Callable, Iterator

import pytest
from matplotlib.figure import Figure

from pellucid.figures import confusion_matrix, figure_bytes, letters, most_wrong, network_diagram
from pellucid.figures.attribution import attribution_bars
from pellucid.figures.bars import paired_bars
from pellucid.figures.examples import one_of_each
from pellucid.figures.examples_grid import GridRow, examples_grid
from pellucid.figures.letters import FAMILY, families_of, width_of, with_code_points
from pellucid.figures.strongest_inputs import strength_bars
from pellucid.figures.style import drawable
from pellucid.maths import Network

BOLD_A = "\N{MATHEMATICAL BOLD CAPITAL A}"
"""A letter that Matplotlib's STIXGeneral has and its DejaVu Sans lacks."""
NAMES = ["猫", "小企鹅", "東京タワー", "고양이", "قطة", "बिल्ली", "🐱🦭", BOLD_A]


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[tuple[str, ...]], None]]:
    """Makes it a machine on which these families are looked for, beside Matplotlib's own."""

    def look_for(families: tuple[str, ...]) -> None:
        monkeypatch.setattr(letters, "FALLBACKS", families)
        letters.family_of.cache_clear()

    yield look_for
    letters.family_of.cache_clear()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Straße α → ∞ ⁽²⁾₁", "Straße α → ∞ ⁽²⁾₁"),
        ("two  blanks", "two  blanks"),
        ("", ""),
        ("猫", "U+732B"),
        ("猫犬", "U+732B U+72AC"),
        ("big 猫cat", "big U+732B cat"),
        (BOLD_A, "U+1D400"),
    ],
)
def test_letters_of_no_font_become_code_points(machine: Callable[..., None], text: str, told: str) -> None:
    machine(())
    assert with_code_points(text) == told


def test_a_font_of_the_machine_is_taken_where_it_has_the_letter(machine: Callable[..., None]) -> None:
    machine(("A Font That Nobody Has", "STIXGeneral"))
    assert with_code_points(f"{BOLD_A}猫") == f"{BOLD_A} U+732B"
    assert families_of(f"x{BOLD_A}") == [FAMILY, "STIXGeneral"]
    assert families_of("x") == [FAMILY]
    text = paired_bars([BOLD_A, "b"], {"one": [1, 2], "two": [3, 4]}, x_label="", y_label="", title="").axes[0]
    first, second = text.get_xticklabels()
    assert (first.get_text(), first.get_fontfamily()) == (BOLD_A, [FAMILY, "STIXGeneral"])
    assert second.get_fontfamily() == [FAMILY]


def test_widths_are_in_sizes_of_the_letters(machine: Callable[..., None]) -> None:
    machine(("STIXGeneral",))
    assert width_of("") == 0
    assert 0.9 < width_of("W") < 1.1
    assert width_of("iiii") < width_of("WW")
    assert width_of(BOLD_A) > 0.5


def test_a_name_stays_within_its_limit() -> None:
    assert len(drawable("猫" * 50, 24)) <= 24
    assert drawable("$x$ <b>") == "$x$ <b>"


def drawings() -> list[Figure]:
    """Every kind of figure that names of classes or inputs are drawn in."""
    import numpy as np

    n = len(NAMES)
    images, labels = np.zeros((n, 3, 3)), np.arange(n)
    network = Network.random([n, n], output="softmax", seed=0)
    return [
        confusion_matrix(np.eye(n, dtype=int), NAMES),
        network_diagram(network, input_names=NAMES, output_names=NAMES),
        most_wrong(images, labels, (labels + 1) % n, np.full(n, 0.5), NAMES),
        attribution_bars(NAMES, [1.0] * n, (NAMES[0], NAMES[1])),
        strength_bars(NAMES, [1.0] * n),
        one_of_each(images, NAMES),
        examples_grid([GridRow(name, 1, [images[0]]) for name in NAMES], NAMES[0]),
        paired_bars(NAMES, {"one": [1] * n, "two": [2] * n}, x_label="", y_label="", title=""),
    ]


@pytest.mark.parametrize("families", [(), letters.FALLBACKS], ids=["no other font", "this machine's"])
def test_names_in_every_script_are_drawn_without_a_warning(
    machine: Callable[..., None], families: tuple[str, ...]
) -> None:
    """Warnings are errors in these tests, and Matplotlib warns of every letter that it draws as a box."""
    machine(families)
    for figure in drawings():
        for format_ in ("png", "svg"):
            assert figure_bytes(figure, format_)
