"""What a network that gives numbers said, over what is true."""

from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Real

from pellucid.figures.style import BLUE, GREY, PALE, drawn_in_style

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MOST_DRAWN = 2_000
"""Examples: more would be one blot, and a large file."""
MOST_OUTPUTS = 4


@drawn_in_style
def predicted_values(
    true: Real[np.ndarray, "n_samples n_outputs"], said: Real[np.ndarray, "n_samples n_outputs"]
) -> "Figure":
    """A point for each example: to the right what is true, upward what was said; right answers lie on the diagonal.

    Parameters:
        true: the targets.
        said: the network's outputs.
    """
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

    n_samples, n_outputs = true.shape
    n_panels = min(n_outputs, MOST_OUTPUTS)
    rows = np.unique(np.linspace(0, n_samples - 1, min(n_samples, MOST_DRAWN)).astype(np.int64))
    figure = Figure(figsize=(4.4 * n_panels, 4.5), layout="constrained")
    panels = figure.subplots(1, n_panels, squeeze=False)[0]
    for output, panel in enumerate(panels):
        across, upward = true[rows, output], said[rows, output]
        ends = min(across.min(), upward.min()), max(across.max(), upward.max())
        panel.plot(ends, ends, color=GREY, linewidth=1, linestyle="--", label="said = true")
        panel.plot(across, upward, "o", color=BLUE, markersize=3.5, alpha=0.5, markeredgewidth=0)
        panel.set_aspect("equal", adjustable="datalim")
        panel.xaxis.set_major_locator(MaxNLocator(nbins=5))
        panel.set_xlabel("true")
        panel.grid(color=PALE)
        panel.set_axisbelow(True)
        missed = float(np.sqrt(np.square(said[:, output].astype(np.float64) - true[:, output]).mean()))
        which = f"output {output + 1} of {n_outputs}, " if n_outputs > 1 else ""
        told = f"{missed:,.0f}" if missed >= 1000 else f"{missed:.4g}"
        panel.set_title(f"{which}root mean square error {told}", fontsize=10)
    panels[0].set_ylabel("said")
    panels[0].legend(loc="upper left")
    drawn = f"{len(rows):,} of {n_samples:,} examples" if len(rows) < n_samples else f"{n_samples:,} examples"
    figure.suptitle(drawn, fontsize=11)
    return figure
