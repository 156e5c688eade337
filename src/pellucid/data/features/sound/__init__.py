"""Sounds: from a file to a spectrogram of one size."""

from pellucid.data.features.sound.encoder import SoundEncoder
from pellucid.data.features.sound.learn import learn_sound_encoder

__all__ = ["SoundEncoder", "learn_sound_encoder"]
