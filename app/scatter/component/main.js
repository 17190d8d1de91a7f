/**
 * What Streamlit calls: once when the component appears and again whenever its data or the theme changes,
 * with the same parent element. Returns what it calls when the component goes.
 *
 * @typedef {{key: string, source: import("./data.js").Source}} Part
 * @typedef {object} MapData  what Python sends, see app/scatter/component.py
 * @property {Part} points
 * @property {Part} captions
 * @property {Part | null} sprites
 * @property {(import("./colours.js").ColourSpec & {key: string}) | null} colour
 * @property {Part | null} hits  a bit mask over the rows
 * @property {import("./picks.js").PickedMessage} picked
 * @property {number | null} focus  a row to ring
 * @property {boolean} lines
 * @property {import("./labels.js").Label[]} labels
 * @property {number | null} height  pixels; null fills the window
 */
import { load } from "./data.js";
import { note } from "./note.js";
import { ScatterMap } from "./map.js";

/** @type {WeakMap<object, {map: ScatterMap, calls: number}>} */
const maps = new WeakMap();

export default function ({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".map");
  load(data.points.source).catch(() => null); // under way while WebGL starts; `update` meets its failure
  const listener = {
    picked: (message) => setStateValue("picked", message),
    failed: (error) => error.message.startsWith("WebGL") && withoutWebGL(root, setStateValue, error),
  };
  const kept = maps.get(parentElement) ?? start(parentElement, root, listener);
  if (!kept) return undefined;
  const call = ++kept.calls;
  kept.map.listener = listener;
  kept.map.update(data);
  return () => {
    // Streamlit also calls this for a call that a newer one has overtaken: then the map stays.
    if (kept.calls !== call || maps.get(parentElement) !== kept) return;
    maps.delete(parentElement);
    kept.map.destroy();
  };
}

/** @returns {{map: ScatterMap, calls: number} | undefined} */
function start(parentElement, root, listener) {
  try {
    maps.set(parentElement, { map: new ScatterMap(root, listener), calls: 0 });
  } catch (error) {
    listener.failed(new Error(`WebGL: ${error.message}`));
  }
  return maps.get(parentElement);
}

function withoutWebGL(root, setStateValue, error) {
  console.warn("Clipscape: the server draws the map instead.", error);
  note(root, "This browser has no WebGL; a plainer map follows.");
  setStateValue("webgl", false);
}
