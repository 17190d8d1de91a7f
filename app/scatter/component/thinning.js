/**
 * Which points stand for their neighbourhood when there is no room for a picture of each: in every cell of a
 * grid over the map, the one that is painted first. A cell of half the size keeps it, so pictures stay when the
 * view moves or comes closer and only more of them appear.
 */
export class Thinning {
  /** @type {Map<number, Uint32Array>} level → rows */
  #levels = new Map();

  /** @param {{x: Float32Array, y: Float32Array}} points @param {Uint32Array} candidates rows, the best first */
  constructor(points, candidates) {
    this.points = points;
    this.candidates = candidates;
  }

  /** @param {number} side least side of a cell, in the map's units @returns {{rows: Uint32Array, cell: number}} one row a cell */
  at(side) {
    const level = Math.max(0, Math.min(20, Math.floor(Math.log2(2 / side))));
    if (!this.#levels.has(level)) this.#levels.set(level, this.#pick(2 ** level));
    return { rows: this.#levels.get(level), cell: 2 / 2 ** level };
  }

  #pick(cells) {
    const taken = new Set();
    const rows = [];
    for (const row of this.candidates) {
      const line = Math.floor(((this.points.y[row] + 1) / 2) * cells);
      const cell = line * (cells + 1) + Math.floor(((this.points.x[row] + 1) / 2) * cells);
      if (taken.has(cell)) continue;
      taken.add(cell);
      rows.push(row);
    }
    return Uint32Array.from(rows);
  }
}
