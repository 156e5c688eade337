"""Activation functions: value, derivative and formula side by side.

A new activation is one `Activation` in `ACTIVATIONS`; it then trains, is listed in the command's help and is explained.
Every function takes float32 inputs of ±10⁴ without overflow or NaN: e^x is only taken where x ≤ 0.
"""

import math
from collections.abc import Sequence

from pellucid.arrays import Elements, error_function, namespace
from pellucid.errors import look_up
from pellucid.expression import Expression, Number, Variable, add, constant, evaluate, functions
from pellucid.maths.activation import Activation

LEAKY_SLOPE = 0.01
SELU_SCALE = 1.0507009873554804934193349852946
SELU_ALPHA = 1.6732632423543772848170429916717
LARGE_EXPONENT = 30.0
"""From 30 on formulas are written without e^30: shown with one digit, 30 may mean 35, and e^35 squared still fits."""


def identity(z: Elements) -> Elements:
    return z


def identity_derivative(z: Elements, a: Elements) -> Elements:
    return namespace(z).ones_like(z)


def sigmoid(z: Elements) -> Elements:
    """S(z) = 1/(1 + e⁻ᶻ) = eᶻ/(eᶻ + 1): the first form for z ≥ 0, the second for z < 0, so that nothing overflows."""
    xp = namespace(z)
    small = xp.exp(-abs(z))
    return xp.where(z >= 0, 1.0, small) / (1.0 + small)


def sigmoid_derivative(z: Elements, a: Elements) -> Elements:
    return a * (1.0 - a)


def tanh(z: Elements) -> Elements:
    return namespace(z).tanh(z)


def tanh_derivative(z: Elements, a: Elements) -> Elements:
    return 1.0 - a * a


def relu(z: Elements) -> Elements:
    return namespace(z).maximum(z, 0.0)


def relu_derivative(z: Elements, a: Elements) -> Elements:
    """1 for z > 0, else 0: at the kink ReLU′(0) = 0."""
    return (z > 0).astype(z.dtype)


def leaky_relu(z: Elements) -> Elements:
    return namespace(z).maximum(z, LEAKY_SLOPE * z)


def leaky_relu_derivative(z: Elements, a: Elements) -> Elements:
    return namespace(z).where(z > 0, 1.0, LEAKY_SLOPE).astype(z.dtype)


def elu(z: Elements) -> Elements:
    xp = namespace(z)
    return xp.where(z > 0, z, xp.expm1(xp.minimum(z, 0.0)))


def elu_derivative(z: Elements, a: Elements) -> Elements:
    xp = namespace(z)
    return xp.exp(xp.minimum(z, 0.0))


def selu(z: Elements) -> Elements:
    xp = namespace(z)
    return SELU_SCALE * xp.where(z > 0, z, SELU_ALPHA * xp.expm1(xp.minimum(z, 0.0)))


def selu_derivative(z: Elements, a: Elements) -> Elements:
    xp = namespace(z)
    return SELU_SCALE * xp.where(z > 0, 1.0, SELU_ALPHA * xp.exp(xp.minimum(z, 0.0)))


def gelu(z: Elements) -> Elements:
    return 0.5 * z * (1.0 + error_function(z / math.sqrt(2.0)))


def gelu_derivative(z: Elements, a: Elements) -> Elements:
    """Φ(z) + z φ(z), with the standard normal's distribution Φ and density φ."""
    # e^(−z²/2) is 0 in float32 from |z| = 15 on; clipping keeps z² from overflowing for huge z.
    xp = namespace(z)
    density = xp.exp(-0.5 * xp.clip(z, -50.0, 50.0) ** 2) / math.sqrt(2.0 * math.pi)
    return 0.5 * (1.0 + error_function(z / math.sqrt(2.0))) + z * density


def silu(z: Elements) -> Elements:
    return z * sigmoid(z)


def silu_derivative(z: Elements, a: Elements) -> Elements:
    s = sigmoid(z)
    return s + a * (1.0 - s)


def softplus(z: Elements) -> Elements:
    """ln(1 + eᶻ) = max(z, 0) + ln(1 + e^−|z|), which cannot overflow."""
    xp = namespace(z)
    return xp.maximum(z, 0.0) + xp.log1p(xp.exp(-abs(z)))


def softplus_derivative(z: Elements, a: Elements) -> Elements:
    return sigmoid(z)


def softmax(z: Elements) -> Elements:
    """eᶻᵢ / Σₖ eᶻₖ along the last axis; taking off the largest z first changes nothing and keeps e^z at most 1."""
    exponentials = namespace(z).exp(z - z.max(axis=-1, keepdims=True))
    return exponentials / exponentials.sum(axis=-1, keepdims=True)


def log_softmax(z: Elements) -> Elements:
    """ln softmax(z), finite even where the softmax itself is 0 in floating point."""
    xp = namespace(z)
    shifted = z - z.max(axis=-1, keepdims=True)
    return shifted - xp.log(xp.exp(shifted).sum(axis=-1, keepdims=True))


def sigmoid_formula(z: Expression, layer: Sequence[Expression]) -> Expression:
    if evaluate(z) > -LARGE_EXPONENT:
        return 1 / (1 + functions.exp(-z))
    return functions.exp(z) / (functions.exp(z) + 1)


def sigmoid_derivative_formula(z: Expression, layer: Sequence[Expression]) -> Expression:
    if evaluate(z) > -LARGE_EXPONENT:
        return functions.exp(-z) / (1 + functions.exp(-z)) ** 2
    return functions.exp(z) / (functions.exp(z) + 1) ** 2


def _step_formula(z: Expression) -> Expression:
    """max(0, z)/z: 1 for z > 0 and 0 for z < 0; at the kink, where that is undefined, the constant 0."""
    return constant(0) if evaluate(z) == 0 else functions.maximum(0, z) / z


def leaky_relu_derivative_formula(z: Expression, layer: Sequence[Expression]) -> Expression:
    return constant(LEAKY_SLOPE) if evaluate(z) == 0 else LEAKY_SLOPE + 0.99 * _step_formula(z)


def elu_formula(z: Expression, layer: Sequence[Expression]) -> Expression:
    return functions.maximum(0, z) + (functions.exp(functions.minimum(0, z)) - 1)


def selu_formula(z: Expression, layer: Sequence[Expression]) -> Expression:
    negative_part = SELU_ALPHA * (functions.exp(functions.minimum(0, z)) - 1)
    return SELU_SCALE * (functions.maximum(0, z) + negative_part)


def selu_derivative_formula(z: Expression, layer: Sequence[Expression]) -> Expression:
    if evaluate(z) > 0:
        return SELU_SCALE * _step_formula(z)
    return constant(SELU_SCALE) * SELU_ALPHA * functions.exp(z)


def normal_distribution_formula(z: Expression) -> Expression:
    return (1 + functions.erf(z / functions.sqrt(constant(2)))) / 2


def gelu_derivative_formula(z: Expression, layer: Sequence[Expression]) -> Expression:
    density = functions.exp(-(z**2) / 2) / functions.sqrt(2 * Number(math.pi, symbol=Variable("π")))
    return normal_distribution_formula(z) + z * density


def silu_derivative_formula(z: Expression, layer: Sequence[Expression]) -> Expression:
    s = sigmoid_formula(z, layer)
    return s + z * sigmoid_derivative_formula(z, layer)


def softplus_formula(z: Expression, layer: Sequence[Expression]) -> Expression:
    return functions.maximum(0, z) + functions.log(1 + functions.exp(-abs(z)))


def softmax_formula(z: Expression, layer: Sequence[Expression]) -> Expression:
    """eᶻᵢ / Σₖ eᶻₖ; every exponent is lessened by the layer's largest z where that is far from 0."""
    largest = max(layer, key=evaluate)
    if abs(evaluate(largest)) < LARGE_EXPONENT:
        return functions.exp(z) / add([functions.exp(each) for each in layer])
    return functions.exp(z - largest) / add([functions.exp(each - largest) for each in layer])


def softmax_derivative_formula(z: Expression, layer: Sequence[Expression]) -> Expression:
    return softmax_formula(z, layer) * (1 - softmax_formula(z, layer))


_ALL = (
    Activation(
        name="identity",
        value=identity,
        derivative=identity_derivative,
        formula=lambda z, layer: z,
        derivative_formula=lambda z, layer: 0 * z + 1,
        limits=(-math.inf, math.inf),
        range=(-math.inf, math.inf),
        source="the output of linear regression",
        advice="It neither saturates nor dies, but adds nothing: layers of it collapse to one matrix. For the "
        "outputs of regression.",
    ),
    Activation(
        name="sigmoid",
        value=sigmoid,
        derivative=sigmoid_derivative,
        formula=sigmoid_formula,
        derivative_formula=sigmoid_derivative_formula,
        limits=(0.0, 1.0),
        range=(0.0, 1.0),
        source="Verhulst 1845 (the logistic function); Rumelhart, Hinton & Williams 1986 in networks",
        advice="Far from 0 it saturates: its derivative, ¼ at most, vanishes, and deep layers learn slowly. For "
        "outputs that are probabilities.",
    ),
    Activation(
        name="tanh",
        value=tanh,
        derivative=tanh_derivative,
        formula=lambda z, layer: functions.tanh(z),
        derivative_formula=lambda z, layer: 1 - functions.tanh(z) ** 2,
        limits=(-1.0, 1.0),
        range=(-1.0, 1.0),
        source="LeCun, Bottou, Orr & Müller 1998, Efficient BackProp, section 4.4",
        advice="It saturates on both sides as the sigmoid does, but is centred on 0 and steeper there, so that "
        "hidden layers learn faster.",
    ),
    Activation(
        name="relu",
        value=relu,
        derivative=relu_derivative,
        formula=lambda z, layer: functions.maximum(0, z),
        derivative_formula=lambda z, layer: _step_formula(z),
        limits=(0.0, math.inf),
        range=(0.0, math.inf),
        source="Nair & Hinton 2010",
        is_rectifier=True,
        slope="1 where z > 0, else 0",
        kinks=(0.0,),
        advice="Cheap and never saturated for z > 0; a neuron whose z is negative for every example is dead, "
        "since nothing corrects it. The usual choice for deep networks.",
    ),
    Activation(
        name="leaky-relu",
        value=leaky_relu,
        derivative=leaky_relu_derivative,
        formula=lambda z, layer: functions.maximum(z, LEAKY_SLOPE * z),
        derivative_formula=leaky_relu_derivative_formula,
        limits=(-math.inf, math.inf),
        range=(-math.inf, math.inf),
        source="Maas, Hannun & Ng 2013 (slope 0.01)",
        is_rectifier=True,
        slope="1 where z > 0, else 0.01",
        kinks=(0.0,),
        advice="A small slope on the left keeps every neuron correctable: for networks in which ReLU neurons die.",
    ),
    Activation(
        name="elu",
        value=elu,
        derivative=elu_derivative,
        formula=elu_formula,
        derivative_formula=lambda z, layer: functions.exp(functions.minimum(0, z)),
        limits=(-1.0, math.inf),
        range=(-1.0, math.inf),
        source="Clevert, Unterthiner & Hochreiter 2016 (α = 1)",
        is_rectifier=True,
        advice="Negative values bring the layer's mean nearer to 0; on the left it saturates at −1 without dying "
        "at once.",
    ),
    Activation(
        name="selu",
        value=selu,
        derivative=selu_derivative,
        formula=selu_formula,
        derivative_formula=selu_derivative_formula,
        limits=(-SELU_SCALE * SELU_ALPHA, math.inf),
        range=(-SELU_SCALE * SELU_ALPHA, math.inf),
        source="Klambauer, Unterthiner, Mayr & Hochreiter 2017, equation 2",
        is_rectifier=True,
        kinks=(0.0,),
        advice="Its constants keep mean 0 and variance 1 from layer to layer if the weights start as "
        "lecun-normal: for deep networks.",
    ),
    Activation(
        name="gelu",
        value=gelu,
        derivative=gelu_derivative,
        formula=lambda z, layer: z * normal_distribution_formula(z),
        derivative_formula=gelu_derivative_formula,
        limits=(0.0, math.inf),
        range=(-0.16997120747990369, math.inf),
        source="Hendrycks & Gimpel 2016 (exact, with erf)",
        is_rectifier=True,
        advice="A ReLU without a kink that lets slightly negative z through; far on the left it dies as ReLU "
        "does. Usual in transformers.",
    ),
    Activation(
        name="silu",
        value=silu,
        derivative=silu_derivative,
        formula=lambda z, layer: z * sigmoid_formula(z, layer),
        derivative_formula=silu_derivative_formula,
        limits=(0.0, math.inf),
        range=(-0.27846454276107379, math.inf),
        source="Elfwing, Uchibe & Doya 2018; Ramachandran, Zoph & Le 2017 (swish)",
        is_rectifier=True,
        advice="A ReLU without a kink, cheaper than GELU; far on the left its derivative vanishes.",
    ),
    Activation(
        name="softplus",
        value=softplus,
        derivative=softplus_derivative,
        formula=softplus_formula,
        derivative_formula=sigmoid_formula,
        limits=(0.0, math.inf),
        range=(0.0, math.inf),
        source="Dugas, Bengio, Bélisle, Nadeau & Garcia 2001",
        advice="A ReLU without a kink that is never quite 0; far on the left its derivative vanishes. For outputs "
        "that must be positive.",
    ),
    Activation(
        name="softmax",
        value=softmax,
        derivative=sigmoid_derivative,
        formula=softmax_formula,
        derivative_formula=softmax_derivative_formula,
        limits=(0.0, 1.0),
        range=(0.0, 1.0),
        source="Bridle 1990",
        is_elementwise=False,
        advice="Where one z is far above the others it saturates and all derivatives vanish, unless cross-entropy "
        "cancels them. For the outputs of classification.",
    ),
)
ACTIVATIONS = {activation.name: activation for activation in _ALL}


def find_activation(name: str | Activation) -> Activation:
    """The activation of that name; an `Activation` of one's own is taken as it is.

    Raises:
        UnknownNameError: the name is not in the closed list.
    """
    return name if isinstance(name, Activation) else look_up(name, ACTIVATIONS, "activation")
