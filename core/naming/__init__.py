"""Names for groups of items: words that their captions hold and others' lack, ranked by CLIP's text where it helps."""
