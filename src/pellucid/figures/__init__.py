"""Pictures of networks and of their training, drawn with Matplotlib, which is imported at the first picture."""

from pellucid.figures.activation import activation_graph
from pellucid.figures.confusion import confusion_matrix
from pellucid.figures.curves import learning_curves
from pellucid.figures.mistakes import most_wrong
from pellucid.figures.network import network_diagram
from pellucid.figures.run import draw_run
from pellucid.figures.save import figure_bytes, save_figure
from pellucid.figures.weights import first_layer_weights

__all__ = [
    "activation_graph",
    "confusion_matrix",
    "draw_run",
    "figure_bytes",
    "first_layer_weights",
    "learning_curves",
    "most_wrong",
    "network_diagram",
    "save_figure",
]
