/**
 * The map of the faces that come along, and on it the way from the face as it was to the edited one.
 *
 * @typedef {object} GroundData
 * @property {string} title
 * @property {string} key  different for different maps
 * @property {number} count
 * @property {string} source  address of xy float32 (N, 2), then for each factor the values' places uint8 (N,)
 * @property {string[]} colours  of a factor's values
 * @typedef {import("./pictures.js").Pixels} Pixels
 */
import { make } from "./make.js";
import { absolute, small } from "./pictures.js";

/** Ends of a path that are no farther apart are one place. */
const NEAR = 3;
const MARGIN = 34;
const FACE = 46;
/** Half a point's side, in pixels; of thousands of points less. */
const DOT = (count) => (count > 1500 ? 1.5 : 2.2);
const UNKNOWN = 255;

export class Ground {
  /** @type {GroundData | null} */
  #known = null;
  #path = null;

  /** @param {HTMLElement} section */
  constructor(section) {
    this.section = section;
    this.canvas = section.querySelector("canvas");
    this.select = section.querySelector("select");
    this.legend = section.querySelector(".legend");
    this.title = section.querySelector("[data-part=map-title]");
    this.select.onchange = () => this.#draw();
    this.sizes = new ResizeObserver(() => this.#draw());
    this.sizes.observe(this.canvas);
  }

  destroy() {
    this.sizes.disconnect();
  }

  /** @param {GroundData | null} data @param {import("./main.js").Row[]} rows @param {number} slide the one moved last */
  async show(data, rows, slide) {
    this.section.hidden = !data;
    if (!data) return;
    const touched = rows.findIndex((row) => Object.values(row.slides).includes(slide));
    if (this.rows !== JSON.stringify(rows)) this.#offer(rows);
    if (this.touched !== touched) this.select.selectedIndex = this.touched = touched;
    if (this.#known?.key !== data.key) await this.#load(data, rows.length);
    this.#draw();
  }

  /** @param {[number, number][] | null} places @param {{plain: Pixels, edited: Pixels}} pixels of both ends */
  path(places, pixels) {
    this.#path = places && { places, ends: [pixels.plain, pixels.edited] };
    this.#draw();
  }

  #offer(rows) {
    this.rows = JSON.stringify(rows);
    this.values = rows.map((row) => row.values);
    this.select.replaceChildren(...rows.map((row) => make("option", "", row.factor)));
  }

  async #load(data, factors) {
    const response = await fetch(absolute(data.source));
    if (!response.ok) throw new Error(`the map could not be loaded (${response.status})`);
    const bytes = await response.arrayBuffer();
    const { count } = data;
    const xy = new Float32Array(bytes, 0, 2 * count);
    const codes = Array.from({ length: factors }, (_, at) => new Uint8Array(bytes, (8 + at) * count, count));
    this.#known = { ...data, xy, codes, box: box(xy) };
    this.title.textContent = `${data.title} of ${count.toLocaleString("en")} faces by their embeddings.`;
  }

  #draw() {
    const { clientWidth: width, clientHeight: height } = this.canvas;
    if (!this.#known || !width) return;
    const ratio = devicePixelRatio;
    Object.assign(this.canvas, { width: width * ratio, height: height * ratio });
    const context = this.canvas.getContext("2d");
    context.scale(ratio, ratio);
    const place = placing(this.#known.box, width, height);
    this.#dots(context, place);
    if (this.#path) this.#way(context, this.#path.places.map(place));
  }

  #dots(context, place) {
    const { xy, codes, colours, count } = this.#known;
    const factor = Math.max(this.select.selectedIndex, 0);
    const values = this.values[factor];
    const half = DOT(count);
    context.globalAlpha = 0.75;
    [...values.keys(), UNKNOWN].forEach((value) => {
      context.fillStyle = value === UNKNOWN ? "#8a8f98" : colours[value % colours.length];
      context.beginPath();
      for (let row = 0; row < count; row++) {
        if (codes[factor][row] !== value) continue;
        const [x, y] = place([xy[2 * row], xy[2 * row + 1]]);
        context.rect(x - half, y - half, 2 * half, 2 * half);
      }
      context.fill();
    });
    context.globalAlpha = 1;
    this.legend.replaceChildren(...values.map((value, at) => {
      const entry = make("span", "", value);
      entry.style.setProperty("--swatch", colours[at % colours.length]);
      return entry;
    }));
  }

  /** @param {[number, number][]} points on the canvas */
  #way(context, points) {
    const style = getComputedStyle(this.canvas);
    for (const [colour, width] of [[style.backgroundColor, 6], [style.color, 2.5]]) {
      Object.assign(context, { strokeStyle: colour, lineWidth: width, lineJoin: "round", lineCap: "round" });
      context.beginPath();
      points.forEach(([x, y]) => context.lineTo(x, y));
      context.stroke();
    }
    const [first, last] = [points[0], points.at(-1)];
    const side = first[0] <= last[0] ? 1 : -1;
    if (Math.hypot(last[0] - first[0], last[1] - first[1]) > NEAR) this.#face(context, this.#path.ends[0], first, -side, style.color);
    this.#face(context, this.#path.ends[1], last, side, style.color);
  }

  /** A face in a circle beside its point, inside the canvas. */
  #face(context, pixels, [x, y], side, colour) {
    const half = FACE / 2;
    const { clientWidth: width, clientHeight: height } = this.canvas;
    const middle = [clamp(x + side * (half + 8), half + 2, width - half - 2), clamp(y, half + 2, height - half - 2)];
    context.fillStyle = colour;
    context.beginPath();
    context.arc(x, y, 4, 0, 7);
    context.fill();
    context.save();
    context.beginPath();
    context.arc(...middle, half, 0, 7);
    Object.assign(context, { strokeStyle: colour, lineWidth: 3 }).stroke();
    context.clip();
    const size = Math.sqrt(pixels.length / 4);
    const source = small(size, size);
    source.getContext("2d").putImageData(new ImageData(pixels, size, size), 0, 0);
    context.drawImage(source, middle[0] - half, middle[1] - half, FACE, FACE);
    context.restore();
  }
}

const clamp = (value, low, high) => Math.min(Math.max(value, low), high);

/** @param {Float32Array} xy @returns {[number, number, number, number]} left, right, bottom, top */
function box(xy) {
  const found = [Infinity, -Infinity, Infinity, -Infinity];
  xy.forEach((value, at) => {
    const axis = 2 * (at % 2);
    found[axis] = Math.min(found[axis], value);
    found[axis + 1] = Math.max(found[axis + 1], value);
  });
  return found;
}

/** From the map to the canvas, each axis stretched to fill it. */
const placing = ([left, right, bottom, top], width, height) => ([x, y]) => [
  MARGIN + ((x - left) / (right - left || 1)) * (width - 2 * MARGIN),
  height - MARGIN - ((y - bottom) / (top - bottom || 1)) * (height - 2 * MARGIN),
];
