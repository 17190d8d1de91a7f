/**
 * Thumbnails, cut from the sheets that Python made. A sheet is fetched and decoded when one of its pictures is
 * first asked for (and the others in idle time); of a decoded sheet only the pictures asked for are kept.
 *
 * @typedef {object} SpriteSpec
 * @property {number} cell     side of a cell in pixels
 * @property {number} columns  cells in a line
 * @property {number} lines    lines of a sheet
 * @property {string} sizes    base64 of uint8 (N, 2): width and height of each picture; 0 is no picture
 * @property {string[]} sheets addresses
 */
import { absolute, decode, load } from "./data.js";

const KEPT_PICTURES = 4000;
const KEPT_SHEETS = 16;
const PREFETCHED_SHEETS = 40;

export class Sprites {
  /** @type {SpriteSpec | null} */
  spec = null;
  sizes = new Uint8Array();
  /** @type {Map<number, ImageBitmap>} item → picture, least recently used first */
  #pictures = new Map();
  /** @type {Map<number, Promise<ImageBitmap>>} sheet → decoded */
  #sheets = new Map();
  /** @type {Map<number, Set<number>>} sheet → items asked for while it loads */
  #asked = new Map();
  #isGone = false;
  /** @type {string | undefined} */
  #key;

  /** @param {() => void} onArrival called when a picture that was asked for is there */
  constructor(onArrival) {
    this.onArrival = onArrival;
  }

  /** @param {{key: string, source: import("./data.js").Source} | null} part */
  async use(part) {
    if (part?.key === this.#key) return;
    this.#key = part?.key;
    this.#forget();
    this.spec = null;
    if (!part) return;
    const spec = JSON.parse(new TextDecoder().decode(await load(part.source)));
    if (part.key !== this.#key) return;
    this.sizes = decode(spec.sizes);
    this.spec = spec;
    this.onArrival();
    this.#prefetch(0);
  }

  /** @param {number} item @returns {[number, number] | null} pixels, or null where the item has no picture */
  size(item) {
    const width = this.sizes[2 * item];
    return this.spec && width > 0 ? [width, this.sizes[2 * item + 1]] : null;
  }

  /** @param {number} item @returns {ImageBitmap | null} null until it is there; then `onArrival` is called */
  get(item) {
    const picture = this.#pictures.get(item);
    if (picture) {
      this.#pictures.delete(item);
      this.#pictures.set(item, picture);
      return picture;
    }
    if (this.size(item)) this.#ask(item);
    return null;
  }

  #ask(item) {
    const sheet = Math.floor(item / (this.spec.columns * this.spec.lines));
    if (sheet >= this.spec.sheets.length) return;
    const asked = this.#asked.get(sheet);
    if (asked) {
      asked.add(item);
      return;
    }
    this.#asked.set(sheet, new Set([item]));
    this.#cut(sheet).catch(() => this.#asked.delete(sheet));
  }

  async #cut(sheet) {
    const { spec } = this;
    const bitmap = await this.#sheet(sheet);
    const items = [...this.#asked.get(sheet)];
    this.#asked.delete(sheet);
    const pictures = await Promise.all(items.map((item) => createImageBitmap(bitmap, ...this.#place(item))));
    if (this.#isGone || spec !== this.spec) return;
    items.forEach((item, at) => this.#pictures.set(item, pictures[at]));
    for (const item of this.#pictures.keys()) {
      if (this.#pictures.size <= KEPT_PICTURES) break;
      this.#pictures.delete(item);
    }
    this.onArrival();
  }

  /** @returns {[number, number, number, number]} left, top, width, height in its sheet */
  #place(item) {
    const { cell, columns, lines } = this.spec;
    const at = item % (columns * lines);
    return [(at % columns) * cell, Math.floor(at / columns) * cell, ...this.size(item)];
  }

  #sheet(sheet) {
    const known = this.#sheets.get(sheet);
    if (known) return known;
    const decoded = fetchBlob(this.spec.sheets[sheet]).then((blob) => createImageBitmap(blob));
    decoded.catch(() => this.#sheets.delete(sheet));
    this.#sheets.set(sheet, decoded);
    for (const oldest of this.#sheets.keys()) {
      if (this.#sheets.size <= KEPT_SHEETS) break;
      this.#sheets.delete(oldest);
    }
    return decoded;
  }

  /** Brings the sheets into the browser's memory one after the other, so that a hover finds its picture here. */
  #prefetch(sheet) {
    const { spec } = this;
    if (!spec || sheet >= Math.min(spec.sheets.length, PREFETCHED_SHEETS)) return;
    whenIdle(async () => {
      if (this.#isGone || spec !== this.spec) return;
      await fetchBlob(spec.sheets[sheet]).catch(() => null);
      this.#prefetch(sheet + 1);
    });
  }

  #forget() {
    this.#pictures.clear();
    this.#sheets.clear();
    this.#asked.clear();
  }

  destroy() {
    this.#isGone = true;
    this.#forget();
  }
}

/** @param {() => void} task */
const whenIdle = (task) => ("requestIdleCallback" in window ? requestIdleCallback(task, { timeout: 2000 }) : setTimeout(task, 200));

/** @type {Map<string, Promise<Blob>>} */
const blobs = new Map();

/** @param {string} url @returns {Promise<Blob>} compressed, kept for the life of the page */
function fetchBlob(url) {
  if (!blobs.has(url)) {
    const blob = fetch(absolute(url)).then((response) => {
      if (!response.ok) throw new Error(`thumbnails could not be loaded (${response.status})`);
      return response.blob();
    });
    blob.catch(() => blobs.delete(url));
    blobs.set(url, blob);
  }
  return blobs.get(url);
}
