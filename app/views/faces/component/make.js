/** @param {string} name @param {string} [className] @param {string} [text] @param {object} [more] properties */
export const make = (name, className = "", text = "", more = {}) =>
  Object.assign(document.createElement(name), { className, textContent: text }, more);
