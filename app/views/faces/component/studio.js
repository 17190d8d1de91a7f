/** The face and its sliders: every move is drawn at once from strips that are already here; the exact picture follows. */
import { Figures } from "./figures.js";
import { Ground } from "./ground.js";
import { absolute, along, changed, difference, draw, read, readSheet, scale } from "./pictures.js";
import { SliderRow } from "./rows.js";

/** Milliseconds without a move until the server is asked for what belongs to it, and until figures are. */
const REST = 120;
const IDLE = 250;

/** @typedef {import("./main.js").StudioData} StudioData @typedef {import("./main.js").Settings} Settings */

export class Studio {
  /** @type {(name: string, value: object) => void} */
  tell;
  /** @type {Settings} */
  settings = {};
  /** The slider moved last. @type {number} */
  slide = 0;
  /** What `changed` starts from while the strips are those of an earlier edit. */
  #base = null;
  #data = null;
  #calls = 0;
  #timer = 0;

  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    const part = (name) => root.querySelector(`[data-part="${name}"]`);
    this.parts = Object.fromEntries(["edited", "original", "plain", "difference", "rows", "reset"].map((name) => [name, part(name)]));
    this.figures = new Figures(part("moved"), part("words"));
    this.ground = new Ground(part("map"));
    this.parts.reset.onclick = () => this.#reset();
    root.querySelector(".scale").style.background = scale;
    this.sizes = new ResizeObserver(() => this.#data && this.#drawAll());
    this.sizes.observe(this.parts.edited);
  }

  destroy() {
    clearTimeout(this.#timer);
    this.sizes.disconnect();
    this.ground.destroy();
  }

  /** @param {StudioData} data */
  async update(data) {
    const call = ++this.#calls;
    const known = this.#data;
    const [plain, edited, original, strips] = await Promise.all([
      kept(known, data, "plain") ?? read(data.plain, data.side),
      kept(known, data, "edited") ?? read(data.edited, data.side),
      kept(known, data, "original") ?? (data.original ? read(data.original, data.side) : null),
      known?.sheet === data.sheet ? known.pixels.strips : readSheet(data.sheet, data.side),
    ]);
    if (call !== this.#calls) return;
    if (known?.face !== data.face) this.settings = data.settings;
    this.#rows(data);
    this.#data = { ...data, pixels: { plain, edited, original, strips } };
    if (this.#current(data.settings)) this.#base = null;
    this.root.style.setProperty("--sheet", `url("${absolute(data.sheet)}")`);
    this.root.style.setProperty("--sheet-size", `${100 * data.positions.length}% ${100 * strips.length}%`);
    this.#drawAll();
    this.#measured(data);
  }

  /** @param {StudioData} data */
  #rows(data) {
    if (JSON.stringify(this.#data?.rows) === JSON.stringify(data.rows)) return;
    const count = data.rows.reduce((sum, row) => sum + Object.keys(row.slides).length, 0);
    this.rows = data.rows.map((row) => new SliderRow(row, data.positions, count, (move) => this.#moved(row, move)));
    this.parts.rows.replaceChildren(...this.rows.map((row) => row.element));
  }

  /** @param {import("./main.js").Row} row @param {import("./rows.js").Move} move */
  #moved(row, { factor, value, position }) {
    const slide = row.slides[value ?? row.values.at(-1)];
    if (!this.#fits(factor) && this.#base?.slide !== slide) {
      this.#base = { slide, from: this.#at(slide), pixels: this.pixels };
    }
    this.slide = slide;
    const { [factor]: _, ...others } = this.settings;
    const unmoved = position === null || (value !== null && position === 1 && this.#data.starts[slide] === 1);
    this.settings = unmoved ? others : { ...others, [factor]: value === null ? position : { [value]: position } };
    this.#drawEdited();
    this.#ask(REST);
  }

  #reset() {
    this.settings = {};
    this.#base = null;
    this.#drawEdited();
    this.#ask(0);
  }

  /** Tells the server where the sliders are, once they rest. */
  #ask(wait) {
    this.root.dataset.settled = "false";
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      if (this.#current(this.#data.settings)) this.#measured(this.#data);
      else this.tell("asked", { face: this.#data.face, settings: this.settings });
    }, wait);
  }

  /** Figures of the edit on screen, or a question for them once nothing moves. @param {StudioData} data */
  #measured(data) {
    const now = this.#current(data.settings);
    const measured = now && data.measured?.face === data.face ? data.measured : null;
    this.root.dataset.settled = String(Boolean(measured));
    this.ground.show(data.ground, data.rows, this.slide);
    if (measured) {
      this.figures.show(measured, data, this.settings);
      this.rows.forEach((row) => row.mark(measured));
      this.ground.path(measured.path, this.#data.pixels);
    } else if (now) {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.tell("settled", { face: data.face, settings: data.settings }), IDLE);
    }
  }

  /** Whether these are the sliders as they are now. @param {Settings} settings */
  #current = (settings) => ordered(settings) === ordered(this.settings);

  /** Whether the strips of a factor are of the face as all its other sliders are now. @param {string} factor */
  #fits(factor) {
    const others = (settings) => ordered({ ...settings, [factor]: 0 });
    return others(this.#data.settings) === others(this.settings);
  }

  /** Where a slider stands. @param {number} slide */
  #at(slide) {
    const { factor, value, many } = this.#named(slide);
    const setting = this.settings[factor];
    return (many ? setting?.[value] : setting) ?? this.#data.starts[slide];
  }

  #named(slide) {
    for (const { factor, slides, values } of this.#data.rows) {
      const value = Object.keys(slides).find((each) => slides[each] === slide);
      if (value !== undefined) return { factor, value, many: values.length > 2 };
    }
    return {};
  }

  /** The picture for the sliders as they are now. */
  #picture() {
    const { pixels, settings, starts } = this.#data;
    if (!Object.keys(this.settings).length) return pixels.plain;
    if (this.#current(settings)) return pixels.edited;
    const strip = pixels.strips[this.slide];
    const place = (position) => along(strip, (position + 3) / 6);
    const base = this.#base?.slide === this.slide && !this.#fits(this.#named(this.slide).factor) ? this.#base : null;
    const now = place(this.#at(this.slide) ?? starts[this.slide]);
    return base ? changed(base.pixels, place(base.from), now) : now;
  }

  #drawEdited() {
    const { pixels, starts } = this.#data;
    this.pixels = this.#picture();
    draw(this.parts.edited, this.pixels);
    draw(this.parts.difference, difference(this.pixels, pixels.plain));
    this.rows.forEach((row) => row.show(this.settings[row.row.factor], starts));
    this.root.dataset.drawn = String(Number(this.root.dataset.drawn ?? 0) + 1);
  }

  #drawAll() {
    const { pixels } = this.#data;
    this.parts.original.closest("figure").hidden = !pixels.original;
    if (pixels.original) draw(this.parts.original, pixels.original);
    draw(this.parts.plain, pixels.plain);
    this.#drawEdited();
  }
}

/** Settings as text, whatever their order. @param {Settings} settings */
const ordered = (settings) => JSON.stringify(Object.entries(settings).sort(([a], [b]) => (a < b ? -1 : 1)));

/** Pixels of the same file as last time. */
const kept = (known, data, name) => (known && data[name] && known[name] === data[name] ? known.pixels[name] : null);
