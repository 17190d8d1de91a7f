"""GroupFace: items assigned to latent groups, debiased so that each group gets its share; these make the mean aware.

Kim, Park, Roh and Shin: GroupFace: Learning latent groups and constructing group-based representations for face
recognition. CVPR 2020.

    p̃(G_k | x) = p(G_k | x) - E[p(G_k | x)] + 1/K

(the paper scales the difference by 1/K, which changes no arg max). Its mean over the training items is 1/K for every
group, so no latent group takes all. In the paper a net is trained on its own arg max as labels; on frozen embeddings
that is K-means on directions whose assignment is the arg max of p̃, and p a softmax over cosines to the prototypes c.
The paper's group-aware representation adds to an instance what its latent groups say; so here, for the group's items:

    f(G) = start(1/|G| Σ_x (x + w |x| Σ_k p̃(G_k | x) c_k))

`start` is that of the whitened mean (`core.groups.whitened_mean`); w is chosen on training classes held out.
"""

from dataclasses import dataclass, replace

from core.groups.latent import Latent, find_latent, group_aware
from core.groups.sets import GroupEmbedder, Sets, check, several
from core.groups.start import Start, start_of
from core.methods import Method, param
from core.progress import Bar, Report, silent
from core.results import Floats


@dataclass(frozen=True)
class Params:
    latent: int = param(32, "K: latent groups", minimum=2, maximum=4_096)
    temperature: float = param(0.1, "τ: how sharply an item chooses among them", minimum=0.01, maximum=10)
    seed: int = param(0, "same seed, same latent groups", minimum=0, maximum=2**31 - 1)


@dataclass(frozen=True)
class GroupFace(GroupEmbedder):
    """(G, n, D) → (G, D)."""

    start: Start
    latent: Latent
    weight: float

    def embed(self, x: Floats) -> Floats:
        said = self.latent.mixed(debiased(x, self.latent), x)
        return self.start(x.mean(axis=1) + self.weight * said)


def debiased(x: Floats, latent: Latent) -> Floats:
    """p̃: (…, D) → (…, K), sums of 1; may be below zero."""
    return latent.likely(x) - latent.expected + 1 / len(latent.expected)


def fit(sets: Sets, params: Params, report: Report = silent) -> GroupFace:
    """sets: G ≥ 2 groups of D dimensions → a `GroupFace`.

    metrics: those of the start, weight w and its gain on held-out classes over the smallest, latent_groups.
    """
    check(sets)
    sets, bar = several(sets), Bar(report, 1)
    begun = start_of(sets, params.seed, bar.aside)

    def found(some: Sets) -> Latent:
        return find_latent(some, params.latent, params.temperature, debiased, params.seed)

    made, metrics = group_aware(sets, begun, found, GroupFace, params.seed, bar.aside)
    bar.step(1, "found latent groups")
    return replace(made, metrics=metrics)


METHOD = Method("groupface", "GroupFace, debiased", Params, fit)
