"""All the pictures of a training run, drawn into its folder."""

from pathlib import Path

import numpy as np

from pellucid.data import Dataset
from pellucid.figures.activation import activation_graph
from pellucid.figures.confusion import confusion_matrix
from pellucid.figures.curves import learning_curves
from pellucid.figures.mistakes import most_wrong
from pellucid.figures.network import network_diagram
from pellucid.figures.save import save_figure
from pellucid.figures.weights import first_layer_weights
from pellucid.model import predicted_classes, probabilities
from pellucid.model.evaluation import confusion_counts, outputs_of
from pellucid.training import TrainingResult


def draw_run(folder: Path, result: TrainingResult, data: Dataset) -> None:
    """Draws learning curves, network, activation function, first-layer weights, confusion matrix and worst mistakes.

    The last two are of the test part, or without one of the validation part; weights and mistakes are drawn where the
    examples are pictures.
    """
    network, model, classes = result.network, result.model, data.classes
    if result.history:
        save_figure(learning_curves(result.history, result.best_epoch), folder / "learning-curves")
    # A single output neuron stands for the second of two classes.
    output_names = classes[1:] if classes is not None and network.sizes[-1] == 1 else classes
    save_figure(network_diagram(network, output_names=output_names), folder / "network")
    save_figure(activation_graph(network.activations[0]), folder / "activation")
    shape = data.feature_shape
    if len(shape) == 2:
        save_figure(first_layer_weights(network.layers[0].weights, shape), folder / "first-layer-weights")
    judged = data.test or data.validation
    if judged is None or classes is None:
        return
    _, outputs = outputs_of(network, model.features, judged)
    said = predicted_classes(outputs)
    save_figure(confusion_matrix(confusion_counts(judged.labels, said, len(classes)), classes), folder / "confusion")
    if len(shape) == 2:
        sureness = probabilities(outputs, network.output)[np.arange(judged.n_samples), said]
        images = judged.raw.reshape(-1, *shape)
        save_figure(most_wrong(images, judged.labels, said, sureness, classes), folder / "most-wrong")
