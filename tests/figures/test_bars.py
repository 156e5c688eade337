import pytest

from pellucid.errors import InvalidValueError
from pellucid.figures.bars import paired_bars


def test_each_name_has_a_pair_of_bars_as_high_as_its_numbers(hostile_names, svg_of):
    n = len(hostile_names)
    values = {"before": [float(k) for k in range(n)], "after": [-1.0] * n}
    figure = paired_bars(hostile_names, values, x_label="class", y_label="∂C/∂b", title="Pairs")
    bars = [bar for container in figure.axes[0].containers for bar in container]
    assert [bar.get_height() for bar in bars] == [*range(n), *[-1] * n]
    middles = [bar.get_x() + bar.get_width() / 2 for bar in bars]
    assert middles[0] == pytest.approx(-middles[n])
    svg = svg_of(figure)
    assert "<script>alert" not in svg
    assert "$x^2$" in svg


@pytest.mark.parametrize("values", [{"one": [1.0]}, {"one": [1.0], "two": [1.0, 2.0]}])
def test_two_rows_as_long_as_the_names_are_required(values):
    with pytest.raises(InvalidValueError, match=r"^values: two rows of 1 numbers are required, got lengths \["):
        paired_bars(["a"], values, x_label="", y_label="", title="")
