/**
 * What Streamlit calls: once when the component appears and again whenever its data or the theme changes,
 * with the same parent element. Returns what it calls when the component goes.
 *
 * @typedef {Record<string, number | Record<string, number>>} Settings  factor → position, or {value: position}
 * @typedef {{factor: string, values: string[], slides: Record<string, number>}} Row  slides: value → its number
 * @typedef {object} StudioData  what Python sends, see app/faces/studio.py
 * @property {number} side  pixels of a picture
 * @property {number[]} positions  of a strip's pictures on their slider
 * @property {Row[]} rows
 * @property {string} face  different for different faces
 * @property {Settings} settings  what the pictures are of
 * @property {string | null} original  PNG in base64, as `plain` and `edited`
 * @property {string} plain  the reconstruction
 * @property {string} edited
 * @property {string} sheet  address of a JPEG: a row a slider, a column a position
 * @property {number[]} starts  where each slider stands until it is moved
 * @property {string[]} prompts
 * @property {import("./ground.js").GroundData | null} ground
 * @property {import("./figures.js").Measured | null} measured
 */
import { Studio } from "./studio.js";

/** @type {WeakMap<object, {studio: Studio, calls: number}>} */
const studios = new WeakMap();

export default function ({ data, parentElement, setStateValue }) {
  const kept = studios.get(parentElement) ?? { studio: new Studio(parentElement.querySelector(".studio")), calls: 0 };
  studios.set(parentElement, kept);
  const call = ++kept.calls;
  kept.studio.tell = setStateValue;
  kept.studio.update(data);
  return () => {
    // Streamlit also calls this for a call that a newer one has overtaken: then the studio stays.
    if (kept.calls !== call || studios.get(parentElement) !== kept) return;
    studios.delete(parentElement);
    kept.studio.destroy();
  };
}
