// Prints what made-up carts come to as WebAssembly works it out: pricing.mjs FOLDER SEED COUNT.
import { readFile } from "node:fs/promises";
import path from "node:path";
import { pathToFileURL } from "node:url";

const [folder, seed, count] = process.argv.slice(2);
const bound = await import(pathToFileURL(path.join(folder, "probe.js")));
await bound.default({ module_or_path: await readFile(path.join(folder, "probe.wasm")) });
process.stdout.write(bound.digests(Number(seed), Number(count)));
