/** A uniform grid over the points: who is nearest, who is inside. Built in one pass, 4 bytes a point. */
export class Grid {
  /** @param {Float32Array} x in [-1, 1] @param {Float32Array} y in [-1, 1] */
  constructor(x, y) {
    this.x = x;
    this.y = y;
    this.side = Math.max(1, Math.min(1024, Math.ceil(Math.sqrt(x.length / 2))));
    this.starts = new Uint32Array(this.side * this.side + 1);
    this.rows = new Uint32Array(x.length);
    this.#sort();
  }

  #sort() {
    const { x, y, starts, rows } = this;
    const cells = new Uint32Array(x.length);
    for (let row = 0; row < x.length; row++) {
      cells[row] = this.cell(y[row]) * this.side + this.cell(x[row]);
      starts[cells[row] + 1]++;
    }
    for (let cell = 1; cell < starts.length; cell++) starts[cell] += starts[cell - 1];
    const next = starts.slice();
    for (let row = 0; row < x.length; row++) rows[next[cells[row]]++] = row;
  }

  /** @param {number} value @returns {number} the column or line of the grid that holds it */
  cell(value) {
    return Math.max(0, Math.min(this.side - 1, Math.floor(((value + 1) / 2) * this.side)));
  }

  /**
   * Calls `visit(row)` for each point of the rectangle.
   * @param {[number, number, number, number]} box x0, y0, x1, y1 @param {(row: number) => void} visit
   */
  inside([x0, y0, x1, y1], visit) {
    const { x, y, starts, rows } = this;
    const left = this.cell(x0);
    const right = this.cell(x1);
    for (let line = this.cell(y0); line <= this.cell(y1); line++) {
      const end = starts[line * this.side + right + 1];
      for (let at = starts[line * this.side + left]; at < end; at++) {
        const row = rows[at];
        if (x[row] >= x0 && x[row] <= x1 && y[row] >= y0 && y[row] <= y1) visit(row);
      }
    }
  }

  /** @param {[number, number, number, number]} box @returns {number} points in the cells that the box touches: never too few */
  atMost([x0, y0, x1, y1]) {
    const left = this.cell(x0);
    const right = this.cell(x1);
    let count = 0;
    for (let line = this.cell(y0); line <= this.cell(y1); line++) {
      count += this.starts[line * this.side + right + 1] - this.starts[line * this.side + left];
    }
    return count;
  }

  /**
   * @param {number} x @param {number} y @param {number} radius
   * @param {(row: number) => boolean} accept @returns {number} the nearest accepted row, or -1
   */
  nearest(x, y, radius, accept = () => true) {
    let best = -1;
    let least = radius * radius;
    this.inside([x - radius, y - radius, x + radius, y + radius], (row) => {
      const distance = (this.x[row] - x) ** 2 + (this.y[row] - y) ** 2;
      if (distance <= least && accept(row)) {
        least = distance;
        best = row;
      }
    });
    return best;
  }

  /**
   * @param {[number, number][]} polygon corners in the points' coordinates
   * @returns {number[]} rows inside, even-odd rule
   */
  within(polygon) {
    const box = /** @type {[number, number, number, number]} */ ([Infinity, Infinity, -Infinity, -Infinity]);
    for (const [x, y] of polygon) {
      box[0] = Math.min(box[0], x);
      box[1] = Math.min(box[1], y);
      box[2] = Math.max(box[2], x);
      box[3] = Math.max(box[3], y);
    }
    const rows = [];
    this.inside(box, (row) => {
      if (isInside(polygon, this.x[row], this.y[row])) rows.push(row);
    });
    return rows;
  }
}

/** @param {[number, number][]} polygon @param {number} x @param {number} y */
function isInside(polygon, x, y) {
  let inside = false;
  for (let at = 0, before = polygon.length - 1; at < polygon.length; before = at++) {
    const [ax, ay] = polygon[at];
    const [bx, by] = polygon[before];
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside;
  }
  return inside;
}
