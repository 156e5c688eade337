"""The essay's figures, as FACTS and the essay itself print them."""

import json
from itertools import pairwise

from pellucid.walkthrough import compute


def figures() -> dict[str, dict]:
    return {figure["name"]: figure for chapter in compute() for figure in chapter.to_dict()["figures"]}


def test_every_figure_that_the_essay_prints_is_reached_but_for_its_one_slip():
    found = figures()
    compared = {name: figure["agrees"] for name, figure in found.items() if figure["printed"] is not None}
    assert len(compared) >= 23
    assert [name for name, agrees in compared.items() if not agrees] == ["corrected weight"]


def test_the_figures_of_the_contract():
    found = figures()
    assert found["L₃ = S(W₃,₂ L₂ + B₃)"]["rounded"] == (0.547, 0.101)
    assert found["W₃,₂ L₂"]["rounded"] == (-0.69696, -1.95847)
    assert found["∂C/∂w"]["rounded"] == -0.142
    assert found["weights and biases in all"]["value"] == 13002
    corrected = found["corrected weight"]
    assert (corrected["rounded"], corrected["printed"], corrected["agrees"]) == (0.1571, 0.1271, False)
    assert "0.1571" in corrected["note"]
    assert found["S(1 − 5)"]["rounded"] == 0.0180
    assert found["f(4.99 − 5)"]["value"] == 0


def test_the_small_network_learns():
    costs = [figure.value for figure in compute()[-1].figures]
    assert len(costs) >= 5
    assert all(later < earlier for earlier, later in pairwise(costs))


def test_the_text_names_the_slip_and_the_two_loose_passages():
    text = "\n".join(chapter.to_text() for chapter in compute())
    assert "corrected weight = 0.1571   (the essay prints 0.1271: a slip)" in text
    assert "Δ usually means the change" in text
    assert "corrects at once" in text


def test_it_is_plain_json():
    assert json.loads(json.dumps([chapter.to_dict() for chapter in compute()], allow_nan=False))
