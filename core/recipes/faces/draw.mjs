// One face as JSON a line on standard input → one SVG a line on standard output.
// The first argument is the folder into which facesjs was installed.
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

const { faceToSvgString } = await import(pathToFileURL(`${process.argv[2]}/node_modules/facesjs/build/index.js`));
for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(faceToSvgString(JSON.parse(line)).replace(/\s*\n\s*/g, " ") + "\n");
}
