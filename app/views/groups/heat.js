// Distances between groups as a picture: a cross follows the mouse, a click tells which two groups.
const EDGE = 6;

export default function ({ parentElement, data, setTriggerValue }) {
  const root = parentElement.querySelector(".heat");
  const canvas = root.querySelector("canvas");
  const note = root.querySelector(".note");
  const bytes = Uint8Array.from(atob(data.values), (each) => each.charCodeAt(0));
  const cells = painted(data, bytes);
  let over = null;
  const draw = () => paint(canvas, cells, data, over, getComputedStyle(root));
  const at = (event) => {
    const box = canvas.getBoundingClientRect();
    const place = (position, begin, length) => Math.floor(((position - begin) / length) * data.names.length);
    const column = place(event.clientX, box.left, box.width);
    const row = place(event.clientY, box.top, box.height);
    const inside = (value) => value >= 0 && value < data.names.length;
    return inside(row) && inside(column) ? { row, column } : null;
  };
  canvas.onpointermove = (event) => {
    over = at(event);
    draw();
    tell(note, data, bytes, over, event, root);
  };
  canvas.onpointerleave = () => {
    over = null;
    draw();
    note.hidden = true;
  };
  canvas.onclick = (event) => {
    const cell = at(event);
    if (cell) setTriggerValue("clicked", [cell.row, cell.column]);
  };
  root.querySelector(".save").onclick = () => save(cells, data);
  legend(root.querySelector(".scale"), data);
  const size = new ResizeObserver(draw);
  size.observe(canvas);
  draw();
  return () => size.disconnect();
}

/** One pixel a cell, in the order of the heat map. */
function painted({ names, palette }, bytes) {
  const picture = new OffscreenCanvas(names.length, names.length);
  const context = picture.getContext("2d");
  const image = context.createImageData(names.length, names.length);
  const levels = ramp(palette);
  bytes.forEach((value, cell) => image.data.set(levels[value], 4 * cell));
  context.putImageData(image, 0, 0);
  return picture;
}

/** 256 colours between the palette's stops. */
function ramp(palette) {
  const stops = palette.map((each) => [1, 3, 5].map((place) => parseInt(each.slice(place, place + 2), 16)));
  return Array.from({ length: 256 }, (_, level) => {
    const place = (level / 255) * (stops.length - 1);
    const low = Math.min(Math.floor(place), stops.length - 2);
    return [...stops[low].map((value, part) => value + (stops[low + 1][part] - value) * (place - low)), 255];
  });
}

function paint(canvas, cells, { names, chosen }, over, style) {
  const ratio = window.devicePixelRatio || 1;
  const side = Math.round(canvas.clientWidth * ratio);
  if (!side) return;
  if (canvas.width !== side) canvas.width = canvas.height = side;
  const context = canvas.getContext("2d");
  context.imageSmoothingEnabled = names.length > side;
  context.drawImage(cells, 0, 0, side, side);
  const cell = side / names.length;
  if (chosen !== null) cross(context, chosen, chosen, cell, side, style.getPropertyValue("--chosen"), 1.25 * ratio);
  if (over) cross(context, over.row, over.column, cell, side, "#ffffff", 1.5 * ratio);
}

function cross(context, row, column, cell, side, colour, width) {
  const thick = Math.max(cell, EDGE);
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.strokeRect(-width, row * cell + cell / 2 - thick / 2, side + 2 * width, thick);
  context.strokeRect(column * cell + cell / 2 - thick / 2, -width, thick, side + 2 * width);
}

function tell(note, { names, pictures, low, high }, bytes, over, event, root) {
  note.hidden = !over;
  if (!over) return;
  const byte = bytes[over.row * names.length + over.column];
  const distance = low + (byte / 255) * (high - low);
  note.replaceChildren(
    ...[over.row, over.column].filter((each, place) => !place || over.row !== over.column).map((each) => {
      const line = make("div", "who");
      if (pictures[each]) line.append(Object.assign(make("img"), { src: pictures[each], alt: "" }));
      line.append(make("span", "", names[each]));
      return line;
    }),
    make("div", "far", over.row === over.column ? "the same group" : `distance ${distance.toFixed(3)}`),
  );
  const box = root.getBoundingClientRect();
  const [x, y] = [event.clientX - box.left, event.clientY - box.top];
  note.style.left = `${x < box.width / 2 ? x + 14 : x - note.offsetWidth - 14}px`;
  note.style.top = `${Math.min(Math.max(y - 20, 0), box.height - note.offsetHeight)}px`;
}

function legend(scale, { palette, low, high }) {
  scale.querySelector(".bar").style.background = `linear-gradient(90deg, ${palette.join(", ")})`;
  scale.querySelector(".low").textContent = `near ${low.toFixed(2)}`;
  scale.querySelector(".high").textContent = `${high.toFixed(2)} far`;
}

/** The matrix alone, large enough to print. */
async function save(cells, { names }) {
  const side = names.length * Math.max(1, Math.ceil(1200 / names.length));
  const picture = new OffscreenCanvas(side, side);
  const context = picture.getContext("2d");
  context.imageSmoothingEnabled = false;
  context.drawImage(cells, 0, 0, side, side);
  const url = URL.createObjectURL(await picture.convertToBlob({ type: "image/png" }));
  Object.assign(document.createElement("a"), { href: url, download: "groups.png" }).click();
  URL.revokeObjectURL(url);
}

function make(name, className = "", text = "") {
  return Object.assign(document.createElement(name), { className, textContent: text });
}
