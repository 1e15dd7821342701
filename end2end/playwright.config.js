// Every story runs twice: with JavaScript off, as plain forms and links, and hydrated.
import { defineConfig } from "@playwright/test";

export default defineConfig({
  testDir: "tests",
  outputDir: "test-results",
  globalSetup: "./support/global.js",
  reporter: [["list"], ["./support/summary.js"]],
  fullyParallel: true,
  workers: 2,
  forbidOnly: Boolean(process.env.CI),
  retries: process.env.CI ? 1 : 0,
  // Generous: a story waits for what it sees, and a busy machine is no failure.
  timeout: 120_000,
  globalTimeout: 40 * 60_000,
  expect: { timeout: 15_000 },
  use: {
    // Motion off: a half-finished transition would be judged as low contrast.
    contextOptions: { reducedMotion: "reduce" },
    viewport: { width: 1280, height: 900 },
    screenshot: "only-on-failure",
    // A recording of a story that passes is thrown away, so CI records only the second try of one that failed.
    trace: process.env.CI ? "on-first-retry" : "retain-on-failure",
    launchOptions: {
      executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    },
  },
  projects: [
    { name: "plain", use: { javaScriptEnabled: false } },
    { name: "hydrated", use: { javaScriptEnabled: true } },
  ],
});
