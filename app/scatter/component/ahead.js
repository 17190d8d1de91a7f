/** Shown first and empty: the browser has the map's modules at hand by the time that Python has made the map. */
import "../clipscape.scatter/main.js";

export default function () {}
