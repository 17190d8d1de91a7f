/**
 * What an edit did: how far each factor moved, whether the person is still the same, which words fit better now.
 *
 * @typedef {import("./main.js").Settings} Settings
 * @typedef {object} Measured
 * @property {string} face
 * @property {Settings} settings  what it is measured of
 * @property {Record<string, number>} shift  factor → how far it moved on its slider
 * @property {Settings} before  where the encoder sees each factor: of many values, value → position
 * @property {Settings} after
 * @property {number} identity
 * @property {[number, number][]} cosines  before and after, a prompt each
 * @property {[number, number][] | null} path  on the map
 */
import { make } from "./make.js";
import { signed } from "./rows.js";

/** A shift that fills half of its bar: from one value to the other. */
const WAY = 2;
/** The least change of a cosine that can fill half of its bar. */
const LEAST = 0.02;

export class Figures {
  /** @param {HTMLElement} moved @param {HTMLElement} words */
  constructor(moved, words) {
    this.bars = moved.querySelector(".bars");
    this.identity = moved.querySelector("output");
    this.words = words.querySelector(".bars");
  }

  /** @param {Measured} measured @param {import("./main.js").StudioData} data @param {Settings} settings */
  show(measured, data, settings) {
    this.bars.replaceChildren(...data.rows.flatMap(({ factor }) => {
      const shift = towards(measured, factor, settings[factor]);
      return bar(factor, shift / WAY, signed(shift), factor in settings ? "asked" : "leak");
    }));
    this.identity.textContent = signed(measured.identity, 3);
    const changes = measured.cosines.map(([before, after]) => after - before);
    const most = Math.max(LEAST, ...changes.map(Math.abs));
    this.words.replaceChildren(...data.prompts.flatMap((prompt, at) => {
      return bar(prompt, changes[at] / most, `${signed(measured.cosines[at][1], 3)} ${plus(changes[at])}`, "asked");
    }));
  }
}

/** How far a factor moved; of many values, if one was set, towards that one. @param {Measured} measured */
function towards({ before, after, shift }, factor, setting) {
  const [value] = typeof setting === "object" ? Object.keys(setting) : [];
  return value === undefined ? shift[factor] : after[factor][value] - before[factor][value];
}

/** A bar to the left or right of its middle. @param {number} share −1 … 1 */
function bar(name, share, number, kind) {
  const term = make("dt", "", name, { title: name });
  const value = make("dd", kind);
  const track = make("span", "track");
  const fill = make("i");
  const clipped = Math.min(Math.max(share, -1), 1);
  fill.style.left = `${50 + 50 * Math.min(clipped, 0)}%`;
  fill.style.width = `${50 * Math.abs(clipped)}%`;
  track.append(fill);
  value.append(track, make("output", "", number));
  return [term, value];
}

const plus = (number) => (number > -0.0005 ? "+" : "") + signed(number, 3);
