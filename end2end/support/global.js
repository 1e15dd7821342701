// Once per run: a shop for all stories. What they need to know travels in the environment.
import { startMercer } from "./mercer.js";

export default async function setUp() {
  const mercer = await startMercer();
  process.env.E2E_ORIGIN = mercer.origin;
  process.env.E2E_SETTINGS = JSON.stringify(mercer.settings);
  if (!mercer.adminLink) throw new Error("the first start printed no one-time admin link");
  console.log(`end-to-end: shop at ${mercer.origin}`);
  return mercer.stop;
}
