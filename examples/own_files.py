"""Makes the files that the documents learn from, in the present folder: a table, pictures, a zip of sounds, arrays.

Run it with: python examples/own_files.py
"""

import csv
import io
import math
import random
import wave
import zipfile
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

HOUSES, SHAPES, SOUNDS, MAZUR = "houses.csv", "shapes", "birds.zip", "mazur.npz"
DISTRICTS = {"harbour": 60_000, "old town": 110_000, "hills": 210_000, "station": 10_000}
N_HOUSES, N_PICTURES, N_SOUNDS = 1_000, 100, 60
RATE_HZ = 8_000


def make_houses(path: Path, generator: random.Random) -> None:
    """A table: what a house is like, what it costs, and whether it was sold within a month. Some cells are empty."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["area", "rooms", "built", "district", "garden", "offered", "price", "sold"])
        for _ in range(N_HOUSES):
            area = generator.randint(40, 220)
            rooms = max(1, round(area / 28 + generator.gauss(0, 0.7)))
            district = generator.choice(list(DISTRICTS))
            garden = generator.random() < 0.4
            month, day = generator.randint(1, 12), generator.randint(1, 28)
            worth = DISTRICTS[district] + 2_000 * area + 30_000 * garden
            price = round(worth * generator.uniform(0.7, 1.3), -3)
            sold = "yes" if price / worth + generator.gauss(0, 0.04) < 1 else "no"
            built = "" if generator.random() < 0.08 else generator.randint(1900, 2024)
            offered = f"2025-{month:02}-{day:02}"
            writer.writerow([area, rooms, built, district, "yes" if garden else "no", offered, int(price), sold])


def make_shapes(folder: Path, generator: random.Random) -> None:
    """Pictures of circles, squares and triangles in many colours and two sizes, one sub-folder a class."""
    for kind in ("circle", "square", "triangle"):
        (folder / kind).mkdir(parents=True)
        for number in range(N_PICTURES):
            side = generator.choice([48, 64])
            picture = Image.new("RGB", (side, side), tuple(generator.randint(170, 255) for _ in range(3)))
            radius = generator.uniform(0.25, 0.42) * side
            x, y = (side / 2 + generator.uniform(-0.08, 0.08) * side for _ in range(2))
            ink = tuple(generator.randint(0, 120) for _ in range(3))
            draw = ImageDraw.Draw(picture)
            if kind == "circle":
                draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=ink)
            else:
                corners = 4 if kind == "square" else 3
                turn = generator.uniform(-0.4, 0.4) + (math.pi / 4 if kind == "square" else -math.pi / 2)
                angles = [turn + 2 * math.pi * k / corners for k in range(corners)]
                draw.polygon([(x + radius * math.cos(a), y + radius * math.sin(a)) for a in angles], fill=ink)
            picture.save(folder / kind / f"{number:03}.png")


def make_sounds(path: Path, generator: random.Random) -> None:
    """Chirps of two birds, one whose tone rises and one whose tone falls; the bird stands in the file's name."""
    with zipfile.ZipFile(path, "w") as archive:
        for kind in ("rising", "falling"):
            for number in range(N_SOUNDS):
                length = int(RATE_HZ * generator.uniform(0.3, 0.6))
                low, high = generator.uniform(500, 900), generator.uniform(1_500, 2_500)
                start, end = (low, high) if kind == "rising" else (high, low)
                phase, samples = 0.0, bytearray()
                for k in range(length):
                    phase += 2 * math.pi * (start + (end - start) * k / length) / RATE_HZ
                    value = 0.5 * math.sin(phase) * math.sin(math.pi * k / length) + generator.gauss(0, 0.02)
                    samples += int(32_767 * max(-1.0, min(1.0, value))).to_bytes(2, "little", signed=True)
                buffer = io.BytesIO()
                with wave.open(buffer, "wb") as sound:
                    sound.setnchannels(1)
                    sound.setsampwidth(2)
                    sound.setframerate(RATE_HZ)
                    sound.writeframes(bytes(samples))
                archive.writestr(f"{kind}_{number:02}.wav", buffer.getvalue())


def make(folder: Path) -> None:
    """Makes all of them in that folder; the same files every time."""
    make_houses(folder / HOUSES, random.Random(1))  # noqa: S311 - no secrets
    make_shapes(folder / SHAPES, random.Random(2))  # noqa: S311
    make_sounds(folder / SOUNDS, random.Random(3))  # noqa: S311
    np.savez(folder / MAZUR, x=np.array([[0.05, 0.10]]), y=np.array([[0.01, 0.99]]))


if __name__ == "__main__":
    make(Path())
