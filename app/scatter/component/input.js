/**
 * Mouse, pen and touch in one: drags pan or lasso, two fingers or the wheel zoom, a still pointer hovers.
 *
 * @typedef {[number, number]} Place  pixels from the canvas' left upper corner
 * @typedef {object} Actions
 * @property {(right: number, down: number) => void} pan
 * @property {(factor: number, at: Place) => void} zoom
 * @property {(at: Place | null) => void} hover
 * @property {(at: Place) => void} click
 * @property {(path: Place[]) => void} lasso           while it is drawn
 * @property {(path: Place[], how: "replace" | "add" | "remove") => void} lassoEnd
 * @property {() => void} clear
 * @property {() => "pan" | "lasso" | "box"} tool
 * @property {() => void} home
 */
const STILL = 4;
const KEY_STEP = 60;

/** @param {HTMLElement} element @param {Actions} actions @returns {() => void} stops listening */
export function listen(element, actions) {
  /** @type {Map<number, Place>} */
  const pointers = new Map();
  /** @type {{start: Place, path: Place[], tool: string, moved: boolean} | null} */
  let drag = null;
  const stop = new AbortController();
  const on = (name, handler, options = {}) => element.addEventListener(name, handler, { signal: stop.signal, ...options });

  const place = (event) => {
    const box = element.getBoundingClientRect();
    return /** @type {Place} */ ([event.clientX - box.left, event.clientY - box.top]);
  };

  on("pointerdown", (event) => {
    if (event.button !== 0) return;
    element.focus({ preventScroll: true });
    element.setPointerCapture(event.pointerId);
    const at = place(event);
    pointers.set(event.pointerId, at);
    const tool = event.shiftKey && actions.tool() === "pan" ? "lasso" : actions.tool();
    if (pointers.size === 1) drag = { start: at, path: [at], tool, moved: false };
    else endLasso(null);
    if (event.pointerType !== "touch" && tool !== "pan") actions.hover(null);
  });

  on("pointermove", (event) => {
    const at = place(event);
    if (!pointers.has(event.pointerId)) {
      if (event.pointerType !== "touch") actions.hover(at);
      return;
    }
    const before = pointers.get(event.pointerId);
    if (pointers.size === 2) pinch(event.pointerId, before, at);
    pointers.set(event.pointerId, at);
    if (pointers.size === 1 && drag) move(before, at);
  });

  /** @param {number} id @param {Place} before @param {Place} after */
  function pinch(id, before, after) {
    const [other] = [...pointers].find(([pointer]) => pointer !== id).slice(1);
    const distance = (at) => Math.hypot(at[0] - other[0], at[1] - other[1]);
    actions.pan((after[0] - before[0]) / 2, (after[1] - before[1]) / 2);
    actions.zoom(distance(after) / Math.max(distance(before), 1), [(after[0] + other[0]) / 2, (after[1] + other[1]) / 2]);
  }

  function move(before, at) {
    drag.moved ||= Math.hypot(at[0] - drag.start[0], at[1] - drag.start[1]) > STILL;
    if (!drag.moved) return;
    if (drag.tool === "pan") {
      element.dataset.dragging = "true";
      actions.hover(null);
      actions.pan(at[0] - before[0], at[1] - before[1]);
    } else {
      drag.path = drag.tool === "box" ? corners(drag.start, at) : [...drag.path, at];
      actions.lasso(drag.path);
    }
  }

  function endLasso(event) {
    delete element.dataset.dragging;
    const ended = drag;
    drag = null;
    if (!ended) return;
    if (ended.tool !== "pan") actions.lasso([]);
    if (!event) return;
    if (!ended.moved) actions.click(ended.start);
    else if (ended.tool !== "pan" && ended.path.length > 2) actions.lassoEnd(ended.path, how(event));
  }

  on("pointerup", (event) => {
    if (!pointers.delete(event.pointerId)) return;
    if (pointers.size === 0) endLasso(event);
    else drag = null;
  });
  on("pointercancel", (event) => {
    pointers.delete(event.pointerId);
    endLasso(null);
  });
  on("pointerleave", () => pointers.size === 0 && actions.hover(null));
  on("dblclick", () => actions.clear());
  on("wheel", (event) => {
    event.preventDefault();
    const pixels = event.deltaY * (event.deltaMode === 1 ? 16 : 1) * (event.ctrlKey ? 4 : 1);
    actions.zoom(Math.exp(-Math.max(-240, Math.min(240, pixels)) / 320), place(event));
  }, { passive: false });
  on("keydown", (event) => {
    const handler = keys(actions)[event.key];
    if (!handler || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    handler();
  });
  return () => stop.abort();
}

/** @param {PointerEvent} event */
const how = (event) => (event.ctrlKey || event.metaKey ? "add" : event.altKey ? "remove" : "replace");

/** @param {Place} a @param {Place} b @returns {Place[]} */
const corners = (a, b) => [a, [b[0], a[1]], b, [a[0], b[1]]];

/** @param {Actions} actions */
const keys = (actions) => ({
  ArrowLeft: () => actions.pan(KEY_STEP, 0),
  ArrowRight: () => actions.pan(-KEY_STEP, 0),
  ArrowUp: () => actions.pan(0, KEY_STEP),
  ArrowDown: () => actions.pan(0, -KEY_STEP),
  "+": () => actions.zoom(1.4, null),
  "=": () => actions.zoom(1.4, null),
  "-": () => actions.zoom(1 / 1.4, null),
  0: () => actions.home(),
  Escape: () => actions.clear(),
});
