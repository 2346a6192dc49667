"""Pairs are checked before training, and crops are a function of their number."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from clfnet.errors import ConfigError, ImageError, InputError, PairingError
from clfnet.io.image import Image, write_image
from clfnet.training.config import DataConfig, DistillDataConfig
from clfnet.training.dataset import Crops, Pair, RandomCrops, load_pairs, load_sets

PairMaker = Callable[..., Pair]


@pytest.fixture
def data(folders: tuple[Path, Path]) -> DataConfig:
    return DataConfig((str(folders[0]),), (str(folders[1]),), crop=16, stride=8, augment=True)


@pytest.fixture
def crops(data: DataConfig, textured_pair: PairMaker) -> Crops:
    return Crops([textured_pair(0), textured_pair(1, 50, 64)], data, seed=7)


def test_a_batch_has_its_shape_and_range(crops: Crops) -> None:
    infrared, visible = crops.batch(0, len(crops))
    for images in (infrared, visible):
        assert images.shape == (len(crops), 1, 16, 16)
        assert images.dtype == torch.float32
        assert -1 <= images.min() < -0.5
        assert 0.5 < images.max() <= 1


def test_levels_0_and_255_are_minus_one_and_one(data: DataConfig) -> None:
    black, white = np.zeros((16, 16), np.uint8), np.full((16, 16), 255, np.uint8)
    infrared, visible = Crops([Pair("p", black, white)], data, seed=0).batch(0, 1)
    assert (infrared == -1).all()
    assert (visible == 1).all()


def test_a_batch_depends_on_its_numbers_alone(data: DataConfig, textured_pair: PairMaker) -> None:
    pairs = [textured_pair(0), textured_pair(1)]
    crops = Crops(pairs, data, seed=7)
    numbers = [3, 4, 5, len(crops) - 1, len(crops), len(crops) + 1, 5 * len(crops)]
    forth = {n: crops.batch(n, 2) for n in numbers}
    back = {n: crops.batch(n, 2) for n in reversed(numbers)}
    for n in numbers:
        fresh = Crops(pairs, data, seed=7)
        singles = [fresh.batch(n + i, 1) for i in range(2)]
        for modality in range(2):
            assert torch.equal(forth[n][modality], back[n][modality])
            assert torch.equal(
                forth[n][modality], torch.cat([single[modality] for single in singles])
            )


def test_an_epoch_shows_every_crop_once_and_each_in_its_own_order() -> None:
    # every 16×16 block has a level of its own, which names the crop
    levels = np.arange(18, dtype=np.uint8).reshape(2, 3, 3) * 10
    images = np.kron(levels, np.ones((1, 16, 16), np.uint8))
    pairs = [Pair(str(i), image, image) for i, image in enumerate(images)]
    data = DataConfig((), (), crop=16, stride=16, augment=True)

    def order(seed: int, epoch: int) -> list[int]:
        shown = Crops(pairs, data, seed).batch(18 * epoch, 18)[0]
        assert (shown.amax((1, 2, 3)) == shown.amin((1, 2, 3))).all()  # a crop is one block
        return ((shown[:, 0, 0, 0] + 1) * 127.5 / 10).round().int().tolist()

    orders = [order(seed, epoch) for seed in (0, 1) for epoch in range(3)]
    assert all(sorted(shown) == list(range(18)) for shown in orders)
    assert len({tuple(shown) for shown in orders}) == len(orders)


def test_pairs_stay_aligned_under_augmentation(data: DataConfig, textured_pair: PairMaker) -> None:
    image = textured_pair(0).infrared
    same = Crops([Pair("same", image, image)], data, seed=3)
    negative = Crops([Pair("negative", image, 255 - image)], data, seed=3)
    for first in (0, len(same), 2 * len(same)):
        infrared, visible = same.batch(first, len(same))
        assert torch.equal(infrared, visible)
        infrared, visible = negative.batch(first, len(same))
        torch.testing.assert_close(infrared, -visible)


def test_augmentation_shows_the_eight_symmetries_of_the_plain_crops(
    data: DataConfig, textured_pair: PairMaker
) -> None:
    pairs = [textured_pair(0)]
    plain = Crops(pairs, replace(data, augment=False), seed=3).batch(0, 200)[0][:, 0].numpy()
    augmented = Crops(pairs, data, seed=3).batch(0, 200)[0][:, 0].numpy()
    shown = set()
    for before, after in zip(plain, augmented, strict=True):
        turned = [np.rot90(image, k) for image in (before, before[:, ::-1]) for k in range(4)]
        (which,) = [i for i, image in enumerate(turned) if np.array_equal(image, after)]
        shown.add(which)
    assert shown == set(range(8))


def test_crops_are_cut_from_the_pair(data: DataConfig, textured_pair: PairMaker) -> None:
    pair = textured_pair(0)
    infrared, visible = Crops([pair], replace(data, augment=False), seed=0).batch(0, 25)
    found = set()
    for cuts in zip(infrared, visible, strict=True):
        levels = [np.rint((cut[0].numpy() + 1) * 127.5).astype(np.uint8) for cut in cuts]
        for y in range(0, 33, 8):
            for x in range(0, 33, 8):
                places = [image[y : y + 16, x : x + 16] for image in (pair.infrared, pair.visible)]
                if all(map(np.array_equal, places, levels)):
                    found.add((y, x))
    assert len(found) == 25


def test_held_out_pairs_are_not_trained_on(data: DataConfig) -> None:
    train, held_out = load_pairs(replace(data, held_out=("b",)))
    assert [pair.name for pair in train] == ["a", "c"]
    assert [pair.name for pair in held_out] == ["b"]
    assert [pair.name for pair in load_pairs(data)[0]] == ["a", "b", "c"]
    assert load_pairs(data)[1] == []


def test_colour_and_depth_become_grey_uint8(data: DataConfig, folders: tuple[Path, Path]) -> None:
    write_image(folders[0] / "d.png", Image(np.full((48, 48), 257 * 99, np.uint16)))
    write_image(folders[1] / "d.png", Image(np.full((48, 48, 3), (255, 0, 0), np.uint8)))
    pair = load_pairs(data)[0][-1]
    assert pair.infrared.dtype == pair.visible.dtype == np.uint8
    assert (pair.infrared == 99).all()
    assert (pair.visible == 76).all()


def test_a_missing_partner_is_named(data: DataConfig, folders: tuple[Path, Path]) -> None:
    (folders[0] / "b.png").unlink()
    (folders[1] / "c.png").unlink()
    with pytest.raises(PairingError, match=r"ir/c\.png, \S+vi/b\.png have none"):
        load_pairs(data)


def test_every_bad_pair_is_named_at_once(
    data: DataConfig, folders: tuple[Path, Path], textured_pair: PairMaker
) -> None:
    (folders[1] / "a.png").write_bytes((folders[1] / "a.png").read_bytes()[:200])
    write_image(folders[0] / "b.png", Image(textured_pair(1, 48, 50).infrared), overwrite=True)
    for folder in folders:
        write_image(folder / "d.png", Image(textured_pair(1, 60, 15).infrared))
    with pytest.raises(ImageError, match="3 pairs cannot be trained on") as caught:
        load_pairs(data)
    message = str(caught.value)
    assert str(folders[1] / "a.png") in message
    assert "b: infrared is 50x48 but visible is 48x48." in message
    assert "d: 15x60 is smaller than a crop of 16x16." in message
    assert "\n" not in message
    assert "c: " not in message


def test_a_held_out_pair_too_small_for_vif_is_named(
    data: DataConfig, folders: tuple[Path, Path], textured_pair: PairMaker
) -> None:
    for folder in folders:
        write_image(folder / "d.png", Image(textured_pair(1, 60, 40).infrared))
    assert len(load_pairs(data)[0]) == 4  # it may be trained on
    with pytest.raises(ImageError, match="d: 40x60 is too small to validate on, VIF needs 41"):
        load_pairs(replace(data, held_out=("d",)))


def test_unknown_held_out_stems_are_named(data: DataConfig) -> None:
    with pytest.raises(ConfigError, match=r"`data.held_out` names \['x', 'y'\], which are not"):
        load_pairs(replace(data, held_out=("y", "a", "x")))


def test_something_must_be_left_to_train_on(data: DataConfig) -> None:
    with pytest.raises(ConfigError, match="must leave something to train on"):
        load_pairs(replace(data, held_out=("a", "b", "c")))


def test_a_crop_larger_than_a_pair_is_an_input_error(data: DataConfig) -> None:
    with pytest.raises(InputError, match="3 pairs"):
        load_pairs(replace(data, crop=64))


@pytest.fixture
def sets(folders: tuple[Path, Path]) -> DistillDataConfig:
    infrared, visible = map(str, folders)
    return DistillDataConfig((infrared, visible), (visible, infrared), crop=16)


def test_a_stem_is_held_out_in_every_set(sets: DistillDataConfig) -> None:
    (first, second), held_out = load_sets(replace(sets, held_out=("b",)))
    assert [pair.name for pair in first] == [pair.name for pair in second] == ["a", "c"]
    assert [pair.name for pair in held_out] == ["b", "b"]
    assert np.array_equal(first[0].infrared, second[0].visible)
    assert np.array_equal(held_out[0].visible, held_out[1].infrared)


def test_bad_pairs_of_all_sets_are_named_at_once(
    sets: DistillDataConfig, folders: tuple[Path, Path]
) -> None:
    (folders[1] / "a.png").write_bytes(b"broken")
    with pytest.raises(ImageError, match="2 pairs cannot be trained on"):
        load_sets(sets)


Random = Callable[..., RandomCrops]


@pytest.fixture
def random_crops(sets: DistillDataConfig, textured_pair: PairMaker) -> Random:
    """Make crops of two pairs and of targets that say where a crop lies: 256 · y + x."""
    pairs = [textured_pair(0), textured_pair(1, 50, 64)]
    grids = [np.indices(pair.infrared.shape) for pair in pairs]
    targets = [np.asarray(256 * y + x, np.uint16) for y, x in grids]

    def make(
        *, weights: tuple[float, float] = (1.0, 1.0), seed: int = 7, augment: bool = False
    ) -> RandomCrops:
        return RandomCrops(pairs, targets, weights, replace(sets, augment=augment), seed)

    return make


def test_random_crops_depend_on_their_numbers_alone(random_crops: Random) -> None:
    crops = random_crops(augment=True)
    forth = [crops.batch(n, 3) for n in (0, 5, 1000)]
    back = [random_crops(augment=True).batch(n, 3) for n in (1000, 5, 0)][::-1]
    for one, other in zip(forth, back, strict=True):
        assert all(map(torch.equal, one, other))
        for images in one:
            assert images.shape == (3, 1, 16, 16)
            assert images.dtype == torch.float32
            assert -1 <= images.min() < images.max() <= 1
    assert torch.equal(crops.batch(5, 3)[0][1:], crops.batch(6, 2)[0])
    assert not torch.equal(crops.batch(0, 3)[0], random_crops(seed=8).batch(0, 3)[0])


@pytest.mark.parametrize("augment", [False, True])
def test_random_crops_are_of_one_place(
    random_crops: Random, textured_pair: PairMaker, augment: bool
) -> None:
    """The target's levels say which pixels both sources must have."""
    pairs = [textured_pair(0), textured_pair(1, 50, 64)]
    for images in zip(*random_crops(augment=augment).batch(0, 60), strict=True):
        infrared, visible = (np.rint((i[0].numpy() + 1) * 127.5).astype(int) for i in images[:2])
        y, x = np.divmod(np.rint((images[2][0].numpy().astype(float) + 1) * 32767.5), 256)
        inside = [
            p for p in pairs if y.max() < p.infrared.shape[0] and x.max() < p.infrared.shape[1]
        ]
        place = y.astype(int), x.astype(int)
        assert any(
            np.array_equal(pair.infrared[place], infrared)
            and np.array_equal(pair.visible[place], visible)
            for pair in inside
        )
        assert augment or (np.diff(y, axis=0) == 1).all()


def test_pairs_are_drawn_by_their_area_and_weight(random_crops: Random) -> None:
    def share(weights: tuple[float, float]) -> float:
        targets = random_crops(weights=weights).batch(0, 600)[2]
        assert targets.shape[0] == 600
        first = random_crops(weights=(1.0, 1e-12)).batch(0, 600)[2]
        # places are drawn after the pair by the same generator: equal if of the first pair
        return float((targets == first).all(-1).all(-1).float().mean())

    area = 48 * 48, 50 * 64
    for weights in ((1.0, 1.0), (4.0, 1.0)):
        wanted = weights[0] * area[0] / (weights[0] * area[0] + weights[1] * area[1])
        assert share(weights) == pytest.approx(wanted, abs=0.07)


def test_as_many_crops_as_pixels(random_crops: Random) -> None:
    assert len(random_crops()) == np.ceil((48 * 48 + 50 * 64) / 256)
