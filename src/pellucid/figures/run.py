"""All the pictures of a training run, drawn into its folder."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from pellucid.data import Dataset
from pellucid.figures.activation import activation_graph
from pellucid.figures.confusion import confusion_matrix
from pellucid.figures.curves import learning_curves
from pellucid.figures.inputs import can_be_seen, input_picture
from pellucid.figures.mistakes import draw_mistakes, tell_mistakes, worst_mistakes
from pellucid.figures.network import network_diagram
from pellucid.figures.save import save_figure
from pellucid.figures.strongest_inputs import strength_bars, strengths, strongest_inputs
from pellucid.figures.weights import first_layer_weights
from pellucid.model import Model, predicted_classes, probabilities
from pellucid.model.evaluation import confusion_counts, outputs_of
from pellucid.training import TrainingResult

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def draw_run(folder: Path, result: TrainingResult, data: Dataset) -> None:
    """Draws learning curves, network, activation function, first-layer weights, confusion matrix and worst mistakes.

    The last two are of the test part, or without one of the validation part. Mistakes are drawn where examples can be
    seen: pictures, spectrograms; weights there as pictures, elsewhere as bars.
    """
    network, model, classes = result.network, result.model, data.classes
    if result.history:
        save_figure(learning_curves(result.history, result.best_epoch), folder / "learning-curves")
    # A single output neuron stands for the second of two classes.
    output_names = classes[1:] if classes is not None and network.sizes[-1] == 1 else classes
    save_figure(network_diagram(network, output_names=output_names), folder / "network")
    save_figure(activation_graph(network.activations[0]), folder / "activation")
    save_figure(weights_drawn(model), folder / "first-layer-weights")
    judged = data.test or data.validation
    if judged is None or classes is None:
        return
    _, outputs = outputs_of(network, model.features, judged)
    said = predicted_classes(outputs)
    save_figure(confusion_matrix(confusion_counts(judged.labels, said, len(classes)), classes), folder / "confusion")
    encoder = data.features.encoder
    if can_be_seen(encoder):
        sureness = probabilities(outputs, network.output)[np.arange(judged.n_samples), said]
        rows, n_wrong = worst_mistakes(judged.labels, said, sureness)
        seen = [picture for row in rows if (picture := input_picture(encoder, judged.raw[row])) is not None]
        told = tell_mistakes(rows, judged.labels, said, sureness, classes)
        save_figure(draw_mistakes(seen, told, n_wrong, judged.n_samples), folder / "most-wrong")


def weights_drawn(model: Model) -> "Figure":
    """The weights into layer 2: over the input where that can be seen, else those of the strongest inputs as bars."""
    encoder, weights = model.features.encoder, np.asarray(model.network.layers[0].weights)
    if can_be_seen(encoder):
        laid_out = encoder.laid_out(weights)
        return first_layer_weights(laid_out.reshape(weights.shape), laid_out.shape[1:])
    strongest = strongest_inputs(weights)
    return strength_bars([encoder.input_name(k) for k in strongest.tolist()], strengths(weights)[strongest].tolist())
