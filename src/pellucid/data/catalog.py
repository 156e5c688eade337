"""The data sets that Pellucid knows by name: what each holds, its licence, its files and who publishes them."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from pellucid.data.features import Features
from pellucid.data.readers.digits import FILE_NAME as DIGITS_FILE


@dataclass(frozen=True)
class PublishedFile:
    """A file as its publisher made it.

    Parameters:
        name: Without a folder.
        size: In bytes.
        sha256: Of its bytes, in hexadecimal.
    """

    name: str
    size: int
    sha256: str


@dataclass(frozen=True)
class NamedSet:
    """A data set that has a name in Pellucid.

    Parameters:
        name: As one types it.
        title: As one reads it.
        n_samples: Examples in all its parts.
        classes: Their names, in the order of the outputs.
        licence: Under which its publisher gives it.
        features: How a raw example becomes an input vector.
        files: All that it is read from.
        addresses: Folders on the web that hold the files, in the order to try them; none for a set that comes with
            a library.
    """

    name: str
    title: str
    n_samples: int
    classes: tuple[str, ...]
    licence: str
    features: Features
    files: tuple[PublishedFile, ...]
    addresses: tuple[str, ...] = ()


TRAIN_IMAGES, TRAIN_LABELS = "train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz"
TEST_IMAGES, TEST_LABELS = "t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz"
IDX_FILES = (TRAIN_IMAGES, TRAIN_LABELS, TEST_IMAGES, TEST_LABELS)
"""The names of the files of MNIST and of every set made in its likeness."""

TEN_DIGITS = tuple("0123456789")

_DIGITS = NamedSet(
    name="digits",
    title="Handwritten digits, 8×8 (UCI), inside scikit-learn",
    n_samples=1_797,
    classes=TEN_DIGITS,
    licence="CC BY 4.0 (E. Alpaydin and C. Kaynak, UCI Machine Learning Repository)",
    features=Features((8, 8), 1 / 16, "uci-digits"),
    files=(PublishedFile(DIGITS_FILE, 57_523, "09f66e6debdee2cd2b5ae59e0d6abbb73fc2b0e0185d2e1957e9ebb51e23aa22"),),
)

_MNIST = NamedSet(
    name="mnist",
    title="MNIST handwritten digits, 28×28",
    n_samples=70_000,
    classes=TEN_DIGITS,
    licence="CC BY-SA 3.0 as the Keras documentation states it (Y. LeCun and C. Cortes)",
    features=Features((28, 28), 1 / 255, "mnist"),
    files=(
        PublishedFile(TRAIN_IMAGES, 9_912_422, "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609"),
        PublishedFile(TRAIN_LABELS, 28_881, "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c"),
        PublishedFile(TEST_IMAGES, 1_648_877, "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6"),
        PublishedFile(TEST_LABELS, 4_542, "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6"),
    ),
    addresses=(
        "https://ossci-datasets.s3.amazonaws.com/mnist/",
        "https://storage.googleapis.com/cvdf-datasets/mnist/",
    ),
)

_FASHION_MNIST = NamedSet(
    name="fashion-mnist",
    title="Fashion-MNIST clothing, 28×28",
    n_samples=70_000,
    classes=(
        "T-shirt/top",
        "Trouser",
        "Pullover",
        "Dress",
        "Coat",
        "Sandal",
        "Shirt",
        "Sneaker",
        "Bag",
        "Ankle boot",
    ),
    licence="MIT (Zalando SE, 2017)",
    # MNIST's rule for photographs (ink, centred by its mass) is for strokes: no rule is known to make these pictures.
    features=Features((28, 28), 1 / 255, "none"),
    files=(
        PublishedFile(TRAIN_IMAGES, 26_421_880, "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84"),
        PublishedFile(TRAIN_LABELS, 29_515, "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845"),
        PublishedFile(TEST_IMAGES, 4_422_102, "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073"),
        PublishedFile(TEST_LABELS, 5_148, "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5"),
    ),
    addresses=(
        "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
        "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
    ),
)

CATALOG: Mapping[str, NamedSet] = MappingProxyType({entry.name: entry for entry in (_DIGITS, _MNIST, _FASHION_MNIST)})
