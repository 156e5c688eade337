"""Texts to vectors: scikit-learn's numbers, a name for every input, and nothing that harms from a model file."""

import json
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pellucid.data.features import Features, TextEncoder
from pellucid.data.features.text import encoder as text_encoder
from pellucid.data.features.text import learn
from pellucid.data.features.text.learn import learn_text_encoder
from pellucid.data.features.text.tokens import fold, words_of
from pellucid.data.sources.reading import Reading
from pellucid.data.sources.texts import read_texts
from pellucid.errors import DataError, FormatError, InvalidValueError, UnknownNameError

TEXTS = ["Free entry! Call now", "call me now", "see you later", "Free FREE free call"]


@pytest.fixture(scope="module")
def messages(real_data: Path) -> list[str]:
    examples = read_texts(real_data / "sms-spam" / "SMSSpamCollection", Reading())
    return examples.contents(np.arange(len(examples)))


@pytest.mark.parametrize("is_logarithmic", [False, True])
def test_words_have_the_values_of_scikit_learns_tfidf(is_logarithmic: bool, messages: list[str]):
    from sklearn.feature_extraction.text import TfidfVectorizer

    messages = messages[:1500]
    counts = "logarithmic" if is_logarithmic else "plain"
    encoder = learn_text_encoder(messages, {"vocabulary": "20000", "counts": counts})
    theirs = TfidfVectorizer(
        preprocessor=fold,
        tokenizer=words_of,
        token_pattern=None,  # pyright: ignore[reportArgumentType]
        ngram_range=(1, 2),
        min_df=2,
        sublinear_tf=is_logarithmic,
    )
    expected = theirs.fit_transform(messages)
    assert set(encoder.words) == set(theirs.vocabulary_)
    columns = [theirs.vocabulary_[term] for term in encoder.words]
    np.testing.assert_allclose(encoder.encode(messages[:500]), expected[:500][:, columns].toarray(), atol=1e-6)


def test_characters_have_the_values_of_scikit_learns_tfidf_within_words(messages: list[str]):
    from sklearn.feature_extraction.text import TfidfVectorizer

    some = messages[:1500]
    encoder = learn_text_encoder(some, {"words": "0", "characters": "2-4", "vocabulary": "20000"})
    theirs = TfidfVectorizer(preprocessor=fold, analyzer="char_wb", ngram_range=(2, 4), min_df=2)
    expected = theirs.fit_transform(some)
    assert set(encoder.characters) == set(theirs.vocabulary_)
    columns = [theirs.vocabulary_[term] for term in encoder.characters]
    np.testing.assert_allclose(encoder.encode(some[:300]), expected[:300][:, columns].toarray(), atol=1e-6)


def test_all_real_messages_are_learnt_and_encoded_in_a_moment(messages: list[str]):
    began = time.perf_counter()
    encoded = learn_text_encoder(messages, {}).encode(messages)
    assert time.perf_counter() - began < 10  # under 1 s on an idle machine
    assert encoded.shape == (5_574, 4_096)
    assert encoded.dtype == np.float32


def test_the_formula_by_hand():
    encoder = learn_text_encoder(["a a b", "a c", "b"], {"words": "1", "least_texts": "1"})
    assert encoder.words == ("a", "b", "c")
    idf = np.log(4 / (1 + np.array([2, 2, 1]))) + 1
    weighed = np.array([2, 1, 0]) * idf
    np.testing.assert_allclose(encoder.encode(["a a b"])[0], weighed / np.sqrt((weighed**2).sum()), rtol=1e-6)
    assert not encoder.encode(["unknown"]).any()


def test_words_and_characters_share_the_vocabulary():
    encoder = learn_text_encoder(TEXTS * 2, {"characters": "2-3", "vocabulary": "12", "words": "1"})
    assert (len(encoder.words), len(encoder.characters)) == (6, 6)
    encoded = encoder.encode(TEXTS)
    np.testing.assert_allclose(np.linalg.norm(encoded[:, :6], axis=1), 1, rtol=1e-6)
    np.testing.assert_allclose(np.linalg.norm(encoded[:, 6:], axis=1), 1, rtol=1e-6)
    few_words = learn_text_encoder(["ab abc abcd"] * 2, {"characters": "2-4", "vocabulary": "12", "words": "1"})
    assert (len(few_words.words), len(few_words.characters)) == (3, 9)


def test_inputs_are_named_by_what_they_are():
    encoder = learn_text_encoder(TEXTS, {"words": "2", "characters": "3", "vocabulary": "40"})
    names = [encoder.input_name(index) for index in range(encoder.shape[0])]
    assert {'word "free"', 'word "call"', 'characters "fre"', 'characters "ow "'} <= set(names)
    assert 'words "call now"' in {
        encoder.input_name(k)
        for encoder in [learn_text_encoder(TEXTS, {"least_texts": "1"})]
        for k in range(encoder.shape[0])
    }
    column = names.index('word "free"')
    with_it, without_it = encoder.encode(["free call", "call"])
    assert encoder.input_value(column, with_it).startswith("TF-IDF 0.")
    assert encoder.input_value(column, without_it) == "absent"
    assert "runs of up to 2 words and of" in encoder.describe()


def test_a_person_gives_one_text_or_several():
    features = Features(learn_text_encoder(TEXTS, {}))
    one, several = features.encoded("call now"), features.encoded(["call now", "42"])
    assert one.shape == (1, features.n_features)
    np.testing.assert_array_equal(several[0], one[0])
    np.testing.assert_array_equal(features.encoded(np.array(["call now", "42"])), several)
    with pytest.raises(InvalidValueError, match="texts: one text or a list of them is required, got b'call'"):
        features.encoded(b"call")
    with pytest.raises(InvalidValueError, match="texts: one text or a list of them is required, got None in it"):
        features.encoded(["call", None])


@pytest.mark.parametrize(
    ("encoding", "message"),
    [
        ({"word": "2"}, "encoding: 'word' is not known; did you mean 'words'?"),
        ({"words": "9"}, "encoding: words: a whole number from 0 to 8 is required, got '9'"),
        ({"words": "0"}, "encoding: words or characters is required, both are 0"),
        ({"characters": "4-2"}, "encoding: characters: 0 for none, or a range such as 2-4 from 1 to 8, is required"),
        ({"characters": "2-99"}, "encoding: characters: 0 for none, or a range such as 2-4"),
        ({"vocabulary": "20001"}, "encoding: vocabulary: a whole number from 1 to 20,000 is required, got '20001'"),
        ({"counts": "log"}, "encoding: counts: one of plain, logarithmic is required, got 'log'"),
    ],
)
def test_a_choice_that_does_not_fit(encoding: dict[str, str], message: str):
    with pytest.raises((InvalidValueError, UnknownNameError)) as caught:
        learn_text_encoder(TEXTS, encoding)
    assert message in str(caught.value)


def test_texts_that_have_nothing_in_common():
    with pytest.raises(DataError, match="terms that are in at least 2 of the training texts are required, none is in"):
        learn_text_encoder(["one", "two"], {})


def test_a_vocabulary_that_the_model_file_cannot_hold_is_refused_before_training():
    texts = [" ".join(f"{k:05}" + "ü" * 50 for k in range(9000))] * 2
    with pytest.raises(InvalidValueError, match=r"may take 900,000 bytes .* \(encoding vocabulary=4500\)"):
        learn_text_encoder(texts, {"words": "1", "vocabulary": "20000"})


def test_counting_stays_within_the_memory(monkeypatch: pytest.MonkeyPatch):
    texts = [f"common {k} w{k} v{k} u{k} t{k}" for k in range(500)]
    whole = learn_text_encoder(texts, {"words": "1"})
    monkeypatch.setattr(learn, "MAX_COUNTED", 100)
    bounded = learn_text_encoder(texts, {"words": "1"})
    assert bounded.words == whole.words == ("common", "<3 digits>", "<2 digits>", "<1 digit>")


def test_a_text_without_end_is_refused(monkeypatch: pytest.MonkeyPatch):
    encoder = learn_text_encoder(TEXTS, {})
    monkeypatch.setattr(text_encoder, "MAX_CHARACTERS", 10)
    with pytest.raises(DataError, match="a text of at most 10 characters is required, it has 11"):
        encoder.encode(["x" * 11])


def test_the_model_file_has_all_of_it():
    features = Features(learn_text_encoder(TEXTS, {"characters": "2-3", "counts": "logarithmic"}))
    entries = json.loads(json.dumps(features.to_dict()))
    again = Features.from_dict(entries, features.tensors())
    assert again == features
    np.testing.assert_array_equal(again.encoded(TEXTS), features.encoded(TEXTS))


IDF = {"features.idf": np.ones(2, np.float32)}
GOOD: dict[str, Any] = {
    "kind": "text",
    "scale": 1.0,
    "shift": 0.0,
    "words": ["a", "b"],
    "characters": [],
    "longest": 1,
    "lengths": [0, 0],
    "counts": "plain",
}


@pytest.mark.parametrize(
    ("changes", "tensors", "message"),
    [
        ({"words": "ab"}, IDF, "words must be a list of at most 20,000 texts"),
        ({"words": [1, 2]}, IDF, "words must be a list of at most 20,000 texts"),
        ({"words": ["a"] * 20_001}, IDF, "words must be a list of at most 20,000 texts"),
        ({"words": ["a", "a"]}, IDF, "different terms of 1 to 60 characters are required"),
        ({"words": ["a", "b" * 61]}, IDF, "different terms of 1 to 60 characters are required"),
        ({"words": [], "characters": []}, IDF, "1 to 20,000 different terms"),
        ({"longest": 10**9}, IDF, "whole numbers from 0 to 8"),
        ({"longest": True}, IDF, "whole numbers from 0 to 8"),
        ({"lengths": [4, 2]}, IDF, "terms of up to 8 words, of 1 to 8 characters"),
        ({"lengths": {"least": 0}}, IDF, "whole numbers from 0 to 8"),
        ({"counts": ["plain"]}, IDF, "counts must be one of plain, logarithmic"),
        ({"counts": "os.system"}, IDF, "counts must be one of plain, logarithmic"),
        ({}, {}, "the tensor idf, one float32 a term, is required"),
        ({}, {"features.idf": np.ones(3, np.float32)}, "idf must hold 2 finite numbers above 0"),
        ({}, {"features.idf": np.array([1, np.nan], np.float32)}, "idf must hold 2 finite numbers above 0"),
        ({}, {"features.idf": np.ones(2)}, "the tensor idf, one float32 a term, is required"),
        ({}, {**IDF, "features.more": np.ones(2, np.float32)}, "the tensors idf are required, not more"),
        ({"module": "os"}, IDF, "the entries .* are required"),
    ],
)
def test_a_model_file_with_something_else_in_it_is_refused(
    changes: dict[str, Any], tensors: dict[str, np.ndarray], message: str
):
    assert isinstance(Features.from_dict(GOOD, IDF).encoder, TextEncoder)
    with pytest.raises(FormatError, match=message):
        Features.from_dict({**GOOD, **changes}, tensors)
