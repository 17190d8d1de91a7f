/**
 * What a person does with the pointer, the keys and the buttons, done to the map.
 *
 * @typedef {import("./map.js").ScatterMap} ScatterMap
 */
import { DIM } from "./colours.js";
import { savePicture } from "./save.js";
import { mark } from "./toolbar.js";

const STEP = 1.6;

/** @param {ScatterMap} map @returns {import("./input.js").Actions} */
export function pointerActions(map) {
  return {
    tool: () => map.tool,
    pan: (right, down) => map.pan(right, down),
    zoom: (factor, at) => map.move((view) => view.zoom(factor, ...(at ?? []))),
    home: () => map.move((view) => view.home()),
    hover: (at) => hover(map, at),
    click: (at) => click(map, at),
    lasso(path) {
      map.lasso = path;
      map.refresh();
    },
    lassoEnd: (path, how) => select(map, path, how),
    clear: () => clear(map),
  };
}

/** @param {ScatterMap} map @returns {Record<string, () => void>} by the buttons' names */
export function buttonActions(map) {
  return {
    pan: () => setTool(map, "pan"),
    lasso: () => setTool(map, "lasso"),
    box: () => setTool(map, "box"),
    nearer: () => map.move((view) => view.zoom(STEP)),
    farther: () => map.move((view) => view.zoom(1 / STEP)),
    home: () => map.move((view) => view.home()),
    pictures: () => map.show("pictures", !map.shown.pictures),
    lines: () => map.show("lines", !map.shown.lines),
    save: () => savePicture(map),
  };
}

function setTool(map, tool) {
  map.tool = tool;
  map.canvas.dataset.tool = tool;
  for (const each of ["pan", "lasso", "box"]) mark(map.root, each, { pressed: each === tool });
}

function hover(map, at) {
  const row = at ? map.rowAt(...at) : -1;
  map.canvas.dataset.over = String(row >= 0);
  map.describe(row, at);
  if (row === map.hovered) return;
  map.hovered = row;
  map.refresh();
}

function click(map, at) {
  const row = map.rowAt(...at);
  if (row < 0) return;
  map.picks.clicked = row;
  map.describe(row, at);
  map.reportPicks();
}

/** Points that the legend hides are not selected; those that a search dims are. */
function select(map, path, how) {
  if (!map.points) return;
  const isLive = (row) => map.legend.only.size === 0 || map.level[row] !== DIM;
  const rows = map.grid.within(path.map((at) => map.view.toMap(...at)));
  map.picks.change(rows.filter(isLive), how);
  map.plot.select(map.picks.rows);
  map.reportPicks();
}

function clear(map) {
  if (map.picks.isEmpty) return;
  map.picks.reset(map.points.count);
  map.plot.select([]);
  map.reportPicks();
}
