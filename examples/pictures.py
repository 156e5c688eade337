"""Draws the pictures of README and docs: the essay's small network, and a run of the essay's set-up seen through."""

import shutil
import tempfile
from pathlib import Path

import pellucid as pl
from pellucid.explain import Document
from pellucid.explain.document import Picture
from pellucid.figures import first_layer_weights, learning_curves, network_diagram, save_figure
from pellucid.training.recipe import load_recipe

BROWSER = shutil.which("chromium")
FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run")
FOLDER = Path(__file__).resolve().parents[1] / "docs" / "pictures"


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    small = pl.Network.random([3, 4, 2], activation="sigmoid", initializer="standard-normal", seed=0)
    save_figure(network_diagram(small), FOLDER / "small-network")
    data = pl.load_data("digits")
    recipe, _ = load_recipe("essay")
    result = pl.train(recipe.network_for(data, seed=0), data, seed=0, **recipe.training_choices(data))
    save_figure(learning_curves(result.history, result.best_epoch), FOLDER / "learning-curves")
    save_figure(first_layer_weights(result.network.layers[0].weights, data.feature_shape), FOLDER / "weights")
    raw, expected = data.test.raw[1], data.test.expected[1]
    save_picture(pl.explain.decision(result.model, raw), "decision")
    save_picture(pl.explain.graph(result.model, raw, expected, cost="squared-error", neuron=(4, 2)), "graph")
    save_picture(pl.explain.activation("sigmoid"), "sigmoid")
    photograph(pl.explain.layer(result.model, raw, layer=4), "layer-page")
    for superfluous in FOLDER.glob("*.svg"):
        superfluous.unlink()


def save_picture(document: Document, name: str) -> None:
    """Writes the first picture of a document."""
    picture = next(block for block in document.blocks if isinstance(block, Picture))
    save_figure(picture.draw(), FOLDER / name)


def photograph(document: Document, name: str) -> None:
    """Writes the top of a document's page as a browser shows it; without a browser the picture stays as it is."""
    if BROWSER is None:
        return
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        page_file = Path(folder) / "page.html"
        page_file.write_text(document.to_html(), encoding="utf-8")
        context = playwright.chromium.launch_persistent_context(
            str(Path(folder) / "profile"),
            executable_path=BROWSER,
            args=list(FLAGS),
            viewport={"width": 900, "height": 1000},
            device_scale_factor=1.5,
        )
        page = context.new_page()
        page.goto(page_file.as_uri())
        page.screenshot(path=FOLDER / f"{name}.png")
        context.close()


if __name__ == "__main__":
    main()
