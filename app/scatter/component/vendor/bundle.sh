#!/bin/sh
# Bundles regl-scatterplot and all it needs into one ES module, with the licences beside it.
# Needs Node 18 or newer and npm; the versions are those of package.json.
set -eu
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp "$here/package.json" "$work"
cd "$work"
npm install --no-audit --no-fund --silent
echo 'export { createRenderer, createSpatialIndex, default } from "regl-scatterplot";' > entry.js
npx esbuild entry.js --bundle --minify --format=esm --target=es2022 --legal-comments=none \
    --banner:js="/* regl-scatterplot 1.16.0 and its dependencies, bundled by bundle.sh; licences in LICENCES.txt */" \
    --outfile="$here/regl-scatterplot.js" --log-level=warning
: > "$here/LICENCES.txt"
for package in regl-scatterplot regl regl-line dom-2d-camera camera-2d-simple gl-matrix earcut pub-sub-es @flekschas/utils; do
    version=$(node -p "require('./node_modules/$package/package.json').version")
    printf '==== %s %s ====\n\n' "$package" "$version" >> "$here/LICENCES.txt"
    cat "node_modules/$package"/LICEN[CS]E* >> "$here/LICENCES.txt"
    printf '\n' >> "$here/LICENCES.txt"
done
