"""The media that a derivation is shown in."""
