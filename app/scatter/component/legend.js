/**
 * Names and colours of the categories (the largest first; a click shows only that one), or the scale of values.
 */
import { css } from "./theme.js";

const SHOWN = 12;

export class Legend {
  /** @param {HTMLElement} element @param {(codes: Set<number>) => void} onFilter */
  constructor(element, onFilter) {
    this.element = element;
    this.onFilter = onFilter;
    /** @type {Set<number>} categories shown alone; empty is all */
    this.only = new Set();
    this.isLong = false;
  }

  /** @param {import("./colours.js").Colours} colours @param {import("./theme.js").Theme} theme */
  show(colours, theme) {
    this.only.clear();
    this.isLong = false;
    this.colours = colours;
    this.render(theme);
  }

  /** @param {import("./theme.js").Theme} theme */
  render(theme) {
    this.theme = theme;
    this.element.replaceChildren();
    this.element.append(this.#title());
    if (this.colours.names) this.#categories();
    else this.#scale();
  }

  /** On a narrow map only the title is seen until it is pressed. */
  #title() {
    const title = make("button", "title", this.colours.title || "Colours");
    title.type = "button";
    title.setAttribute("aria-expanded", this.element.dataset.open ?? "false");
    title.onclick = () => {
      this.element.dataset.open = String(this.element.dataset.open !== "true");
      title.setAttribute("aria-expanded", this.element.dataset.open);
    };
    return title;
  }

  /** @returns {{name: string, code: number, count: number}[]} categories that occur, the largest first */
  entries() {
    const counts = this.colours.counts();
    const found = this.colours.names.map((name, code) => ({ name, code, count: counts[code] })).filter(({ count }) => count > 0);
    return this.colours.byModality ? found : found.sort((a, b) => b.count - a.count);
  }

  #categories() {
    const entries = this.entries();
    if (this.colours.byModality && entries.length < 2) {
      this.element.replaceChildren();
      return;
    }
    const list = make("div", "entries");
    for (const entry of this.isLong ? entries : entries.slice(0, SHOWN)) list.append(this.#entry(entry));
    this.element.append(list);
    if (entries.length > SHOWN) this.element.append(this.#more(entries.length - SHOWN));
  }

  #entry({ name, code, count }) {
    const button = make("button", "entry");
    button.type = "button";
    button.setAttribute("aria-pressed", String(this.only.has(code)));
    button.dataset.off = String(this.only.size > 0 && !this.only.has(code));
    button.title = `${name}: ${count.toLocaleString("en")} points. Click to show it alone, with Ctrl to add it`;
    const dot = make("span", "dot");
    dot.style.background = css(this.colours.palette[code]);
    button.append(dot, make("span", "name", name), make("span", "count", count.toLocaleString("en")));
    button.onclick = (event) => this.#toggle(code, event.ctrlKey || event.metaKey || event.shiftKey);
    return button;
  }

  #toggle(code, isAdded) {
    const wasOnly = this.only.has(code) && (isAdded || this.only.size === 1);
    if (!isAdded) this.only.clear();
    if (wasOnly) this.only.delete(code);
    else this.only.add(code);
    this.render(this.theme);
    this.onFilter(this.only);
  }

  #more(count) {
    const button = make("button", "more", this.isLong ? "show fewer" : `+ ${count} more`);
    button.type = "button";
    button.onclick = () => {
      this.isLong = !this.isLong;
      this.render(this.theme);
    };
    return button;
  }

  #scale() {
    const { palette, range } = this.colours;
    const stops = [0, 0.125, 0.25, 0.375, 0.5, 0.625, 0.75, 0.875, 1].map((at) => css(palette[Math.round(at * (palette.length - 1))]));
    const bar = make("div", "bar");
    bar.style.background = `linear-gradient(to right, ${stops.join(", ")})`;
    const ends = make("div", "ends");
    ends.append(...range.map((end) => make("span", "", Number(end.toPrecision(3)).toLocaleString("en", { maximumSignificantDigits: 3 }))));
    this.element.append(bar, ends);
  }
}

function make(tag, className, text = "") {
  const element = document.createElement(tag);
  element.className = className;
  element.textContent = text;
  return element;
}
