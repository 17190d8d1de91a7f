"""Sufficient statistics of clusters and their parts: from the rows, after splits and after merges."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from core.clustering.deep.members import Members
from core.clustering.deep.niw import NormalInverseWishart, Statistics
from core.clustering.deep.preparation import Prepared
from core.clustering.deep.split_merge import Merge


def block_statistics(
    data: Prepared,
    prior: NormalInverseWishart,
    members: Members,
    parts: int,
    weights: Callable[[Tensor, Tensor], Tensor],
) -> Statistics:
    """Statistics (K, parts) of clusters cut in parts; `weights` gives (A, B, parts) for rows
    (A, B, D) of A clusters, numbered (A,).
    """
    flat, shape = Statistics.zeros(members.clusters * parts, prior), (members.clusters, parts)
    found = Statistics(*(each.view(*shape, *each.shape[1:]) for each in flat))
    for block in members.blocks(data.rows.shape[1]):
        x = data.rows[block.rows]
        inside = weights(x, block.clusters).to(x) * block.inside[..., None]
        found[block.clusters] += Statistics.of_blocks(x, inside, data.diagonal)
    return found


def merged(clusters: Statistics, first: Tensor, second: Tensor) -> Statistics:
    """Statistics in which each first cluster of a pair has taken in the second, whose own stay."""
    result = Statistics(*(each.clone() for each in clusters))
    result[first] = clusters[first] + clusters[second]
    return result


def grown(parts: Statistics, split: Tensor) -> Statistics:
    """Statistics of the clusters after splits: (K, 2) → (K + S); first parts stay in place, second parts go last."""
    whole = parts.pooled()
    whole[split] = parts[split, 0]
    return Statistics(*(torch.cat(each) for each in zip(whole, parts[split, 1], strict=True)))


def split_records(epoch: int, split: Tensor, parts: Statistics, log_ratios: Tensor) -> list[dict[str, Any]]:
    """What a history keeps of accepted splits: when, which cluster, the sizes of its parts and log H."""
    return [
        {
            "epoch": epoch,
            "cluster": index,
            "sizes": parts.counts[index].round().long().tolist(),
            "log_ratio": float(log_ratios[index]),
        }
        for index in split.tolist()
    ]


def merge_record(epoch: int, merge: Merge, clusters: Statistics) -> dict[str, Any]:
    """What a history keeps of an accepted merge: when, which clusters, their sizes and log H."""
    pair = [merge.first, merge.second]
    sizes = clusters.counts[pair].round().long().tolist()
    return {"epoch": epoch, "clusters": pair, "sizes": sizes, "log_ratio": merge.log_ratio}
