/** What the map says about itself in its corner: what is left out, what is lit, what is selected. */

/** @param {HTMLElement} root @param {string} text nothing is shown when it is empty */
export function note(root, text) {
  const element = root.querySelector(".note");
  if (element.textContent !== text) element.textContent = text;
  element.hidden = text === "";
}

/** @param {import("./map.js").ScatterMap} map @returns {string} */
export function remarks({ overlay, shown, hits, picks }) {
  const parts = [];
  if (shown.pictures && overlay.pictures.length < overlay.picturesInView) {
    parts.push(`${few(overlay.pictures.length, overlay.picturesInView)} pictures in view`);
  }
  if (shown.lines && overlay.lines < overlay.linesInView) parts.push(`${few(overlay.lines, overlay.linesInView)} lines in view`);
  if (hits) parts.push(`${plain(hits.reduce((sum, hit) => sum + hit, 0))} points lit`);
  if (picks.rows.length > 0) parts.push(`${plain(picks.rows.length)} selected, Esc clears`);
  return parts.join(" · ");
}

const plain = (count) => count.toLocaleString("en");
const few = (some, all) => `${plain(some)} of ${plain(all)}`;
