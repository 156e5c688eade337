"""The chapters, computed once for all tests that only read them."""

import pytest

from pellucid.walkthrough import Chapter, Figure, compute


@pytest.fixture(scope="session")
def chapters() -> list[Chapter]:
    return compute()


@pytest.fixture(scope="session")
def figures(chapters: list[Chapter]) -> dict[str, Figure]:
    """Every figure by its name."""
    return {figure.name: figure for chapter in chapters for figure in chapter.figures}
