"""The derivative of a formula, derived step by step: its operations from the inside out, then the rule for each."""

from pellucid.explain.derivation import Steps
from pellucid.explain.document import Paragraph
from pellucid.expression import Expression, Number, Variable
from pellucid.expression.differentiate import Operation, rule_of, take_apart

AT_A_KINK = "Here is a kink: the derivative from the left is taken."


def add_derivative(steps: Steps, formula: Expression, by: Number, letter: Variable) -> tuple[Number, list[Operation]]:
    """Adds the steps u₁, u₂, … that the formula is made of, and then their derivatives u′₁, u′₂, …

    Parameters:
        steps: gets them.
        formula: what is differentiated.
        by: the leaf that it is differentiated by.
        letter: the symbol of that leaf.

    Returns:
        The leaf of the formula's derivative, and the operations, of which a formula that is `by` itself has none.
    """

    def add_operation(tree: Expression) -> Number:
        number = len(steps.finished) - before + 1
        return steps.add(f"operation {number}", Variable("u", None, (number,)), tree)

    dash = with_dash(letter)
    slope = Number(1.0, symbol=dash)
    if formula == by:
        return slope, []
    steps.show(Paragraph("The formula taken apart, from the inside out:"))
    before = len(steps.finished)
    operations = take_apart(formula, by, add_operation)
    steps.show(Paragraph(f"The derivative of each with respect to {letter.text}, by its rule, where {dash.text} = 1:"))
    derivatives: dict[Expression, Expression] = {by: slope}
    for number, operation in enumerate(operations, start=1):
        rule = rule_of(operation, derivatives)
        symbol = with_dash(Variable("u", None, (number,)))
        slope = steps.add(rule.name, symbol, rule.tree, AT_A_KINK if rule.is_at_kink else "")
        derivatives[operation.value] = slope
    return slope, operations


def with_dash(variable: Variable) -> Variable:
    """The symbol of the variable's derivative."""
    return Variable(variable.letter, variable.layer, variable.indices, mark="′")
