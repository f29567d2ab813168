from __future__ import annotations

from pathlib import Path

import pytest
import torch

from ..data import emoji, motion, tokenizer
from ..data.edits import SKIN_WORDS, Edits
from ..data.prompts import prompt, vocabulary
from .emoji_data import LABELS, write_emoji


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> emoji.Emoji:
    monkeypatch.setenv("FASTFLOW_TRAINING_DATA", str(write_emoji(tmp_path)))
    return emoji.load()


def test_split_is_by_label(data: emoji.Emoji) -> None:
    train, test = data.rows("train"), data.rows("test")
    assert sorted(train + test) == list(range(len(data.entries)))
    assert not {data.entries[r].label for r in train} & {data.entries[r].label for r in test}


def test_weights_share_a_label_among_its_tones_and_even_out_groups(data: emoji.Emoji) -> None:
    rows = list(range(len(data.entries)))
    weights = emoji.balanced_weights(data.entries, rows)
    by_group = {}
    for row, weight in zip(rows, weights.tolist(), strict=True):
        by_group[data.entries[row].group] = by_group.get(data.entries[row].group, 0) + weight
    # Two labels against four: by the square root.
    assert by_group["objects"] / by_group["symbols"] == pytest.approx(2**0.5)
    assert weights.sum() == pytest.approx(2**0.5 + 2)


def test_prompts_name_the_emoji_and_mostly_the_style(data: emoji.Emoji) -> None:
    generator = torch.Generator().manual_seed(0)
    drawn = [prompt(data.entries[0], "noto", generator) for _ in range(400)]
    assert 0.84 < sum("noto" in words for words in drawn) / len(drawn) < 0.96
    assert all("disc" in words or "shape" in words or "plain" in words for words in drawn)


def test_edits_change_what_their_words_say(data: emoji.Emoji) -> None:
    generator = torch.Generator().manual_seed(0)
    edits = Edits(data.entries, list(range(len(data.entries))))
    for _ in range(300):
        edit = edits.draw(3, generator)
        (before, row), (after, changed) = edit.source, edit.target
        assert data.entries[row].label == data.entries[changed].label
        assert (before != after) == (f" {emoji.STYLES[after]}" in f" {edit.instruction}")
        assert (row != changed) == (SKIN_WORDS[data.entries[changed].skin] in edit.instruction)
        assert edit.source != edit.target


def test_tokenizer_pads_cuts_and_knows_no_capitals(data: emoji.Emoji) -> None:
    words = tokenizer.train_tokenizer(vocabulary(data.entries), 300, 12)
    ids, mask = tokenizer.encode(words, ["Disc, 3D", "disc, 3d", "", "bar " * 50])
    assert ids.shape == mask.shape == (4, 12)
    assert torch.equal(ids[0], ids[1])
    assert mask[2].sum() == 2 and mask[3].all()
    assert (ids[mask == 0] == words.token_to_id(tokenizer.PAD)).all()


def test_a_still_path_of_full_size_leaves_the_picture_alone() -> None:
    picture = torch.rand(1, 3, 64, 64) * 2 - 1
    path = torch.tensor([[[0.0, 0.0, 1.0, 0.0]]])
    assert torch.allclose(motion.render(picture, path)[0, 0], picture[0], atol=1e-5)


@pytest.mark.parametrize(("kind", "axis", "sign"), [("moving right", 0, 1), ("moving left", 0, -1), ("moving down", 1, 1)])
def test_objects_move_where_the_words_say(kind: str, axis: int, sign: int) -> None:
    picture = torch.ones(1, 3, 64, 64)
    picture[:, :, 16:48, 16:48] = -1
    clip = motion.render(picture, motion.path(kind, 8, 0.5)[None])[0]
    ink = (1 - clip).mean(dim=1)
    place = torch.linspace(-1, 1, 64)
    centres = (ink.sum(dim=1 if axis == 0 else 2) * place).sum(-1) / ink.sum(dim=(1, 2))
    assert (sign * centres.diff() > 0.02).all()


def test_unknown_motions_are_refused() -> None:
    with pytest.raises(ValueError, match="available: bouncing"):
        motion.path("teleporting", 8, 0.0)


def test_labels_of_the_fixture_are_all_read(data: emoji.Emoji) -> None:
    assert {entry.label for entry in data.entries} == set(LABELS)
    assert data.images.shape == (3, 12, 3, 64, 64)
