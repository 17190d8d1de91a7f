/**
 * Words on the map, e.g. the names of clusters at their middles. Where two would cover each other, the first stays.
 *
 * @typedef {{text: string, row: number}} Label  row: the point that it stands at
 * @typedef {{label: Label, left: number, top: number, width: number}} Set
 */
import { DIM } from "./colours.js";
import { css } from "./theme.js";

const SIZE = 13;
const GAP = 4;
const LONGEST = 28;
const FAINT = 0.3;

/**
 * @param {CanvasRenderingContext2D} context
 * @param {import("./map.js").ScatterMap} map
 * @returns {Set[]} those that are drawn
 */
export function drawLabels(context, map) {
  context.font = `600 ${SIZE}px ${map.theme.font}`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  const placed = [];
  for (const label of map.labels) {
    const set = place(context, map, label);
    if (isInside(set, map.view) && !placed.some((other) => isOver(set, other))) placed.push(set);
  }
  for (const set of placed) draw(context, map, set);
  return placed;
}

function place(context, map, label) {
  const [left, top] = map.place(label.row);
  return { label, left, top, width: context.measureText(shortened(label.text)).width };
}

function isInside({ left, top, width }, view) {
  return left > width / 2 && left < view.width - width / 2 && top > SIZE && top < view.height - SIZE;
}

function isOver(one, other) {
  const apart = (one.width + other.width) / 2 + GAP;
  return Math.abs(one.left - other.left) < apart && Math.abs(one.top - other.top) < SIZE + GAP;
}

function draw(context, map, { label, left, top }) {
  context.globalAlpha = map.level[label.row] === DIM ? FAINT : 1;
  context.lineJoin = "round";
  context.lineWidth = 4;
  context.strokeStyle = css(map.theme.background, 0.9);
  context.strokeText(shortened(label.text), left, top);
  context.fillStyle = css(map.theme.text);
  context.fillText(shortened(label.text), left, top);
  context.globalAlpha = 1;
}

const shortened = (text) => (text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text);
