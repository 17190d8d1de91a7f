/**
 * What part of the map is seen. A point p of the map lies, in half heights of the canvas from its middle,
 * at `scale · p + shift`: the camera matrix of regl-scatterplot, kept here so that any pointer can move it.
 */
const CLOSEST = 4000;
const FARTHEST = 0.5;

export class View {
  width = 1;
  height = 1;
  scale = 1;
  shift = [0, 0];
  /** @type {[number, number, number, number]} */
  bounds = [-1, -1, 1, 1];
  isHome = true;
  /** Pixels left free at the edges when the whole map is shown, for the buttons that lie there. */
  inset = { left: 24, right: 24, top: 24, bottom: 24 };

  /** @returns {Float32Array} 4 × 4, by columns */
  get matrix() {
    const { scale, shift } = this;
    return new Float32Array([scale, 0, 0, 0, 0, scale, 0, 0, 0, 0, 1, 0, shift[0], shift[1], 0, 1]);
  }

  /** Pixels on the screen for one unit of the map. */
  get pixels() {
    return (this.scale * this.height) / 2;
  }

  /** @param {number} x @param {number} y @returns {[number, number]} pixels from the left upper corner */
  toScreen(x, y) {
    const half = this.height / 2;
    return [this.width / 2 + (this.scale * x + this.shift[0]) * half, half - (this.scale * y + this.shift[1]) * half];
  }

  /** @param {number} left @param {number} top pixels @returns {[number, number]} a place on the map */
  toMap(left, top) {
    const half = this.height / 2;
    return [
      ((left - this.width / 2) / half - this.shift[0]) / this.scale,
      ((half - top) / half - this.shift[1]) / this.scale,
    ];
  }

  /** @param {number} [margin] pixels beyond the edge @returns {[number, number, number, number]} what is seen of the map */
  box(margin = 0) {
    const [x0, y1] = this.toMap(-margin, -margin);
    const [x1, y0] = this.toMap(this.width + margin, this.height + margin);
    return [x0, y0, x1, y1];
  }

  /** @param {number} width @param {number} height pixels; the picture keeps its middle and its size */
  resize(width, height) {
    const ratio = this.height / height;
    this.width = width;
    this.height = height;
    this.scale *= ratio;
    this.shift = [this.shift[0] * ratio, this.shift[1] * ratio];
    if (this.isHome) this.home();
  }

  /** The scale and shift that show everything. */
  fit() {
    const [x0, y0, x1, y1] = this.bounds;
    const { left, right, top, bottom } = this.inset;
    const across = Math.max(this.width - left - right, 20);
    const down = Math.max(this.height - top - bottom, 20);
    const pixels = Math.min(across / Math.max(x1 - x0, 1e-6), down / Math.max(y1 - y0, 1e-6));
    const scale = (2 * pixels) / this.height;
    const middle = [(left - right) / this.height, (bottom - top) / this.height];
    return { scale, shift: [middle[0] - (scale * (x0 + x1)) / 2, middle[1] - (scale * (y0 + y1)) / 2] };
  }

  home() {
    Object.assign(this, this.fit(), { isHome: true });
  }

  /** @param {number} right @param {number} down pixels */
  pan(right, down) {
    this.shift = [this.shift[0] + (2 * right) / this.height, this.shift[1] - (2 * down) / this.height];
    this.isHome = false;
  }

  /** @param {number} factor @param {number} left @param {number} top the pixel that stays where it is */
  zoom(factor, left = this.width / 2, top = this.height / 2) {
    const whole = this.fit().scale;
    const scale = Math.min(CLOSEST * whole, Math.max(FARTHEST * whole, this.scale * factor));
    const [x, y] = this.toMap(left, top);
    this.shift = [this.shift[0] + (this.scale - scale) * x, this.shift[1] + (this.scale - scale) * y];
    this.scale = scale;
    this.isHome = false;
  }

  /** @param {number} x @param {number} y a place on the map that comes to the middle */
  centre(x, y) {
    this.shift = [-this.scale * x, -this.scale * y];
    this.isHome = false;
  }
}
