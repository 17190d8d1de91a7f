"""What is known of a model's understanding in plain words: a headline, its figures, and what to do."""

from core.formats import counted
from core.statistics import Band
from core.understanding.results import NOT_SHOWN, Match, Nearness, Understanding

HEADLINES = {
    ("captions", "well"): "{model} understands these images well",
    ("captions", "partly"): "{model} partly understands these images",
    ("captions", "hardly"): "{model} hardly understands these images",
    ("distance", "hardly"): "{model} probably hardly understands these images",
    ("distance", "perhaps"): "{model} may understand these images",
}
UNKNOWN = "Whether {model} understands these images cannot be told"
WITHOUT = f"{UNKNOWN} without captions that tell them apart"
NO_IMAGES = "There are no images here that {model} could understand"
REMEDIES = {"hardly": "Choose another model on the Data page.", NOT_SHOWN: "Bring captions, or more of them."}


def headline(found: Understanding) -> str:
    """`pocket hardly understands these images`"""
    known = NO_IMAGES if not found.images else UNKNOWN if found.match else WITHOUT
    return HEADLINES.get((found.by or "", found.verdict), known).format(model=found.model)


def figures(found: Understanding) -> str:
    """What the headline rests on, as the second half of its sentence; empty where there are no images."""
    if found.by == "captions" and found.match:
        return _of_match(found.match)
    if found.by == "distance" and found.nearness:
        return _of_nearness(found.nearness)
    return "no bundled set is embedded by this model, with which they could be compared" if found.images else ""


def remedy(found: Understanding) -> str:
    """What to do; empty where nothing needs to be done."""
    return REMEDIES.get(found.verdict, "") if found.images else ""


def in_words(found: Understanding) -> str:
    """All of it in one line."""
    sentence = ": ".join(part for part in (headline(found), figures(found)) if part)
    return " ".join(part for part in (f"{sentence}{_before(found)}.", remedy(found)) if part)


def _before(found: Understanding) -> str:
    by_captions = found.match if found.by == "captions" else None
    return f", and {_right(by_captions)}" if by_captions and not by_captions.too_few else ""


def _right(match: Match) -> str:
    return f"a right match before {100 * match.before:.0f} of 100 wrong ones (chance 50)"


def details(found: Understanding) -> str:
    """How it was measured, and how sure that is."""
    if found.by == "captions" and found.match:
        return _about_match(found.match)
    if found.by == "distance" and found.nearness:
        return _about_nearness(found.nearness)
    return "It is measured by captions, or less surely by how far the images lie from those of the bundled sets."


def _of_match(match: Match) -> str:
    if match.too_few:
        return f"{counted(match.images, 'image')} with {counted(match.captions, 'different caption')} are too few"
    top = match.image_to_text
    return (
        f"among {counted(match.captions, 'caption')} the right one comes first for {percent(top.share)} of "
        f"{_sampled(match.images, match.of)} (chance {percent(top.chance)})"
    )


def _of_nearness(near: Nearness) -> str:
    if near.too_few:
        return f"{counted(near.images, 'image')} {'is' if near.images == 1 else 'are'} too few"
    return (
        f"{near.far:,} of {_sampled(near.images, near.of)} lie farther from the bundled ones than "
        f"{percent(1 - near.expected)} of those lie from each other (chance {near.expected * near.images:.0f})"
    )


def _about_match(match: Match) -> str:
    images, captions = match.image_to_text, match.text_to_image
    return (
        f"The right image comes first for {percent(captions.share)} of the captions (chance "
        f"{percent(captions.chance)}), {_right(match)}. 95 % bands: {_band(images.band)}, {_band(captions.band)}, "
        f"{_band(match.band)}. Equal captions count as one, and so do the several captions of an image."
    )


def _about_nearness(near: Nearness) -> str:
    return (
        f"Less sure than by captions. 95 % band of the share: {_band(near.band)}. By the cosine with the nearest image "
        f"of the bundled sets {', '.join(near.sets)}, in all of the model's dimensions."
    )


def _sampled(images: int, of: int) -> str:
    sampled = f" sampled from {of:,}" if images < of else ""
    return f"{counted(images, 'image')}{sampled}"


def _band(band: Band) -> str:
    return f"{percent(band.low)} to {percent(band.high)}"


def percent(share: float) -> str:
    """In two digits: `0.23 %`, `73 %`, `100 %`."""
    return f"{100 * share:.2g} %" if share < 0.995 else "100 %"
