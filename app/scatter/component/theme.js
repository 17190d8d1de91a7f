/**
 * Colours of the page, from the custom properties that Streamlit puts around a component.
 *
 * @typedef {[number, number, number]} Rgb  each 0…1
 * @typedef {{dark: boolean, background: Rgb, text: Rgb, primary: Rgb, font: string}} Theme
 */

const probe = document.createElement("canvas").getContext("2d", { willReadFrequently: true });

/** @param {string} colour anything CSS understands @returns {Rgb} */
export function rgb(colour) {
  probe.canvas.width = probe.canvas.height = 1;
  probe.fillStyle = colour;
  probe.fillRect(0, 0, 1, 1);
  const [r, g, b] = probe.getImageData(0, 0, 1, 1).data;
  return [r / 255, g / 255, b / 255];
}

/** @param {Element} element @returns {Theme} */
export function readTheme(element) {
  const style = getComputedStyle(element);
  const read = (name, fallback) => style.getPropertyValue(name).trim() || fallback;
  const background = rgb(read("--st-background-color", "#ffffff"));
  return {
    dark: luminance(background) < 0.4,
    background,
    text: rgb(read("--st-text-color", "#222222")),
    primary: rgb(read("--st-primary-color", "#0072b2")),
    font: read("--st-font", "system-ui, sans-serif"),
  };
}

/** @param {Rgb} colour */
export const luminance = ([r, g, b]) => 0.2126 * r + 0.7152 * g + 0.0722 * b;

/** @param {Rgb} a @param {Rgb} b @param {number} share of b @returns {Rgb} */
export const mix = (a, b, share) => /** @type {Rgb} */ (a.map((value, at) => value * (1 - share) + b[at] * share));

/** @param {Rgb} colour @param {number} [alpha] */
export const css = ([r, g, b], alpha = 1) =>
  `rgb(${Math.round(r * 255)} ${Math.round(g * 255)} ${Math.round(b * 255)} / ${alpha})`;

/** @param {string} hex "#rrggbb" @returns {Rgb} */
export const fromHex = (hex) => /** @type {Rgb} */ ([1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16) / 255));
