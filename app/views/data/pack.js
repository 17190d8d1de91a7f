/**
 * Many dropped files become one zip before they are sent: Streamlit's uploader draws all its files anew at each that
 * arrives, which takes seconds for three hundred and minutes for a thousand. `spool.py` unpacks it.
 *
 * @typedef {{path: string, file: File}} Found
 */
const FEW = 50;
const area = () => document.querySelector(".st-key-add");

export default function ({ parentElement }) {
  const note = parentElement.querySelector("p");
  const onChange = (event) => {
    const files = [...(event.target.files ?? [])];
    if (event.target.type !== "file" || files.length <= FEW) return;
    instead(event, note, files.map(named), (sent) => {
      event.target.files = sent.files;
      event.target.dispatchEvent(new Event("change", { bubbles: true }));
    });
  };
  const onDrop = (event) => {
    const entries = [...(event.dataTransfer?.items ?? [])].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
    if (entries.length <= FEW && !entries.some((entry) => entry.isDirectory)) return;
    instead(event, note, Promise.all(entries.map(walk)).then((found) => found.flat()), (dataTransfer) =>
      event.target.dispatchEvent(new DragEvent("drop", { bubbles: true, cancelable: true, dataTransfer })),
    );
  };
  const listened = area();
  listened?.addEventListener("change", onChange, true);
  listened?.addEventListener("drop", onDrop, true);
  return () => {
    listened?.removeEventListener("change", onChange, true);
    listened?.removeEventListener("drop", onDrop, true);
  };
}

/** Stops what was brought, packs it and sends the zip in its place. */
async function instead(event, note, found, send) {
  event.stopPropagation();
  event.preventDefault();
  try {
    const files = await found;
    note.textContent = `Packing ${files.length.toLocaleString("en")} files …`;
    const sent = new DataTransfer();
    sent.items.add(new File([await zip(files)], `${files.length} files.packed.zip`, { type: "application/zip" }));
    note.textContent = "";
    send(sent);
  } catch (error) {
    note.textContent = `These files could not be packed (${error.message}): drop a zip, or give the folder.`;
  }
}

/** @param {File} file @returns {Found} */
function named(file) {
  return { path: file.webkitRelativePath || file.name, file };
}

/** @param {FileSystemEntry} entry @returns {Promise<Found[]>} the file, or every file below the folder */
async function walk(entry) {
  const path = entry.fullPath.replace(/^\//, "");
  if (entry.isFile) return [{ path, file: await new Promise((done, fail) => entry.file(done, fail)) }];
  const reader = entry.createReader();
  const below = [];
  for (let some = null; some === null || some.length > 0; below.push(...some))
    some = await new Promise((done, fail) => reader.readEntries(done, fail)); // a hundred at a time
  return (await Promise.all(below.map(walk))).flat();
}

const LIMIT = 2 ** 16 - 1;
const GIGABYTES = 2;

/** A zip without compression (PKWARE's APPNOTE 6.3.3); pictures are compressed already. @param {Found[]} found */
async function zip(found) {
  const bytes = found.reduce((sum, { file }) => sum + file.size, 0);
  if (found.length > LIMIT || bytes > GIGABYTES * 2 ** 30)
    throw new Error(`more than ${LIMIT.toLocaleString("en")} files or ${GIGABYTES} GB`);
  const members = [];
  const index = [];
  let offset = 0;
  for (const { path, file } of found) {
    const name = new TextEncoder().encode(path);
    const about = [[20, 2], [UTF8, 2], [0, 2], [0, 2], [NEW_YEAR_1980, 2]]; // version, flags, stored, time, date
    about.push([checksum(new Uint8Array(await file.arrayBuffer())), 4], [file.size, 4], [file.size, 4], [name.length, 2]);
    members.push(packed([[0x04034b50, 4], ...about, [0, 2]]), name, file);
    index.push(packed([[0x02014b50, 4], [20, 2], ...about, [0, 2], [0, 2], [0, 2], [0, 2], [0, 4], [offset, 4]]), name);
    offset += 30 + name.length + file.size;
  }
  const size = index.reduce((sum, part) => sum + part.length, 0);
  const count = [found.length, 2];
  const end = packed([[0x06054b50, 4], [0, 2], [0, 2], count, count, [size, 4], [offset, 4], [0, 2]]);
  return new Blob([...members, ...index, end]);
}

const UTF8 = 0x0800;
const NEW_YEAR_1980 = 0x0021;

/** @param {[number, number][]} fields value and length in bytes, little-endian */
function packed(fields) {
  return Uint8Array.from(fields.flatMap(([value, length]) => Array.from({ length }, (_, at) => value >>> (8 * at))));
}

const REMAINDERS = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  return value;
});

/** CRC-32 as zip has it. @param {Uint8Array} bytes */
function checksum(bytes) {
  let value = -1;
  for (let at = 0; at < bytes.length; at++) value = REMAINDERS[(value ^ bytes[at]) & 255] ^ (value >>> 8);
  return ~value >>> 0;
}
