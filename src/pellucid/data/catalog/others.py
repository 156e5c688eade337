"""The named sets of sounds, texts and tables: speech, messages, opinions, incomes, penguins."""

from types import MappingProxyType

from pellucid.data.catalog.entry import NamedSet, PublishedFile
from pellucid.data.catalog.pictures import TEN_DIGITS
from pellucid.data.sources.reading import Reading

SPEAKERS = ("george", "jackson", "lucas", "nicolas", "theo", "yweweler")
UNSEEN = "unseen-"
RECORDINGS_FILE = "recordings.zip"


def next_speaker(speaker: str) -> str:
    """The one after in alphabetical order; after the last comes the first."""
    return SPEAKERS[(SPEAKERS.index(speaker) + 1) % len(SPEAKERS)]


SPOKEN_DIGITS = NamedSet(
    name="spoken-digits",
    title="Free Spoken Digit Dataset: ten digits in English by six speakers",
    n_samples=3_000,
    classes=TEN_DIGITS,
    licence="CC BY-SA 4.0 (Z. Jackson and others)",
    page="https://github.com/Jakobovski/free-spoken-digit-dataset",
    kind="sounds",
    folder="fsdd",
    files=(
        PublishedFile(RECORDINGS_FILE, 16_157_653, "7e653241b4d3d5b98fcad8348ea1202f6194efde2c059c1ac6cf62a367315841"),
    ),
    how_to=(
        "get the repository https://github.com/Jakobovski/free-spoken-digit-dataset (Code, Download ZIP) and pack its "
        "folder recordings, with the 3,000 WAV files, into a zip file of that name"
    ),
    splits=MappingProxyType(
        {
            "official": "the publisher's: of each speaker the recordings 0 to 4 of each digit test",
            **{
                f"{UNSEEN}{speaker}": f"{speaker} tests, {next_speaker(speaker)} validates, the other four train"
                for speaker in SPEAKERS
            },
        }
    ),
)

MESSAGES_FILE = "SMSSpamCollection"
SMS_SPAM = NamedSet(
    name="sms-spam",
    title="SMS Spam Collection: text messages, wanted or not",
    n_samples=5_574,
    classes=("ham", "spam"),
    licence="free of charge and without limitations, by its readme (T. A. Almeida and J. M. Gómez Hidalgo)",
    page="https://archive.ics.uci.edu/dataset/228/sms+spam+collection",
    kind="text",
    reading=Reading(encoding={"counts": "logarithmic"}),
    files=(PublishedFile(MESSAGES_FILE, 477_907, "7d039a24a6083ed9ef0f806ebad56bbb976e3aeb8de05669173bfdc4996c239d"),),
    how_to=(
        "get the zip file from https://archive.ics.uci.edu/dataset/228/sms+spam+collection and take that file out of it"
    ),
)

SENTENCE_FILES = ("amazon_cells_labelled.txt", "imdb_labelled.txt", "yelp_labelled.txt")
SENTIMENT = NamedSet(
    name="sentiment",
    title="Sentiment Labelled Sentences: opinions on goods, films and restaurants",
    n_samples=3_000,
    classes=("negative", "positive"),
    licence="none in the files (the authors ask to cite D. Kotzias and others, KDD 2015)",
    page="https://archive.ics.uci.edu/dataset/331/sentiment+labelled+sentences",
    kind="text",
    # The sentences are few: once the choices are made on validation data, the network learns from these too.
    reading=Reading(validation=0.0, encoding={"words": "2", "characters": "3-5", "vocabulary": "20000"}),
    folder="sentiment-sentences",
    files=(
        PublishedFile(SENTENCE_FILES[0], 58_226, "47003fc0a0d4840b00e96e715b6189bad09e7443a3da41c4cbe12ffc79f86ae3"),
        PublishedFile(SENTENCE_FILES[1], 85_276, "29cb10b2bfbc60ea33dcbd5abaa8bcf977b142cec7926c627dd76232aaafbfed"),
        PublishedFile(SENTENCE_FILES[2], 61_320, "c76468b7b5c6e56a0804d728345c5f84aa2142ddb214420f61cc9cfd4c00d2ea"),
    ),
    how_to=(
        "get the zip file from https://archive.ics.uci.edu/dataset/331/sentiment+labelled+sentences and take those "
        "files out of it"
    ),
)

ADULT_TRAIN_FILE, ADULT_TEST_FILE = "adult.data", "adult.test"
ADULT = NamedSet(
    name="adult",
    title="Adult (census income): who earns over 50,000 dollars a year",
    n_samples=48_842,
    classes=("<=50K", ">50K"),
    licence="none in the files; CC BY 4.0 as its page states it (B. Becker and R. Kohavi)",
    page="https://archive.ics.uci.edu/dataset/2/adult",
    kind="table",
    reading=Reading(label="income"),
    files=(
        PublishedFile(ADULT_TRAIN_FILE, 3_974_305, "5b00264637dbfec36bdeaab5676b0b309ff9eb788d63554ca0a249491c86603d"),
        PublishedFile(ADULT_TEST_FILE, 2_003_153, "a2a9044bc167a35b2361efbabec64e89d69ce82d9790d2980119aac5fd7e9c05"),
    ),
    addresses=("https://archive.ics.uci.edu/ml/machine-learning-databases/adult/",),
)

PENGUINS_FILE = "penguins.csv"
PENGUINS = NamedSet(
    name="penguins",
    title="Palmer penguins: three species by their measures",
    n_samples=344,
    classes=("Adelie", "Chinstrap", "Gentoo"),
    licence="CC0 1.0 (K. Gorman, A. Horst and A. Hill)",
    page="https://github.com/allisonhorst/palmerpenguins",
    kind="table",
    reading=Reading(label="species"),
    files=(PublishedFile(PENGUINS_FILE, 15_241, "f204db2c753b0937caac3cb35258562c14f073e4bbc76be24b4c51ce22767a93"),),
    addresses=("https://raw.githubusercontent.com/allisonhorst/palmerpenguins/main/inst/extdata/",),
)
