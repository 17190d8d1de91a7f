/**
 * Panning where drawing is slow: the picture that is there moves along at once, and the points are drawn anew now and
 * then, and when the pointer rests. Where drawing is fast, every frame is drawn.
 *
 * @typedef {import("./view.js").View} View
 */
/** A drawing is felt in one of so many frames after it: the browser takes some in hand before the graphics are done. */
const FRAMES = 16;
/** A longer wait is not the drawing's: nobody looks at a hidden page, and it is given no frames. */
const LONGEST_WAIT = 1000;
const SLOW = 60;
const REST = 120;
const LONGEST_REST = 500;
/** Drawing takes at most about one part in so many of the time. */
const PARTS = 4;

export class Carry {
  /** Milliseconds: the longest wait for a frame after a drawing, the last drawings' mean with falling weights. */
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
    this.#drawnAt = performance.now();
    this.#drawn = this.#asked;
    this.#place();
    this.#weigh();
  }

  /** The view was panned. */
  pan() {
    if (this.cost < SLOW || performance.now() - this.#drawnAt > PARTS * this.cost) return this.draw();
    this.#place();
    clearTimeout(this.rest);
    // Where drawing is slow, so are the pointer's moves: a pause between two of them is not yet a rest.
    this.rest = setTimeout(this.draw, Math.min(REST + this.cost, LONGEST_REST));
  }

  /** Watches the frames after a drawing, until the next one or for `FRAMES`. */
  #weigh() {
    const drawnAt = this.#drawnAt;
    let before = drawnAt;
    let longest = 0;
    let count = 0;
    const look = () => {
      const now = performance.now();
      longest = Math.max(longest, Math.min(now - before, LONGEST_WAIT));
      before = now;
      if (++count < FRAMES && drawnAt === this.#drawnAt) requestAnimationFrame(look);
      else this.cost = (this.cost + longest) / 2;
    };
    requestAnimationFrame(look);
  }

  #place() {
    const half = this.view.height / 2;
    const [right, up] = this.view.shift.map((now, axis) => (now - this.#drawn[axis]) * half);
    this.canvas.style.transform = right || up ? `translate(${right}px, ${-up}px)` : "";
  }
}
