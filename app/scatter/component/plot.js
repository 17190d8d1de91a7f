/**
 * regl-scatterplot, used for what it is best at: drawing many points at any view. Pointers are ours (input.js),
 * so the canvas takes no events; its search index is ours too (grid.js), so it gets one for a single point.
 *
 * @typedef {import("./data.js").Geometry} Geometry
 * @typedef {import("./theme.js").Theme} Theme
 * @typedef {import("./view.js").View} View
 */
import createScatterplot, { createRenderer, createSpatialIndex } from "./vendor/regl-scatterplot.js";
import { Carry } from "./carry.js";
import { marks, paintOrder, states } from "./colours.js";

const MOVE_LIMIT = 50_000;
const MOVE_MILLISECONDS = 700;
const unusedIndex = createSpatialIndex([[0, 0]], false);

export class Plot {
  /** @type {Uint32Array} rows in the order of painting */
  order = new Uint32Array();
  /** @type {Geometry | null} */
  points = null;

  /** @param {HTMLCanvasElement} canvas @param {View} view @throws where the browser has no WebGL */
  constructor(canvas, view) {
    this.canvas = canvas;
    this.view = view;
    this.carry = new Carry(canvas, view, () => this.look());
    this.renderer = createRenderer({ canvas: document.createElement("canvas") });
    this.scatter = createScatterplot({
      renderer: this.renderer,
      canvas,
      cameraIsFixed: true,
      colorBy: "valueZ",
      sizeBy: "valueW",
      opacityBy: "valueW",
      pointSizeSelected: 1,
      pointOutlineWidth: 1.5,
      opacityInactiveMax: 0.22,
      deselectOnDblClick: false,
      deselectOnEscape: false,
      syncEvents: true,
    });
    this.onDraw(() => this.carry.settle());
  }

  /** @param {() => void} listener called in the frame in which the points were drawn */
  onDraw(listener) {
    this.scatter.subscribe("drawing", listener);
  }

  /** @param {number} width @param {number} height CSS pixels */
  resize(width, height) {
    this.renderer.resize(width, height);
    this.renderer.refresh();
    this.scatter.set({ width, height });
  }

  /** Draws the view as it is now, in the next frame. */
  look() {
    this.carry.ask();
    this.scatter.view(this.view.matrix, { preventEvent: true });
  }

  /**
   * @param {Geometry} points @param {import("./colours.js").Colours} colours @param {Uint8Array} level
   * @param {Theme} theme @param {number} height @returns {Promise<void>} once they are on the canvas
   */
  async draw(points, colours, level, theme, height) {
    const isMove = this.points !== null && this.points !== points && isSameItems(this.points, points);
    this.order = paintOrder(level);
    this.points = points;
    this.restyle(colours, theme, height);
    const z = colours.z(points);
    const w = states(points, level);
    const { x, y } = points;
    const rows = Array.from(this.order, (row) => [x[row], y[row], z[row], w[row]]);
    await this.scatter.draw(rows, {
      zDataType: "categorical",
      wDataType: "categorical",
      spatialIndex: await unusedIndex,
      transition: isMove,
      transitionDuration: MOVE_MILLISECONDS,
    });
  }

  /** Colours and sizes without sending the points again. */
  restyle(colours, theme, height) {
    const { sizes, opacities } = marks(this.points.count, height);
    this.scatter.set({
      backgroundColor: [...theme.background, 1],
      pointColor: colours.rgba(theme),
      pointColorActive: [...theme.primary, 1],
      pointSize: sizes,
      opacity: opacities,
    });
    this.scatter.redraw();
  }

  /** @param {number[]} rows ringed, the others dimmed */
  select(rows) {
    const place = new Uint32Array(this.order.length);
    this.order.forEach((row, at) => (place[row] = at));
    this.scatter.select(rows.map((row) => place[row]), { preventEvent: true });
    this.scatter.redraw();
  }

  /** @returns {boolean} whether any pixel was painted: false where WebGL only pretends */
  isPainted() {
    const small = new OffscreenCanvas(64, 64).getContext("2d", { willReadFrequently: true });
    small.drawImage(this.canvas, 0, 0, 64, 64);
    return small.getImageData(0, 0, 64, 64).data.some((value) => value > 0);
  }

  destroy() {
    this.scatter.destroy();
    this.renderer.canvas.getContext("webgl")?.getExtension("WEBGL_lose_context")?.loseContext();
    this.renderer.destroy();
  }
}

/** @param {Geometry} before @param {Geometry} after */
function isSameItems(before, after) {
  if (before.count !== after.count || after.count > MOVE_LIMIT) return false;
  return before.item.every((item, row) => item === after.item[row] && before.modality[row] === after.modality[row]);
}
