"""Computational graphs: quantities as nodes, and on each edge how fast one quantity changes with another.

Going back over the edges, from the result to where it came from, gives the derivative of the result with respect to
every node in one sweep: each edge is used once. (Olah 2015, *Calculus on Computational Graphs: Backpropagation*.)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pellucid.errors import InvalidValueError
from pellucid.explain.document import Block, Document, Paragraph, Picture, Table
from pellucid.explain.step import DEFAULT_DIGITS, check_digits
from pellucid.explain.words import InSymbols, Words
from pellucid.expression import Expression, Latex, Number, Variable, numeral

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SHOWN_ROWS = 60
"""So many nodes, and so many edges, are listed; of more, those by which the result changes most."""


@dataclass(frozen=True)
class Node:
    """A quantity of the graph.

    Attributes:
        ref: what it is, such as `z3:1`, `w3:1,4` or `C`; unique in the graph.
        symbol: how it is written.
        value: what it is worth.
        derivative: how fast the result changes with it.
        column: how far along the computation it stands, from 0.
        beside: of a weight that stands on the edge between two nodes, their refs; of a bias, the node it is added in.
    """

    ref: str
    symbol: Variable
    value: float
    derivative: float
    column: int
    beside: tuple[str, ...] = ()


@dataclass(frozen=True)
class Edge:
    """One quantity enters another.

    Attributes:
        start, end: refs of the two.
        derivative: ∂end/∂start, all other quantities that enter `end` held.
        formula: the same in symbols; None where it is a sum over what is left out.
    """

    start: str
    end: str
    derivative: float
    formula: Expression | None


@dataclass(frozen=True, repr=False)
class ComputationalGraph(Document):
    """A computational graph with what is to be said of it.

    Attributes:
        title: what is computed.
        blocks: the picture, the tables, the words.
        columns: a heading for each column.
        nodes: each after those that it depends on.
        edges: in the order of the nodes that they lead to.
        result: the symbol of what is differentiated, such as C.
    """

    columns: tuple[str, ...]
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    result: Variable

    def __repr__(self) -> str:
        return f"<graph of {len(self.nodes)} nodes and {len(self.edges)} edges: {self.title}>"

    def node(self, ref: str) -> Node:
        """The node of that ref.

        Raises:
            InvalidValueError: the graph has no such node.
        """
        for node in self.nodes:
            if node.ref == ref:
                return node
        raise InvalidValueError(f"ref: one of the graph's nodes is required ({_some(self.nodes)}), got {ref!r}")

    def draw(self) -> Figure:
        """The graph as a Matplotlib figure."""
        return drawn(self.columns, self.nodes, self.edges, self.result)

    def to_svg(self) -> str:
        """The graph as an SVG picture, the same text for the same graph."""
        from pellucid.figures.save import figure_bytes

        return figure_bytes(self.draw(), "svg").decode()

    def to_dict(self, digits: int = DEFAULT_DIGITS) -> dict[str, Any]:
        """The graph as JSON can hold it: title, nodes with value and derivative, edges with local derivative.

        Parameters:
            digits: significant digits of `shown`, 1 to 17.

        Raises:
            InvalidValueError: digits out of range.
        """
        check_digits(digits)
        return {
            "title": self.title,
            "nodes": [
                {
                    "ref": node.ref,
                    "symbol": node.symbol.latex,
                    "column": self.columns[node.column],
                    "value": node.value,
                    "shown": numeral(node.value, digits).plain,
                    "derivative": node.derivative,
                }
                for node in self.nodes
            ],
            "edges": [
                {
                    "start": edge.start,
                    "end": edge.end,
                    "derivative": edge.derivative,
                    "formula": None if edge.formula is None else edge.formula.lower(Latex(digits, symbols=True)).text,
                }
                for edge in self.edges
            ],
        }


class GraphUnderWay:
    """A graph to which nodes and edges are added, each node after those that it depends on."""

    def __init__(self, columns: Sequence[str], result: Variable) -> None:
        self.columns = tuple(columns)
        self.result = result
        self.nodes: dict[str, Node] = {}
        self.edges: list[Edge] = []

    def add_node(
        self,
        ref: str,
        symbol: Variable,
        value: float,
        column: int,
        derivative: float = 0.0,
        beside: tuple[str, ...] = (),
    ) -> None:
        """Adds a node; `derivative` is only given where it does not follow from the edges."""
        self.nodes[ref] = Node(ref, symbol, float(value), float(derivative), column, beside)

    def add_edge(self, start: str, end: str, derivative: float, formula: Expression | None) -> None:
        self.edges.append(Edge(start, end, float(derivative), formula))

    def accumulate(self, given: Mapping[str, float]) -> dict[str, float]:
        """The derivative of the result with respect to each node, by one sweep back over the edges.

        *Formula*: ∂C/∂u = Σᵥ ∂C/∂v · ∂v/∂u over the nodes v that u enters.

        Parameters:
            given: derivatives known beforehand: that of the result, which is 1, and of nodes whose way to the result
                is not in the graph.
        """
        leaving: dict[str, list[Edge]] = {ref: [] for ref in self.nodes}
        for edge in self.edges:
            leaving[edge.start].append(edge)
        derivatives: dict[str, float] = {}
        for ref in reversed(self.nodes):
            if ref in given:
                derivatives[ref] = float(given[ref])
            else:
                derivatives[ref] = sum(derivatives[edge.end] * edge.derivative for edge in leaving[ref])
        return derivatives

    def conclude(
        self, title: str, given: Mapping[str, float], before: Sequence[Block] = (), after: Sequence[Block] = ()
    ) -> ComputationalGraph:
        """The graph, with its picture and tables between what is said before and after."""
        derivatives = self.accumulate(given)
        nodes = tuple(
            Node(node.ref, node.symbol, node.value, derivatives[node.ref], node.column, node.beside)
            for node in self.nodes.values()
        )
        edges = tuple(self.edges)
        columns, result = self.columns, self.result
        picture = Picture(
            lambda: drawn(columns, nodes, edges, result),
            f"A computational graph of {len(nodes)} nodes and {len(edges)} edges, computed from left to right.",
        )
        listed = listing(columns, nodes, edges, result)
        return ComputationalGraph(title, (*before, picture, *listed, *after), columns, nodes, edges, result)


def drawn(columns: tuple[str, ...], nodes: tuple[Node, ...], edges: tuple[Edge, ...], result: Variable) -> Figure:
    """The figure of a graph."""
    from pellucid.figures.graph import DrawnEdge, DrawnNode, graph_diagram

    return graph_diagram(
        columns,
        [
            DrawnNode(node.ref, node.symbol.text, node.value, node.derivative, node.column, node.beside)
            for node in nodes
        ],
        [DrawnEdge(edge.start, edge.end, edge.derivative) for edge in edges],
        result.text,
    )


def listing(columns: Sequence[str], nodes: Sequence[Node], edges: Sequence[Edge], result: Variable) -> list[Block]:
    """The graph in tables, one for each heading: the nodes, and beside each the edges that lead to it."""
    kept = strongest_edges(nodes, edges)
    ranked = sorted(nodes, key=lambda node: -abs(node.derivative))
    listed = {node.ref for node in ranked[:SHOWN_ROWS]} | {edge.end for edge in kept}
    blocks: list[Block] = []
    if len(nodes) > SHOWN_ROWS:
        blocks.append(Paragraph(left_out("nodes", len(nodes), "derivative", result)))
    if len(edges) > SHOWN_ROWS:
        blocks.append(Paragraph(left_out("edges", len(edges), "part of a derivative", result)))
    symbols = {node.ref: InSymbols(Number(node.value, node.ref, node.symbol)) for node in nodes}
    for heading in dict.fromkeys(columns):
        held = [node for node in nodes if columns[node.column] == heading and node.ref in listed]
        arriving = [[edge for edge in kept if edge.end == node.ref] for node in held]
        rows = [row for node, its in zip(held, arriving, strict=True) for row in node_rows(node, its, symbols)]
        header = ("node", "value", f"∂{result.text}/∂node", "from", "local slope", "value")
        n_columns = len(header) if any(arriving) else 3
        if rows:
            blocks.append(Table(header[:n_columns], tuple(row[:n_columns] for row in rows), heading))
    return blocks


def node_rows(node: Node, arriving: Sequence[Edge], symbols: Mapping[str, Words]) -> list[tuple[Words, ...]]:
    """A node with its value and derivative; the edges that lead to it follow beside and below."""
    itself: tuple[Words, ...] = (symbols[node.ref], Number(node.value, node.ref), node.derivative)
    beside = [(symbols[edge.start], *local_derivative(edge)) for edge in arriving]
    first, *others = beside or [("", "", "")]
    return [(*itself, *first), *(("", "", "", *other) for other in others)]


def local_derivative(edge: Edge) -> tuple[Words, Words]:
    """∂end/∂start in symbols, and what it is worth."""
    if edge.formula is None:
        return "summed", edge.derivative
    return InSymbols(edge.formula), edge.formula if isinstance(edge.formula, Number) else edge.derivative


def strongest_edges(nodes: Sequence[Node], edges: Sequence[Edge]) -> list[Edge]:
    """The edges that hand back most, ∂C/∂end · ∂end/∂start, in their order."""
    derivatives = {node.ref: node.derivative for node in nodes}
    ranked = sorted(range(len(edges)), key=lambda k: -abs(edges[k].derivative * derivatives[edges[k].end]))
    return [edges[k] for k in sorted(ranked[:SHOWN_ROWS])]


def left_out(what: str, n_all: int, largest: str, result: Variable) -> str:
    """The sentence that says which nodes or edges are listed."""
    return f"Of the {n_all:,} {what} the {SHOWN_ROWS} with the largest {largest} of {result.text} are listed."


def _some(nodes: Sequence[Node]) -> str:
    return ", ".join(node.ref for node in nodes[:5]) + (", …" if len(nodes) > 5 else "")
