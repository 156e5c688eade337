"""All the pictures of a training run, drawn into its folder."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from pellucid.data import Dataset, NumberEncoder
from pellucid.figures.activation import activation_graph
from pellucid.figures.confusion import confusion_matrix
from pellucid.figures.curves import learning_curves
from pellucid.figures.inputs import can_be_seen, input_picture
from pellucid.figures.mistakes import draw_mistakes, tell_mistakes, worst_mistakes
from pellucid.figures.network import network_diagram
from pellucid.figures.predicted import predicted_values
from pellucid.figures.save import save_figure
from pellucid.figures.strongest_inputs import strength_bars, strengths, strongest_inputs
from pellucid.figures.weights import first_layer_weights
from pellucid.model import Model, predicted_classes, probabilities
from pellucid.model.evaluation import confusion_counts, outputs_of
from pellucid.training import TrainingResult

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def draw_run(folder: Path, result: TrainingResult, data: Dataset) -> None:
    """Draws learning curves, network, activation function, first-layer weights; and what the network said.

    That is of the test part, or without one of the validation part: the confusion matrix and the worst mistakes; in
    regression what was said over what is true. Mistakes are drawn where examples can be seen: pictures, spectrograms;
    weights there as pictures, elsewhere as bars.
    """
    network, model, classes = result.network, result.model, data.classes
    encoder = model.features.encoder
    if result.history:
        save_figure(learning_curves(result.history, result.best_epoch), folder / "learning-curves")
    # A single output neuron stands for the second of two classes.
    output_names = classes[1:] if classes is not None and network.sizes[-1] == 1 else classes
    input_names = (
        None if isinstance(encoder, NumberEncoder) else [encoder.input_name(k) for k in range(network.sizes[0])]
    )
    diagram = network_diagram(network, input_names=input_names, output_names=output_names)
    save_figure(diagram, folder / "network")
    save_figure(activation_graph(network.activations[0]), folder / "activation")
    save_figure(weights_drawn(model), folder / "first-layer-weights")
    judged = data.test or data.validation
    if judged is None:
        return
    _, outputs = outputs_of(network, model.features, judged)
    if classes is None:
        save_figure(predicted_values(judged.expected, outputs), folder / "predicted")
        return
    said = predicted_classes(outputs)
    save_figure(confusion_matrix(confusion_counts(judged.labels, said, len(classes)), classes), folder / "confusion")
    if can_be_seen(encoder):
        sureness = probabilities(outputs, network.output)[np.arange(judged.n_samples), said]
        rows, n_wrong = worst_mistakes(judged.labels, said, sureness)
        seen = [picture for row in rows if (picture := input_picture(encoder, judged.raw[row])) is not None]
        told = tell_mistakes(rows, judged.labels, said, sureness, classes)
        mistakes = draw_mistakes(seen, told, n_wrong, judged.n_samples, encoder.axes())
        save_figure(mistakes, folder / "most-wrong")


def weights_drawn(model: Model) -> "Figure":
    """The weights into layer 2: over the input where that can be seen, else those of the strongest inputs as bars."""
    encoder, weights = model.features.encoder, np.asarray(model.network.layers[0].weights)
    if can_be_seen(encoder):
        laid_out = encoder.laid_out(weights)
        return first_layer_weights(laid_out.reshape(weights.shape), laid_out.shape[1:], axes=encoder.axes())
    strongest = strongest_inputs(weights)
    return strength_bars([encoder.input_name(k) for k in strongest.tolist()], strengths(weights)[strongest].tolist())
