/**
 * The canvas above the points: lines between partners, pictures, the ring under the pointer, the lasso.
 * Nothing here costs time while none of them is shown.
 *
 * @typedef {import("./map.js").ScatterMap} ScatterMap
 * @typedef {{row: number, left: number, top: number, width: number, height: number}} Placed
 */
import { IMAGE } from "./data.js";
import { DIM } from "./colours.js";
import { drawLabels } from "./labels.js";
import { css } from "./theme.js";

const AUTOMATIC_PICTURES = 150;
const LINE_LIMIT = 3000;
const SMALLEST = 34;
const LARGEST = 88;

export class Overlay {
  /** @type {Placed[]} the pictures of the last frame, the topmost last */
  pictures = [];
  picturesInView = 0;
  /** @type {import("./labels.js").Set[]} the words of the last frame */
  labels = [];
  lines = 0;
  linesInView = 0;

  /** @param {HTMLCanvasElement} canvas @param {ScatterMap} map */
  constructor(canvas, map) {
    this.canvas = canvas;
    this.map = map;
    // Painted by the processor: with software WebGL, Chromium goes on showing old frames of an accelerated canvas.
    this.context = canvas.getContext("2d", { willReadFrequently: true });
    this.isBlank = true;
  }

  /** @param {number} width @param {number} height CSS pixels */
  resize(width, height) {
    this.canvas.width = Math.round(width * devicePixelRatio);
    this.canvas.height = Math.round(height * devicePixelRatio);
    this.isBlank = true;
  }

  draw() {
    const { context, map } = this;
    this.pictures = [];
    if (!this.isBlank) context.clearRect(0, 0, this.canvas.width, this.canvas.height);
    this.isBlank = true;
    if (!map.points) return;
    context.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
    this.#drawLines();
    this.#drawPictures();
    this.#drawLabels();
    this.#drawRings();
    this.#drawLasso();
    this.canvas.toggleAttribute("data-blank", this.isBlank);
  }

  #drawLines() {
    const { map } = this;
    this.lines = this.linesInView = 0;
    const looked = [map.hovered, map.picks.clicked].filter((row) => row >= 0 && map.partner[row] >= 0);
    const focus = looked.flatMap((row) => (map.points.modality[row] === IMAGE ? map.captionsOf(row) : [row]));
    if (map.shown.lines) {
      const rows = this.#linesInView();
      this.#strokeLines(rows, css(map.theme.text, Math.min(0.55, Math.max(0.05, 3 / Math.sqrt(rows.length)))), 0.75);
    }
    this.#strokeLines(focus, css(map.theme.text, 0.85), 1.5);
  }

  /** @returns {number[]} captions whose line to their image is drawn: spread evenly where there are too many */
  #linesInView() {
    const { map } = this;
    const wanted = map.picks.rows.length > 0 ? map.picks.mask : null;
    const rows = [];
    const box = map.view.box();
    const take = (row) => {
      const image = map.partner[row];
      if (map.level[image] !== DIM && (!wanted || wanted[row] || wanted[image])) rows.push(row);
    };
    map.grid.inside(box, (row) => {
      if (map.partner[row] < 0) return;
      if (map.points.modality[row] !== IMAGE) take(row);
      else map.captionsOf(row).forEach((each) => map.isInBox(each, box) || take(each));
    });
    this.linesInView = rows.length;
    const shown = rows.length <= LINE_LIMIT ? rows : rows.sort((a, b) => scatter(a) - scatter(b)).slice(0, LINE_LIMIT);
    this.lines = shown.length;
    return shown;
  }

  #strokeLines(rows, style, width) {
    if (rows.length === 0) return;
    this.isBlank = false;
    const { context, map } = this;
    context.beginPath();
    for (const row of rows) {
      context.moveTo(...map.place(row));
      context.lineTo(...map.place(map.partner[row]));
    }
    context.strokeStyle = style;
    context.lineWidth = width;
    context.stroke();
  }

  /** @returns {{rows: Iterable<number>, side: number}} whose picture is drawn in this view, and how large */
  #picturesInView() {
    const { map } = this;
    const nothing = { rows: [], side: 0 };
    const largest = Math.max(44, Math.min(LARGEST, map.view.width / 9));
    const clamp = (side) => Math.max(SMALLEST, Math.min(largest, side));
    const box = map.view.box(largest / 2);
    this.picturesInView = 0;
    const isFew = map.grid.atMost(box) <= 4 * AUTOMATIC_PICTURES;
    if (!map.sprites.spec || !(map.shown.pictures || isFew)) return nothing;
    const rows = [];
    map.grid.inside(box, (row) => map.hasPicture(row) && rows.push(row));
    this.picturesInView = rows.length;
    if (rows.length <= AUTOMATIC_PICTURES) return { rows, side: clamp(0.6 * Math.sqrt((map.view.width * map.view.height) / rows.length)) };
    if (!map.shown.pictures) return nothing;
    const thin = map.thinned((0.52 * largest) / map.view.pixels);
    return { rows: thin.rows.filter((row) => map.isInBox(row, box)), side: clamp(0.86 * thin.cell * map.view.pixels) };
  }

  #drawPictures() {
    const { rows, side } = this.#picturesInView();
    for (const row of rows) if (this.map.hasPicture(row)) this.#drawPicture(row, side);
  }

  #drawPicture(row, side) {
    this.isBlank = false;
    const { context, map } = this;
    const item = map.points.item[row];
    const picture = map.sprites.get(item);
    if (!picture) return;
    const scale = side / Math.max(picture.width, picture.height);
    const width = picture.width * scale;
    const height = picture.height * scale;
    const [x, y] = map.place(row);
    const placed = { row, left: x - width / 2, top: y - height / 2, width, height };
    context.globalAlpha = map.level[row] === DIM || (map.picks.rows.length > 0 && !map.picks.mask[row]) ? 0.25 : 1;
    context.fillStyle = css(map.colours.of(row, map.theme));
    roundedBox(context, placed, map.picks.mask[row] ? 3.5 : 2, 4);
    context.fillStyle = css(map.theme.background);
    roundedBox(context, placed, 0.75, 3);
    context.drawImage(picture, placed.left, placed.top, width, height);
    context.globalAlpha = 1;
    this.pictures.push(placed);
  }

  #drawLabels() {
    const { context, map } = this;
    this.labels = map.labels.length > 0 ? drawLabels(context, map) : [];
    if (this.labels.length > 0) this.isBlank = false;
  }

  #drawRings() {
    const { context, map } = this;
    for (const row of [map.picks.clicked, map.focused, map.hovered]) {
      if (row < 0 || row >= map.points.count) continue;
      this.isBlank = false;
      context.lineWidth = 2.5;
      context.strokeStyle = css(map.theme.text);
      const picture = this.pictures.find((placed) => placed.row === row);
      context.beginPath();
      if (picture) context.roundRect(picture.left - 3, picture.top - 3, picture.width + 6, picture.height + 6, 5);
      else context.arc(...map.place(row), row === map.hovered ? 8 : 11, 0, 2 * Math.PI);
      context.stroke();
    }
  }

  #drawLasso() {
    const { context, map } = this;
    if (map.lasso.length < 2) return;
    this.isBlank = false;
    context.beginPath();
    map.lasso.forEach(([left, top]) => context.lineTo(left, top));
    context.closePath();
    context.fillStyle = css(map.theme.primary, 0.12);
    context.fill();
    context.lineWidth = 1.75;
    context.strokeStyle = css(map.theme.primary);
    context.stroke();
  }

  /** @param {number} left @param {number} top @returns {number} the row whose picture is there, or -1 */
  pictureAt(left, top) {
    const under = ({ left: x, top: y, width, height }) => left >= x && left <= x + width && top >= y && top <= y + height;
    return this.pictures.findLast(under)?.row ?? -1;
  }
}

function roundedBox(context, { left, top, width, height }, margin, radius) {
  context.beginPath();
  context.roundRect(left - margin, top - margin, width + 2 * margin, height + 2 * margin, radius);
  context.fill();
}

/** @param {number} row @returns {number} a place in a fixed shuffle, so that the same lines stay while the view moves */
const scatter = (row) => Math.imul(row + 1, 2654435761) >>> 0;
