/**
 * The map: it holds what is shown (points, colours, hits, picks, view) and keeps the canvas, the overlay and the
 * panels in step with it. What Python sends comes in through `update`; what a person does is in gestures.js.
 *
 * @typedef {import("./main.js").MapData} MapData
 */
import { Colours, DIM, LIT, NORMAL } from "./colours.js";
import { IMAGE, load, unpackMask, unpackPoints } from "./data.js";
import { bounds, partners } from "./geometry.js";
import { buttonActions, pointerActions } from "./gestures.js";
import { Grid } from "./grid.js";
import { listen } from "./input.js";
import { Legend } from "./legend.js";
import { note, remarks } from "./note.js";
import { Overlay } from "./overlay.js";
import { Picks } from "./picks.js";
import { Plot } from "./plot.js";
import { Sprites } from "./sprites.js";
import { readTheme } from "./theme.js";
import { Thinning } from "./thinning.js";
import { bind, mark } from "./toolbar.js";
import { meaning, Tooltip } from "./tooltip.js";
import { View } from "./view.js";

const REACH = 14;
const NARROW = 600;

export class ScatterMap {
  /** @type {import("./data.js").Geometry | null} */
  points = null;
  /** Of an image its first caption, of a caption its image; `next`: the next caption of the same image; -1: none. */
  partner = new Int32Array();
  next = new Int32Array();
  /** @type {Uint8Array} NORMAL, DIM or LIT a row */
  level = new Uint8Array();
  /** @type {Uint8Array | null} */
  hits = null;
  /** @type {string[]} */
  captions = [];
  /** @type {import("./labels.js").Label[]} */
  labels = [];
  picks = new Picks();
  view = new View();
  hovered = -1;
  focused = -1;
  /** @type {[number, number][]} pixels */
  lasso = [];
  /** @type {"pan" | "lasso" | "box"} */
  tool = "pan";
  shown = { pictures: false, lines: false };
  /** @type {Partial<MapData>} what was applied last */
  #applied = {};
  #queue = Promise.resolve();
  #isFrameAsked = false;
  /** @type {Thinning | null} */
  #thinning = null;

  /**
   * @param {HTMLElement} root
   * @param {{picked: (message: import("./picks.js").PickedMessage) => void, failed: (error: Error) => void}} listener
   * @throws where there is no WebGL
   */
  constructor(root, listener) {
    this.root = root;
    this.listener = listener;
    this.canvas = root.querySelector("canvas.overlay");
    this.theme = readTheme(root);
    this.plot = new Plot(root.querySelector("canvas.points"), this.view);
    this.overlay = new Overlay(this.canvas, this);
    this.tooltip = new Tooltip(root.querySelector(".tooltip"));
    this.legend = new Legend(root.querySelector(".legend"), () => this.#then(() => this.#redraw()));
    this.sprites = new Sprites(() => this.#onPictures());
    this.plot.onDraw(() => this.#drawOverlay());
    this.stop = listen(this.canvas, pointerActions(this));
    bind(root.querySelector(".toolbar"), buttonActions(this));
    this.observer = new ResizeObserver(() => this.#resize());
    this.observer.observe(root);
    this.#resize();
  }

  /** @param {MapData} data @returns {Promise<void>} */
  update(data) {
    return this.#then(() => this.#apply(data));
  }

  /** One change after the other. @param {() => Promise<void>} change */
  #then(change) {
    this.#queue = this.#queue.then(change).catch((error) => this.#fail(error));
    return this.#queue;
  }

  /** @param {MapData} data */
  async #apply(data) {
    const before = this.#applied;
    this.root.style.height = data.height ? `${data.height}px` : "";
    const isNew = data.points.key !== before.points?.key;
    const isRecoloured = isNew || data.colour?.key !== before.colour?.key;
    const isRelit = isNew || data.hits?.key !== before.hits?.key;
    const [points, colours, hits] = await Promise.all([
      isNew ? load(data.points.source) : null,
      isRecoloured && data.colour ? load(data.colour.source) : null,
      isRelit && data.hits ? load(data.hits.source) : null,
    ]);
    const loaded = performance.now();
    if (isNew) this.#setPoints(unpackPoints(points));
    if (isRelit) this.hits = data.hits ? unpackMask(new Uint8Array(hits), this.points.count) : null;
    const isThemed = this.#setTheme();
    if (isRecoloured) this.#setColours(new Colours(this.points, data.colour, colours));
    this.#applied = data;
    if (isRecoloured || isRelit) await this.#redraw();
    else if (isThemed) this.#restyle();
    if (isNew) this.#announce(loaded);
    this.#applyRest(data, before);
  }

  #setPoints(points) {
    this.points = points;
    this.grid = new Grid(points.x, points.y);
    this.view.bounds = bounds(points);
    if (this.view.isHome) this.view.home();
    ({ partner: this.partner, next: this.next } = partners(points));
    this.picks.reset(points.count);
    this.hovered = this.focused = -1;
    this.describe(-1);
    mark(this.root, "lines", { hidden: !this.partner.some((other) => other >= 0) });
  }

  /** @param {number} row @returns {number[]} the rows of the captions that its item has on the map, in their order */
  captionsOf(row) {
    const rows = [];
    const image = this.points.modality[row] === IMAGE ? row : this.partner[row];
    for (let each = image < 0 ? -1 : this.partner[image]; each >= 0; each = this.next[each]) rows.push(each);
    return rows;
  }

  #setColours(colours) {
    this.colours = colours;
    this.legend.show(colours, this.theme);
  }

  /** @returns {boolean} whether the page's colours have changed */
  #setTheme() {
    const theme = readTheme(this.root);
    const isChanged = JSON.stringify(theme) !== JSON.stringify(this.theme);
    this.theme = theme;
    return isChanged;
  }

  #restyle() {
    this.plot.restyle(this.colours, this.theme, this.view.height);
    this.legend.render(this.theme);
    this.refresh();
  }

  /** Decides who is lit and who is dimmed, by the hits and the legend, and draws everything anew. */
  async #redraw() {
    const { only } = this.legend;
    const isShown = (row) => only.size === 0 || only.has(this.colours.codes[row]);
    const lit = (row) => (this.hits ? (this.hits[row] ? LIT : DIM) : NORMAL);
    this.level = Uint8Array.from({ length: this.points.count }, (_, row) => (isShown(row) ? lit(row) : DIM));
    this.#thinning = null;
    this.plot.look();
    await this.plot.draw(this.points, this.colours, this.level, this.theme, this.view.height);
    this.plot.select(this.picks.rows);
    this.refresh();
  }

  #announce(loaded) {
    if (this.points.count > 0 && !this.plot.isPainted()) throw new Error("WebGL has drawn nothing");
    this.root.dataset.readyMs = (performance.now() - loaded).toFixed(1);
    this.root.dataset.drawn = String(this.points.count);
    this.root.dataset.key = this.#applied.points.key;
  }

  /** @param {MapData} data @param {Partial<MapData>} before */
  #applyRest(data, before) {
    if (this.picks.receive(data.picked, data.points.key)) {
      this.plot.select(this.picks.rows);
      this.refresh();
    }
    if (data.lines !== before.lines) this.show("lines", data.lines);
    this.#label(data.labels);
    if ((data.focus ?? -1) !== this.focused) this.#focus(data.focus ?? -1);
    if (data.captions.key !== before.captions?.key) this.#loadCaptions(data.captions);
    this.#useSprites(data.sprites).catch((error) => console.warn("Clipscape:", error.message));
  }

  /** @param {import("./labels.js").Label[]} labels */
  #label(labels) {
    if (JSON.stringify(labels) === JSON.stringify(this.labels)) return;
    this.labels = labels;
    this.root.dataset.labels = String(labels.length);
    this.refresh();
  }

  async #useSprites(part) {
    await this.sprites.use(part);
    this.#thinning = null;
  }

  async #loadCaptions(part) {
    const bytes = await load(part.source).catch(() => null);
    if (bytes && part.key === this.#applied.captions.key) this.captions = JSON.parse(new TextDecoder().decode(bytes));
  }

  #focus(row) {
    this.focused = row;
    const isHidden = row >= 0 && !this.isInBox(row, this.view.box());
    if (isHidden) this.move((view) => view.centre(this.points.x[row], this.points.y[row]));
    this.refresh();
  }

  #fail(error) {
    this.root.dataset.error = error.message;
    note(this.root, `The map could not be drawn: ${error.message}. Reload the page to try again.`);
    this.listener.failed(error);
  }

  // What the overlay and the gestures ask.

  /** @param {number} row @returns {[number, number]} pixels */
  place(row) {
    return this.view.toScreen(this.points.x[row], this.points.y[row]);
  }

  /** @param {number} row @param {[number, number, number, number]} box */
  isInBox(row, [x0, y0, x1, y1]) {
    const { x, y } = this.points;
    return x[row] >= x0 && x[row] <= x1 && y[row] >= y0 && y[row] <= y1;
  }

  /** @param {number} row */
  hasPicture(row) {
    return this.points.modality[row] === IMAGE && this.sprites.size(this.points.item[row]) !== null;
  }

  /** @param {number} side of a cell in the map's units */
  thinned(side) {
    this.#thinning ??= new Thinning(this.points, this.plot.order.filter((row) => this.hasPicture(row)).reverse());
    return this.#thinning.at(side);
  }

  /** @param {number} left @param {number} top pixels @returns {number} the row there, or -1 */
  rowAt(left, top) {
    if (!this.points) return -1;
    const picture = this.overlay.pictureAt(left, top);
    if (picture >= 0) return picture;
    const [x, y] = this.view.toMap(left, top);
    const reach = REACH / this.view.pixels;
    const live = this.grid.nearest(x, y, reach, (row) => this.level[row] !== DIM);
    return live >= 0 ? live : this.grid.nearest(x, y, reach / 2);
  }

  // What the gestures change.

  /** @param {(view: View) => void} change */
  move(change) {
    if (!this.points) return;
    change(this.view);
    this.plot.look();
  }

  /** @param {number} right @param {number} down pixels */
  pan(right, down) {
    if (!this.points) return;
    this.view.pan(right, down);
    this.plot.carry.pan();
    this.refresh();
  }

  /** @param {"pictures" | "lines"} layer @param {boolean} isShown */
  show(layer, isShown) {
    this.shown[layer] = isShown;
    mark(this.root, layer, { pressed: isShown });
    this.refresh();
  }

  /** @param {number} row whose tooltip is shown; -1 hides it @param {[number, number]} [at] pixels */
  describe(row, at = this.pointer) {
    this.pointer = at;
    if (row < 0) return this.tooltip.hide();
    this.tooltip.show(row, at, this.view, meaning(this, row));
  }

  reportPicks() {
    this.refresh();
    this.listener.picked(this.picks.message(this.#applied.points.key));
  }

  /** Draws the overlay in the next frame; the points stay as they are. */
  refresh() {
    if (this.#isFrameAsked) return;
    this.#isFrameAsked = true;
    requestAnimationFrame(() => {
      this.#isFrameAsked = false;
      this.#drawOverlay();
    });
  }

  #drawOverlay() {
    this.overlay.draw();
    if (!this.root.dataset.error) note(this.root, remarks(this));
  }

  #onPictures() {
    if (this.hovered >= 0 && !this.tooltip.element.hidden) this.describe(this.hovered);
    this.refresh();
  }

  #resize() {
    const { clientWidth: width, clientHeight: height } = this.root;
    if (width < 2 || height < 2) return;
    const isNarrow = width < NARROW;
    this.root.dataset.narrow = String(isNarrow);
    this.view.inset = isNarrow ? { left: 12, right: 12, top: 44, bottom: 60 } : { left: 60, right: 28, top: 28, bottom: 28 };
    this.view.resize(width, height);
    this.plot.resize(width, height);
    this.overlay.resize(width, height);
    if (this.colours) this.plot.restyle(this.colours, this.theme, height);
    this.plot.look();
    this.refresh();
  }

  destroy() {
    this.stop();
    this.observer.disconnect();
    this.sprites.destroy();
    this.plot.destroy();
  }
}
