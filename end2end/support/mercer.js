// Starts the release binary as a shopkeeper would, over a data folder of its own, and stops it by process id.
import { spawn } from "node:child_process";
import { createWriteStream, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const START_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 10_000;

/** A port of the loopback interface that nobody listens on. */
async function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

/**
 * A shop filled with the demo catalogue, beside its own sandbox payment gateway.
 * @returns {Promise<{origin: string, adminLink: string, settings: object, stop: () => Promise<void>}>}
 */
export async function startMercer() {
  const binary = process.env.MERCER_BIN;
  if (!binary) throw new Error("MERCER_BIN names no binary: use `make e2e`");
  const dataDir = mkdtempSync(join(tmpdir(), "mercer-end2end-"));
  const report = fileURLToPath(new URL("../report/", import.meta.url));
  mkdirSync(report, { recursive: true });
  const logFile = join(report, "mercer.log");
  const log = createWriteStream(logFile);

  const settings = {
    PATH: process.env.PATH,
    MERCER_ADDR: `127.0.0.1:${await freePort()}`,
    MERCER_GATEWAY_ADDR: `127.0.0.1:${await freePort()}`,
    MERCER_DATA_DIR: dataDir,
    ...(process.env.DATABASE_URL ? { DATABASE_URL: process.env.DATABASE_URL } : {}),
  };
  const child = spawn(binary, ["run"], {
    env: settings,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const gone = new Promise((resolve) => child.once("exit", resolve));

  async function stop() {
    if (child.exitCode === null) {
      child.kill("SIGTERM");
      const late = setTimeout(() => child.kill("SIGKILL"), STOP_TIMEOUT_MS);
      await gone;
      clearTimeout(late);
    }
    log.end();
    rmSync(dataDir, { recursive: true, force: true });
  }

  let said = "";
  const origin = await new Promise((resolve, reject) => {
    const fail = (why) => reject(new Error(`${why}; it said:\n${said.slice(-4000)}`));
    const late = setTimeout(() => fail("mercer was not ready in time"), START_TIMEOUT_MS);
    const hear = (chunk) => {
      log.write(chunk);
      said += chunk;
      const ready = /^ready (http:\/\/\S+)/m.exec(said);
      if (ready) {
        clearTimeout(late);
        resolve(ready[1]);
      }
    };
    child.stdout.on("data", hear);
    child.stderr.on("data", hear);
    child.once("exit", (code) => fail(`mercer ended with ${code} before it was ready`));
    child.once("error", (reason) => fail(String(reason)));
  }).catch(async (reason) => {
    await stop();
    throw reason;
  });

  const adminLink = /https?:\/\/\S+\/admin\/\S+/.exec(said)?.[0] ?? "";
  return { origin, adminLink, settings, stop };
}
