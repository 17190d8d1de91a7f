/**
 * What is selected and what was clicked, here and in Python. Whoever changed it last has the higher sequence number,
 * so an answer from Python that a newer lasso has overtaken is passed over.
 *
 * @typedef {{points: string, sequence: number, rows: string, clicked: number | null}} PickedMessage  rows: base64 bit mask
 */
import { packRows, unpackRows } from "./data.js";

export class Picks {
  /** @type {number[]} ascending */
  rows = [];
  /** @type {Uint8Array} 0 or 1 a row */
  mask = new Uint8Array();
  clicked = -1;
  sequence = 0;

  /** Forgets everything, for another map. @param {number} count its points */
  reset(count) {
    this.mask = new Uint8Array(count);
    this.rows = [];
    this.clicked = -1;
  }

  /** @param {Iterable<number>} rows */
  keep(rows) {
    this.mask.fill(0);
    for (const row of rows) this.mask[row] = 1;
    this.rows = [...rows].sort((a, b) => a - b);
  }

  /** @param {number[]} rows @param {"replace" | "add" | "remove"} how */
  change(rows, how) {
    const kept = new Set(how === "replace" ? [] : this.rows);
    for (const row of rows) {
      if (how === "remove") kept.delete(row);
      else kept.add(row);
    }
    this.keep(kept);
  }

  get isEmpty() {
    return this.rows.length === 0 && this.clicked < 0;
  }

  /** @param {string} points the key of the map they are rows of @returns {PickedMessage} */
  message(points) {
    this.sequence += 1;
    const clicked = this.clicked < 0 ? null : this.clicked;
    return { points, sequence: this.sequence, rows: packRows(this.rows, this.mask.length), clicked };
  }

  /** @param {PickedMessage} message @param {string} points the key of the shown map @returns {boolean} whether it was news */
  receive(message, points) {
    if (message.sequence <= this.sequence) return false;
    this.sequence = message.sequence;
    if (message.points !== points) return false;
    this.clicked = message.clicked ?? -1;
    this.keep(unpackRows(message.rows, this.mask.length));
    return true;
  }
}
