/** The map as it is seen, with its legend, as a PNG file. */
import { css } from "./theme.js";

const LINE = 20;

/** @param {import("./map.js").ScatterMap} map */
export async function savePicture(map) {
  const canvas = document.createElement("canvas");
  canvas.width = map.overlay.canvas.width;
  canvas.height = map.overlay.canvas.height;
  const context = canvas.getContext("2d");
  context.fillStyle = css(map.theme.background);
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(map.plot.canvas, 0, 0, canvas.width, canvas.height);
  context.drawImage(map.overlay.canvas, 0, 0);
  context.scale(devicePixelRatio, devicePixelRatio);
  drawLegend(context, map);
  const link = document.createElement("a");
  link.href = URL.createObjectURL(await new Promise((resolve) => canvas.toBlob(resolve)));
  link.download = "map.png";
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

function drawLegend(context, map) {
  const { colours, theme, legend } = map;
  const entries = colours.names ? legend.entries() : [];
  const shown = entries.slice(0, 20);
  context.font = `13px ${theme.font}`;
  context.textBaseline = "middle";
  let top = 24;
  const line = (text, colour) => {
    if (colour) {
      context.fillStyle = css(colour);
      context.beginPath();
      context.arc(28, top, 5, 0, 2 * Math.PI);
      context.fill();
    }
    context.fillStyle = css(theme.text);
    context.fillText(text, colour ? 40 : 23, top);
    top += LINE;
  };
  if (colours.title) line(colours.title);
  for (const { name, code } of shown) line(name, colours.palette[code]);
  if (entries.length > shown.length) line(`+ ${entries.length - shown.length} more`);
  if (!colours.names) drawScale(context, colours, theme, top);
}

function drawScale(context, { palette, range }, theme, top) {
  palette.forEach((colour, at) => {
    context.fillStyle = css(colour);
    context.fillRect(23 + (at * 160) / palette.length, top - 6, 160 / palette.length + 0.5, 10);
  });
  context.fillStyle = css(theme.text);
  context.fillText(range[0].toPrecision(3), 23, top + 16);
  context.textAlign = "right";
  context.fillText(range[1].toPrecision(3), 183, top + 16);
}
