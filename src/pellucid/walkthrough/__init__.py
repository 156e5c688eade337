"""The essay's argument in eight short chapters: every figure computed as it is made, the essay's slips named."""

from pellucid.walkthrough.chapter import Chapter
from pellucid.walkthrough.chapters import N_CHAPTERS, TITLE, compute, page
from pellucid.walkthrough.figure import Figure

__all__ = ["N_CHAPTERS", "TITLE", "Chapter", "Figure", "compute", "page"]
