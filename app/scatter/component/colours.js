/**
 * What each point looks like: a colour code (`z`) and a state (`w`), each an index into a short list, which is
 * how regl-scatterplot wants it. Captions are the same colour as their class, paler and smaller than images.
 *
 * @typedef {import("./data.js").Geometry} Geometry
 * @typedef {import("./theme.js").Theme} Theme
 * @typedef {import("./theme.js").Rgb} Rgb
 * @typedef {object} ColourSpec  as Python sends it
 * @property {string} title
 * @property {string[]} [names]    categories; the codes index them
 * @property {string[]} palette    "#rrggbb" a category, or the stops of a scale
 * @property {number} [low]        ends of the scale
 * @property {number} [high]
 * @property {import("./data.js").Source} source  uint16 codes (65535 is none) or float32 values (NaN is none)
 */
import { CAPTION } from "./data.js";
import { fromHex, mix } from "./theme.js";

const NONE = 65535;
const STEPS = 256;
export const NORMAL = 0;
export const DIM = 1;
export const LIT = 2;
/** Okabe–Ito blue and vermilion: what images and captions are coloured when nothing else is asked for. */
const MODALITY = { names: ["Images", "Captions"], palette: ["#0072b2", "#d55e00"] };

export class Colours {
  title = "";
  /** @type {string[] | null} */
  names = null;
  /** @type {Rgb[]} */
  palette = [];
  /** @type {Uint16Array} one a row; `palette.length` is "none" */
  codes = new Uint16Array();
  /** @type {Float32Array | null} */
  values = null;
  range = [0, 1];

  /** @param {Geometry} points @param {ColourSpec | null} spec @param {ArrayBuffer | null} buffer */
  constructor(points, spec, buffer) {
    if (!spec) this.#byModality(points);
    else if (spec.names) this.#byCategory(spec, new Uint16Array(buffer));
    else this.#byValue(spec, new Float32Array(buffer));
    this.byModality = !spec;
  }

  #byModality(points) {
    this.palette = MODALITY.palette.map(fromHex);
    this.codes = Uint16Array.from(points.modality);
    this.names = MODALITY.names;
  }

  #byCategory(spec, codes) {
    this.title = spec.title;
    this.names = spec.names;
    this.palette = spec.palette.map(fromHex);
    this.codes = codes.map((code) => (code === NONE ? this.palette.length : code));
  }

  #byValue(spec, values) {
    this.title = spec.title;
    this.values = values;
    this.range = [spec.low, spec.high];
    this.palette = Array.from({ length: STEPS }, (_, at) => along(spec.palette.map(fromHex), at / (STEPS - 1)));
    const width = spec.high - spec.low || 1;
    this.codes = Uint16Array.from(values, (value) =>
      Number.isNaN(value) ? STEPS : Math.max(0, Math.min(STEPS - 1, Math.round(((value - spec.low) / width) * (STEPS - 1)))),
    );
  }

  /** @param {number} row @param {Theme} theme @returns {Rgb} */
  of(row, theme) {
    return this.palette[this.codes[row]] ?? none(theme);
  }

  /** @param {number} row @returns {string} what the colour means at this point */
  meaning(row) {
    if (this.byModality) return "";
    if (this.names) return this.names[this.codes[row]] ?? "none";
    return Number.isNaN(this.values[row]) ? "none" : this.values[row].toPrecision(3);
  }

  /** @returns {number[]} points a category, in the order of the names */
  counts() {
    const counts = new Array(this.names.length).fill(0);
    for (const code of this.codes) if (code < counts.length) counts[code]++;
    return counts;
  }

  /** @param {Theme} theme @returns {number[][]} two rgba a code: images, captions */
  rgba(theme) {
    return [...this.palette, none(theme)].flatMap((colour) => [
      [...colour, 1],
      [...(this.byModality ? colour : mix(colour, theme.background, 0.4)), 1],
    ]);
  }

  /** @param {Geometry} points @returns {Float32Array} index into `rgba` a row */
  z(points) {
    return Float32Array.from(this.codes, (code, row) => 2 * code + (points.modality[row] === CAPTION ? 1 : 0));
  }
}

/** @param {Theme} theme @returns {Rgb} for points that have no class or value */
const none = (theme) => mix(theme.text, theme.background, 0.6);

/** @param {Rgb[]} stops @param {number} share 0…1 */
function along(stops, share) {
  const at = share * (stops.length - 1);
  const below = Math.min(Math.floor(at), stops.length - 2);
  return stops.length === 1 ? stops[0] : mix(stops[below], stops[below + 1], at - below);
}

/** @param {number} count points @param {number} height of the canvas in pixels @returns {{sizes: number[], opacities: number[]}} */
export function marks(count, height) {
  const size = Math.max(1.7, Math.min(9, 9 * (500 / Math.max(count, 1)) ** 0.24)) * Math.max(0.8, Math.min(1.3, height / 700));
  const opacity = Math.max(0.35, Math.min(0.92, 1.28 - 0.12 * Math.log10(Math.max(count, 1))));
  return {
    sizes: [size, size * 0.75, size * 0.8, size * 0.6, size * 1.5 + 1.5, size * 1.15 + 1.2],
    opacities: [opacity, opacity * 0.85, 0.1, 0.08, 1, 0.95],
  };
}

/** @param {Geometry} points @param {Uint8Array} level NORMAL, DIM or LIT a row @returns {Float32Array} index into `marks` a row */
export const states = (points, level) =>
  Float32Array.from(level, (value, row) => 2 * value + (points.modality[row] === CAPTION ? 1 : 0));

/**
 * Which point is painted when. Shuffled, so that no class covers the others because it came last; hits on top.
 * @param {Uint8Array} level @returns {Uint32Array} rows
 */
export function paintOrder(level) {
  const shuffled = shuffle(level.length);
  const order = new Uint32Array(level.length);
  let at = 0;
  for (const wanted of [DIM, NORMAL, LIT]) for (const row of shuffled) if (level[row] === wanted) order[at++] = row;
  return order;
}

const shuffles = new Map();

/** @param {number} count @returns {Uint32Array} the same shuffle each time */
function shuffle(count) {
  if (shuffles.has(count)) return shuffles.get(count);
  const rows = Uint32Array.from({ length: count }, (_, row) => row);
  let seed = 1;
  for (let at = count - 1; at > 0; at--) {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    const other = Math.floor((seed / 2 ** 32) * (at + 1));
    [rows[at], rows[other]] = [rows[other], rows[at]];
  }
  shuffles.clear();
  shuffles.set(count, rows);
  return rows;
}
