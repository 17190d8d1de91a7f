/**
 * The sliders: a row a factor, under each a strip of what it does; a factor with many values has a button for each.
 *
 * @typedef {import("./main.js").Row} Row
 * @typedef {{factor: string, value: string | null, position: number | null}} Move  no position: as the face was
 */
import { make } from "./make.js";

const STEP = 0.05;
const REACH = 3;
/** Of a strip's pictures every second is shown. */
const EVERY = 2;

export class SliderRow {
  /** @param {Row} row @param {number[]} positions @param {number} count of all sliders @param {(move: Move) => void} move */
  constructor(row, positions, count, move) {
    Object.assign(this, { row, positions, count, move });
    this.many = row.values.length > 2;
    this.value = row.values.at(-1);
    this.number = make("output");
    this.back = make("button", "back", "×", { type: "button", title: "As it was", onclick: () => this.#back() });
    this.marks = make("div", "marks");
    this.film = make("div", "film", "", { onclick: (event) => this.#pick(event) });
    this.film.append(...positions.filter((_, at) => at % EVERY === 0).map(() => make("span")));
    this.slider = make("input", "", "", { type: "range", min: -REACH, max: REACH, step: STEP });
    this.slider.setAttribute("aria-label", row.factor);
    this.slider.oninput = () => this.#moved(Number(this.slider.value));
    this.element = make("div", "row");
    this.element.dataset.factor = row.factor;
    const track = make("div", "track");
    track.append(this.slider, this.marks, this.film);
    this.element.append(this.#head(), track, this.#end());
  }

  /** The number of the slider on screen. */
  get slide() {
    return this.row.slides[this.value];
  }

  /** Shows where it stands. @param {number | Record<string, number> | undefined} setting @param {number[]} starts */
  show(setting, starts) {
    if (this.many) this.value = setting ? Object.keys(setting)[0] : this.#own(starts);
    const start = starts[this.slide];
    const position = setting === undefined ? start : this.many ? setting[this.value] : setting;
    this.slider.value = String(position);
    this.number.textContent = signed(position);
    this.element.dataset.set = String(setting !== undefined);
    this.element.querySelectorAll("[data-value]").forEach((button) => {
      button.setAttribute("aria-pressed", String(button.dataset.value === this.value));
    });
    [...this.film.children].forEach((cell, at) => {
      const column = (at * EVERY) / (this.positions.length - 1);
      cell.style.backgroundPosition = `${100 * column}% ${(100 * this.slide) / Math.max(this.count - 1, 1)}%`;
    });
  }

  /** The face as it was and as it is, on a slider of two values. @param {import("./figures.js").Measured} measured */
  mark(measured) {
    const places = this.many ? [] : [measured.before, measured.after].map((seen) => seen[this.row.factor]);
    this.marks.replaceChildren(...places.map((position, at) => {
      const mark = make("i", at ? "mark is" : "mark was");
      mark.style.setProperty("--at", String(Math.min(Math.max(position, -REACH), REACH)));
      return mark;
    }));
  }

  #head() {
    const head = make("div", "head");
    head.append(make("label", "", this.row.factor), this.many ? this.#values() : this.#ends());
    return head;
  }

  #end() {
    const end = make("div", "end");
    end.append(this.number, this.back);
    return end;
  }

  #ends() {
    const [low, high] = this.row.values;
    return make("span", "ends", `${low} … ${high}`, { title: `−1: ${low}, 1: ${high}` });
  }

  #values() {
    const values = make("span", "values");
    values.append(...this.row.values.map((value) => {
      const button = make("button", "", value, { type: "button", onclick: () => this.#become(value) });
      button.dataset.value = value;
      return button;
    }));
    return values;
  }

  /** Of many values the one that the face has. @param {number[]} starts */
  #own = (starts) => {
    this.own = this.row.values.find((value) => starts[this.row.slides[value]] > 0) ?? this.row.values[0];
    return this.own;
  };

  #become(value) {
    this.value = value;
    this.move({ factor: this.row.factor, value, position: 1 });
  }

  #moved(position) {
    this.move({ factor: this.row.factor, value: this.many ? this.value : null, position });
  }

  #back() {
    this.move({ factor: this.row.factor, value: this.many ? this.value : null, position: null });
  }

  #pick(event) {
    const { left, width } = this.film.getBoundingClientRect();
    const column = Math.floor(((event.clientX - left) / width) * this.film.children.length);
    this.#moved(this.positions[column * EVERY]);
  }
}

/** @param {number} number */
export const signed = (number, digits = 2) => number.toFixed(digits).replace(/^-(?=0\.?0*$)/, "").replace("-", "−");
