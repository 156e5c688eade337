"""The functions of the tree, under the names that array libraries give them."""

from pellucid.expression.tree import Call, Expression, Operand, as_expression, evaluate


def exp(x: Expression) -> Expression:
    return Call("exp", (x,))


def log(x: Expression) -> Expression:
    return Call("log", (x,))


def tanh(x: Expression) -> Expression:
    return Call("tanh", (x,))


def sqrt(x: Expression) -> Expression:
    return Call("sqrt", (x,))


def erf(x: Expression) -> Expression:
    return Call("erf", (x,))


def cos(x: Expression) -> Expression:
    return Call("cos", (x,))


def maximum(x: Operand, y: Operand) -> Expression:
    return Call("max", (as_expression(x), as_expression(y)))


def minimum(x: Operand, y: Operand) -> Expression:
    return Call("min", (as_expression(x), as_expression(y)))


def sign(x: Expression) -> Expression:
    """x/|x|, and x itself where it is 0: the kink is seen, and nothing is divided by 0."""
    return x if evaluate(x) == 0 else x / abs(x)
