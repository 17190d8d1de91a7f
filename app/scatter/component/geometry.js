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
 * Which captions belong to which image. Where an item is drawn in several spaces side by side, an image goes with the
 * captions that follow it.
 *
 * @param {Geometry} points
 * @returns {{partner: Int32Array, next: Int32Array}} partner: of an image its first caption, of a caption its image;
 *   next: of a caption the next one of the same image; -1 where there is none
 */
export function partners({ item, modality, count }) {
  const items = item.reduce((most, each) => Math.max(most, each), -1) + 1;
  const [image, last] = [new Int32Array(items).fill(-1), new Int32Array(items).fill(-1)];
  const [partner, next] = [new Int32Array(count).fill(-1), new Int32Array(count).fill(-1)];
  for (let row = 0; row < count; row++) {
    const mine = item[row];
    if (modality[row] === IMAGE) [image[mine], last[mine]] = [row, -1];
    else if (image[mine] >= 0) {
      partner[row] = image[mine];
      if (last[mine] < 0) partner[image[mine]] = row;
      else next[last[mine]] = row;
      last[mine] = row;
    }
  }
  return { partner, next };
}
