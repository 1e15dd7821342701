// Starts the sandbox gateway as a process of its own, and a web address that hears its webhooks.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";

import Stripe from "stripe";

const START_TIMEOUT_MS = 20_000;
const HEAR_TIMEOUT_MS = 5_000;

/** Starts `mercer sandbox-gateway` on a free port; `client` makes Stripe's own client for it. */
export async function startGateway(...flags) {
  const binary = process.env.MERCER_BIN;
  if (!binary) throw new Error("MERCER_BIN names no binary: use `make e2e`");
  const child = spawn(binary, ["sandbox-gateway", "--listen", "127.0.0.1:0", "--control", ...flags], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const gone = once(child, "exit");
  const settings = await new Promise((resolve, reject) => {
    let said = "";
    const late = setTimeout(() => reject(new Error(`the gateway was not ready in time: ${said}`)), START_TIMEOUT_MS);
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`the gateway ended with ${code}`)));
    child.stdout.on("data", (chunk) => {
      said += chunk;
      if (!/^ready /m.test(said)) return;
      clearTimeout(late);
      resolve(Object.fromEntries(said.trim().split("\n").map((line) => line.split(/[= ]/, 2))));
    });
  }).catch((reason) => {
    child.kill("SIGKILL");
    throw reason;
  });
  const base = new URL(settings.STRIPE_API_BASE);
  return {
    base,
    webhookSecret: settings.STRIPE_WEBHOOK_SECRET,
    client: (options = {}) =>
      new Stripe(settings.STRIPE_SECRET_KEY, {
        protocol: "http",
        host: base.hostname,
        port: base.port,
        ...options,
      }),
    control: (path, order) =>
      fetch(new URL(`/_sandbox/${path}`, base), {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(order),
      }),
    async stop() {
      child.kill("SIGTERM");
      await gone;
    },
  };
}

/** Hears every delivery: address, signature header, raw body. */
export async function startListener() {
  const heard = [];
  const server = createServer(async (request, response) => {
    const parts = [];
    for await (const part of request) parts.push(part);
    heard.push({
      path: request.url,
      signature: request.headers["stripe-signature"],
      body: Buffer.concat(parts),
    });
    response.end();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: (path) => `http://127.0.0.1:${server.address().port}${path}`,
    /** The first delivery at `path` of an event of this type that is `wanted`. */
    async hear(path, type, wanted = () => true) {
      const until = Date.now() + HEAR_TIMEOUT_MS;
      while (Date.now() < until) {
        const found = heard.find((it) => {
          if (it.path !== path) return false;
          const event = JSON.parse(it.body);
          return event.type === type && wanted(event);
        });
        if (found) return found;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      throw new Error(`${type} was not heard at ${path}`);
    },
    stop() {
      server.closeAllConnections();
      server.close();
    },
  };
}
