"""Augmentation keeps shapes and ranges, and shows on white what the app shows."""

import torch

from core.recipes import augment

RED = torch.tensor([200, 30, 30, 255], dtype=torch.uint8)


def pixels() -> torch.Tensor:
    found = torch.zeros(6, 64, 64, 4, dtype=torch.uint8)
    found[:, 16:48, 16:48] = RED
    return found


def test_augmented_pictures_are_rgb_within_bounds() -> None:
    torch.manual_seed(0)
    flags = torch.ones(6, dtype=torch.bool)
    seen = augment.augment(pixels(), flags, flags)
    assert seen.shape == (6, 3, 64, 64)
    assert seen.min() >= 0
    assert seen.max() <= 1
    assert not seen.isnan().any()


def test_the_same_seed_gives_the_same_pictures() -> None:
    flags = torch.zeros(6, dtype=torch.bool)
    both = []
    for _ in range(2):
        torch.manual_seed(3)
        both.append(augment.augment(pixels(), flags, flags))
    assert torch.equal(*both)


def test_transparent_pixels_become_white() -> None:
    seen = augment.on_white(pixels())
    assert seen[0, :, 0, 0].tolist() == [1, 1, 1]
    torch.testing.assert_close(seen[0, :, 32, 32] * 255, RED[:3].float())


def test_edges_of_a_flat_picture_are_white() -> None:
    assert augment.edges(torch.full((1, 3, 8, 8), 0.4)).min() == 1


def test_edges_of_a_step_are_dark() -> None:
    step = torch.ones(1, 3, 8, 8)
    step[..., 4:] = 0
    lines = augment.edges(step)
    assert lines[0, 0, 4].min() == 0
    assert lines[0, 0, 4, 0] == 1


def test_a_hue_turned_by_nothing_is_the_same() -> None:
    turn = augment.hue_matrices(torch.zeros(2), torch.ones(2))
    torch.testing.assert_close(turn, torch.eye(3).expand(2, 3, 3), atol=1e-5, rtol=0)


def test_a_picture_that_must_not_be_mirrored_keeps_its_sides() -> None:
    torch.manual_seed(0)
    left = torch.zeros(64, 64, 64, 4, dtype=torch.uint8)
    left[:, 20:44, :16] = RED
    moved = augment.affine(left.permute(0, 3, 1, 2).float() / 255, torch.zeros(64, dtype=torch.bool), 64)[:, 3]
    shown = moved.sum((1, 2)) > 1
    assert shown.sum() > 50
    assert (moved[shown, :, :32].sum((1, 2)) > moved[shown, :, 32:].sum((1, 2))).all()


def test_a_picture_comes_out_at_the_size_asked_for() -> None:
    flags = torch.ones(len(pixels()), dtype=torch.bool)
    assert augment.augment(pixels(), flags, flags, side=48).shape[1:] == (3, 48, 48)


def test_without_strength_no_picture_loses_its_colours() -> None:
    torch.manual_seed(0)
    red = RED.expand(64, 64, 64, 4).clone()
    flags = torch.zeros(64, dtype=torch.bool)
    mild, strong = (augment.augment(red, flags, flags, strength=each)[:, :, 32, 32] for each in (0.0, 1.0))

    def is_red(seen: torch.Tensor) -> torch.Tensor:
        return (seen[:, 0] > seen[:, 1]) & (seen[:, 0] > seen[:, 2])

    assert is_red(mild).all()
    assert not is_red(strong).all()
