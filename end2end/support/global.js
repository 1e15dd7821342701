// Once per run: a shop for all stories. What they need to know travels in the environment.
import { startMercer } from "./mercer.js";

export default async function setUp() {
  const mercer = await startMercer();
  process.env.MERCER_ORIGIN = mercer.origin;
  process.env.MERCER_ADMIN_LINK = mercer.adminLink;
  process.env.MERCER_RUN_DATA = mercer.dataDir;
  console.log(`end-to-end: shop at ${mercer.origin}`);
  return mercer.stop;
}
