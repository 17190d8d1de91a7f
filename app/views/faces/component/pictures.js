/** Pictures as bytes, four a pixel: read, blended, compared and drawn without asking anybody. */

const [SERVER] = import.meta.url.split("/_stcore/");
const LARGEST = 1024;
/** The difference that has the scale's last colour, of 255. */
const FULL = 128;
const VIRIDIS = [
  [68, 1, 84], [72, 40, 120], [62, 73, 137], [49, 104, 142], [38, 130, 142],
  [31, 158, 137], [53, 183, 121], [110, 206, 88], [180, 222, 44], [253, 231, 37],
];

/** @typedef {Uint8ClampedArray} Pixels */

/** @param {string} url as the server writes it, "/media/…"; the app may live under any path */
export const absolute = (url) => new URL(url.replace(/^\//, ""), `${SERVER}/`).href;

/** @param {string} base64 a PNG @param {number} side @returns {Promise<Pixels>} */
export async function read(base64, side) {
  const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  return (await cells(new Blob([bytes]), side))[0][0];
}

/** @param {string} url a sheet of pictures @param {number} side @returns {Promise<Pixels[][]>} rows of columns */
export async function readSheet(url, side) {
  const response = await fetch(absolute(url));
  if (!response.ok) throw new Error(`the pictures could not be loaded (${response.status})`);
  return cells(await response.blob(), side);
}

/** @param {Blob} file @param {number} side @returns {Promise<Pixels[][]>} */
async function cells(file, side) {
  const image = await createImageBitmap(file);
  const context = small(image.width, image.height).getContext("2d", { willReadFrequently: true });
  context.drawImage(image, 0, 0);
  const columns = Array.from({ length: image.width / side }, (_, column) => column * side);
  const rows = Array.from({ length: image.height / side }, (_, row) => row * side);
  return rows.map((top) => columns.map((left) => context.getImageData(left, top, side, side).data));
}

/** What a strip shows at a position between two of its pictures. @param {Pixels[]} strip @param {number} at 0 … 1 */
export function along(strip, at) {
  const place = Math.min(Math.max(at, 0), 1) * (strip.length - 1);
  const left = Math.min(Math.floor(place), strip.length - 2);
  const [a, b, share] = [strip[left], strip[left + 1], place - left];
  return a.map((value, number) => value + (b[number] - value) * share + 0.5);
}

/** The change from one picture to another, made to a third. @param {Pixels} base @param {Pixels} from @param {Pixels} to */
export const changed = (base, from, to) => base.map((value, number) => value + to[number] - from[number]);

/** How far two pictures differ, as colours. @param {Pixels} a @param {Pixels} b @returns {Pixels} */
export function difference(a, b) {
  const heat = new Uint8ClampedArray(a.length);
  for (let at = 0; at < a.length; at += 4) {
    const away = Math.abs(a[at] - b[at]) + Math.abs(a[at + 1] - b[at + 1]) + Math.abs(a[at + 2] - b[at + 2]);
    heat.set(colour(away / 3 / FULL), at);
    heat[at + 3] = 255;
  }
  return heat;
}

/** @param {number} share 0 … 1 and beyond @returns {number[]} */
function colour(share) {
  const place = Math.min(share, 1) * (VIRIDIS.length - 1);
  const low = Math.min(Math.floor(place), VIRIDIS.length - 2);
  return VIRIDIS[low].map((value, channel) => value + (VIRIDIS[low + 1][channel] - value) * (place - low));
}

/** The scale of `difference` for a style sheet. */
export const scale = `linear-gradient(90deg, ${VIRIDIS.map((each) => `rgb(${each.join(" ")})`).join(", ")})`;

/** Draws a picture as large as its canvas is on screen. @param {HTMLCanvasElement} canvas @param {Pixels} pixels */
export function draw(canvas, pixels) {
  const side = Math.sqrt(pixels.length / 4);
  let source = small(side, side);
  source.getContext("2d").putImageData(new ImageData(pixels, side, side), 0, 0);
  const size = Math.min(Math.max(Math.round(canvas.clientWidth * devicePixelRatio), side), LARGEST);
  // Doubled again and again, a picture becomes smooth; enlarged at once, its pixels would show.
  for (let half = 2 * side; half < size; half *= 2) source = enlarged(small(half, half), source);
  if (canvas.width !== size) canvas.width = canvas.height = size;
  enlarged(canvas, source);
}

function enlarged(canvas, source) {
  const context = canvas.getContext("2d");
  context.imageSmoothingQuality = "low";
  context.drawImage(source, 0, 0, canvas.width, canvas.height);
  return canvas;
}

/** @param {number} width @param {number} height */
export const small = (width, height) => Object.assign(document.createElement("canvas"), { width, height });
