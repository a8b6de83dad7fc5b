// Runs every *.bench.js of this folder, or those named on the command line: node bench/run.js hold
import { readdirSync } from "node:fs";

const asked = process.argv.slice(2);
for (const file of readdirSync(new URL(".", import.meta.url)).sort()) {
  const name = /^(.+)\.bench\.js$/.exec(file)?.[1];
  if (name === undefined || (asked.length > 0 && !asked.includes(name))) continue;
  const bench = await import(new URL(file, import.meta.url).href);
  console.log(`\n${name}: ${bench.describe}`);
  await bench.run();
}
