/**
 * Panning where drawing is slow: the picture that is there moves along at once, and the points are drawn anew now and
 * then, and when the pointer rests. Where drawing is fast, every frame is drawn.
 *
 * @typedef {import("./view.js").View} View
 */
/** A drawing is felt some frames later: the browser takes frames in hand before the graphics have finished the last. */
const FRAMES = 3;
const SLOW = 110;
const REST = 120;
/** Drawing takes at most about one part in so many of the time. */
const PARTS = 4;

export class Carry {
  /** Milliseconds from the last drawing to the end of the `FRAMES` frames after it. */
  cost = 0;
  #drawnAt = -Infinity;
  #asked = [0, 0];
  #drawn = [0, 0];

  /** @param {HTMLCanvasElement} canvas @param {View} view @param {() => void} draw asks for a drawing of the view */
  constructor(canvas, view, draw) {
    Object.assign(this, { canvas, view, draw });
  }

  /** A drawing of the view as it is now was asked for. */
  ask() {
    clearTimeout(this.rest);
    this.#asked = [...this.view.shift];
  }

  /** The points were drawn, in this frame. */
  settle() {
    const started = performance.now();
    this.#drawnAt = started;
    this.#drawn = this.#asked;
    this.#place();
    inFrames(FRAMES, () => (this.cost = performance.now() - started));
  }

  /** The view was panned. */
  pan() {
    if (this.cost < SLOW || performance.now() - this.#drawnAt > PARTS * this.cost) return this.draw();
    this.#place();
    clearTimeout(this.rest);
    this.rest = setTimeout(this.draw, REST);
  }

  #place() {
    const half = this.view.height / 2;
    const [right, up] = this.view.shift.map((now, axis) => (now - this.#drawn[axis]) * half);
    this.canvas.style.transform = right || up ? `translate(${right}px, ${-up}px)` : "";
  }
}

/** @param {number} count of frames @param {() => void} then */
function inFrames(count, then) {
  requestAnimationFrame(() => (count > 1 ? inFrames(count - 1, then) : then()));
}
