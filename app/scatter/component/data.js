/**
 * Bytes from Python: fetched once per address, kept while they fit, and laid over typed arrays without a copy.
 *
 * @typedef {{url: string} | {inline: string}} Source  an address on this server, or base64 for what is small
 * @typedef {{count: number, x: Float32Array, y: Float32Array, item: Int32Array, modality: Uint8Array}} Geometry
 */

export const IMAGE = 0;
export const CAPTION = 1;

const LIMIT_BYTES = 256 * 2 ** 20;
const [SERVER] = import.meta.url.split("/_stcore/");

/** @type {Map<string, Promise<ArrayBuffer>>} least recently used first */
const fetched = new Map();
let fetchedBytes = 0;

/** @param {string} url an address as the server writes it, "/media/…"; the app may live under any path */
export const absolute = (url) => new URL(url.replace(/^\//, ""), `${SERVER}/`).href;

/** @param {Source} source @returns {Promise<ArrayBuffer>} */
export function load(source) {
  if ("inline" in source) return Promise.resolve(decode(source.inline).buffer);
  const known = fetched.get(source.url);
  if (known) fetched.delete(source.url);
  const bytes = known ?? download(source.url);
  fetched.set(source.url, bytes);
  return bytes;
}

/** @param {string} url */
async function download(url) {
  const response = await fetch(absolute(url)).catch(() => null);
  if (!response?.ok) {
    fetched.delete(url);
    throw new Error(`the map's data could not be loaded (${response ? response.status : "no connection"})`);
  }
  const bytes = await response.arrayBuffer();
  fetchedBytes += bytes.byteLength;
  for (const oldest of fetched.keys()) {
    if (fetchedBytes <= LIMIT_BYTES || oldest === url) break;
    const dropped = fetched.get(oldest);
    fetched.delete(oldest);
    fetchedBytes -= (await dropped)?.byteLength ?? 0;
  }
  return bytes;
}

/** @param {string} base64 @returns {Uint8Array} */
export const decode = (base64) => Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));

/** @param {Uint8Array} bytes @returns {string} base64 */
export function encode(bytes) {
  let text = "";
  for (let start = 0; start < bytes.length; start += 32768) {
    text += String.fromCharCode(...bytes.subarray(start, start + 32768));
  }
  return btoa(text);
}

/** @param {ArrayBuffer} buffer xy float32 (N, 2), item int32 (N,), modality uint8 (N,) @returns {Geometry} */
export function unpackPoints(buffer) {
  const count = buffer.byteLength / 13;
  const xy = new Float32Array(buffer, 0, 2 * count);
  const x = new Float32Array(count);
  const y = new Float32Array(count);
  for (let row = 0; row < count; row++) {
    x[row] = xy[2 * row];
    y[row] = xy[2 * row + 1];
  }
  return {
    count, x, y,
    item: new Int32Array(buffer, 8 * count, count),
    modality: new Uint8Array(buffer, 12 * count, count),
  };
}

/** @param {Uint8Array} bits one bit a row, lowest first @param {number} count @returns {Uint8Array} 0 or 1 a row */
export function unpackMask(bits, count) {
  const mask = new Uint8Array(count);
  for (let row = 0; row < count; row++) mask[row] = (bits[row >> 3] >> (row & 7)) & 1;
  return mask;
}

/** @param {Iterable<number>} rows @param {number} count @returns {string} base64 of one bit a row */
export function packRows(rows, count) {
  const bits = new Uint8Array(Math.ceil(count / 8));
  for (const row of rows) bits[row >> 3] |= 1 << (row & 7);
  return encode(bits);
}

/** @param {string} base64 @param {number} count @returns {number[]} */
export function unpackRows(base64, count) {
  const bits = decode(base64);
  const rows = [];
  for (let row = 0; row < count; row++) if ((bits[row >> 3] >> (row & 7)) & 1) rows.push(row);
  return rows;
}
