/** The buttons over the map. A pressed tool says what a drag does; the others act at once or switch a layer. */

/**
 * @param {HTMLElement} element holds `button[data-action]`
 * @param {Record<string, () => void>} actions by name
 */
export function bind(element, actions) {
  for (const button of element.querySelectorAll("button[data-action]")) {
    button.onclick = () => actions[button.dataset.action]();
  }
}

/** @param {HTMLElement} element @param {string} action @param {{pressed?: boolean, hidden?: boolean}} state */
export function mark(element, action, { pressed, hidden }) {
  const button = element.querySelector(`button[data-action=${action}]`);
  if (pressed !== undefined) button.setAttribute("aria-pressed", String(pressed));
  if (hidden !== undefined) button.hidden = hidden;
}
