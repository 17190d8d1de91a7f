/** What the point under the pointer is: its picture, its caption, what its colour means. */
import { IMAGE } from "./data.js";
import { css } from "./theme.js";

const LETTERS = 480;

/**
 * @typedef {object} Meaning
 * @property {ImageBitmap | null} picture  null until it is there
 * @property {[number, number] | null} size  pixels; null where the item has no picture
 * @property {string} caption  all of the item's, a line each
 * @property {string} kind     "image", "caption" or "caption 2 of 5" where it matters
 * @property {string} meaning  of its colour
 * @property {string} swatch
 */

/** @param {import("./map.js").ScatterMap} map @param {number} row @returns {Meaning} */
export function meaning(map, row) {
  const item = map.points.item[row];
  const kind = map.points.modality[row] === IMAGE ? "image" : captionOf(map.captionsOf(row), row);
  return {
    picture: map.sprites.get(item),
    size: map.sprites.size(item),
    caption: map.captions[item] ?? "",
    kind: map.partner[row] >= 0 || map.colours.byModality ? kind : "",
    meaning: map.colours.meaning(row),
    swatch: css(map.colours.of(row, map.theme)),
  };
}

/** @param {number[]} captions all of the item's @param {number} row @returns {string} "caption", or which of several */
function captionOf(captions, row) {
  return captions.length > 1 ? `caption ${captions.indexOf(row) + 1} of ${captions.length}` : "caption";
}

export class Tooltip {
  /** @param {HTMLElement} element */
  constructor(element) {
    this.element = element;
    this.picture = element.querySelector("canvas");
    this.caption = element.querySelector("[data-part=caption]");
    this.meaning = element.querySelector("[data-part=meaning]");
  }

  /**
   * @param {number} row @param {[number, number]} at pixels @param {import("./view.js").View} view
   * @param {Meaning} what
   */
  show(row, at, view, what) {
    const { element } = this;
    this.caption.textContent = what.caption.length > LETTERS ? `${what.caption.slice(0, LETTERS)}…` : what.caption;
    this.meaning.textContent = [what.kind, what.meaning].filter(Boolean).join(" · ");
    this.meaning.style.setProperty("--swatch", what.swatch);
    this.#paint(what.picture, what.size);
    element.hidden = false;
    element.dataset.row = String(row);
    const right = at[0] + 18 + element.offsetWidth > view.width ? at[0] - 18 - element.offsetWidth : at[0] + 18;
    const top = Math.max(8, at[1] - element.offsetHeight - 14);
    element.style.transform = `translate(${Math.max(8, Math.round(right))}px, ${Math.round(top)}px)`;
  }

  #paint(picture, size) {
    const canvas = this.picture;
    canvas.hidden = !size;
    if (!size) return;
    [canvas.width, canvas.height] = size;
    const scale = 128 / Math.max(...size);
    canvas.style.width = `${size[0] * scale}px`;
    canvas.style.height = `${size[1] * scale}px`;
    this.element.dataset.picture = picture ? "shown" : "awaited";
    if (picture) canvas.getContext("2d").drawImage(picture, 0, 0);
  }

  hide() {
    this.element.hidden = true;
    delete this.element.dataset.row;
  }
}
