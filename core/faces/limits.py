"""What a training takes; nothing heavy, so that the command line's help and a page can say it."""

from core.errors import BadParameter

LEAST_PICTURES, LEAST_OF_VALUE = 100, 10
"""Fewer tell no value of a factor from another."""
MOST_VALUES, MOST_FACTORS = 12, 8
"""A column of more values is no factor; of more such columns a person has to choose."""
SURE = 0.8
"""How probable a value has to be where prompts say which it is."""
SIDES = (64, 96)
"""Pixels."""
MOST_EPOCHS = 10_000
MOST_SEED = 2**31 - 1


def check_seed(seed: int) -> None:
    """Raises `BadParameter` for a number that nothing can be drawn from."""
    if not 0 <= seed <= MOST_SEED:
        raise BadParameter(f"seed={seed} is not between 0 and {MOST_SEED:,}: choose another number")
