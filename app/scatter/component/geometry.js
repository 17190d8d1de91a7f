/** @typedef {import("./data.js").Geometry} Geometry */
import { IMAGE } from "./data.js";

/** @param {Geometry} points @returns {[number, number, number, number]} x0, y0, x1, y1 around them all */
export function bounds({ x, y, count }) {
  if (count === 0) return [-1, -1, 1, 1];
  const box = /** @type {[number, number, number, number]} */ ([Infinity, Infinity, -Infinity, -Infinity]);
  for (let row = 0; row < count; row++) {
    box[0] = Math.min(box[0], x[row]);
    box[1] = Math.min(box[1], y[row]);
    box[2] = Math.max(box[2], x[row]);
    box[3] = Math.max(box[3], y[row]);
  }
  return box;
}

/**
 * @param {Geometry} points
 * @returns {Int32Array} the row of the same item in the other modality, or -1; where an item is drawn in several
 *   spaces side by side, the first with the first
 */
export function partners({ item, modality, count }) {
  const items = item.reduce((most, each) => Math.max(most, each), -1) + 1;
  const single = [new Int32Array(items).fill(-1), new Int32Array(items).fill(-1)];
  const partner = new Int32Array(count).fill(-1);
  for (let row = 0; row < count; row++) {
    const [mine, others] = modality[row] === IMAGE ? single : [single[1], single[0]];
    const other = others[item[row]];
    if (other < 0) mine[item[row]] = row;
    else [partner[row], partner[other], others[item[row]]] = [other, row, -1];
  }
  return partner;
}
