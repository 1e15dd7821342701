// The last line of a run: how many stories passed and how many did not.
export default class Summary {
  counts = { passed: 0, failed: 0, skipped: 0 };

  onTestEnd(test, result) {
    const kind = result.status === "passed" || result.status === "skipped" ? result.status : "failed";
    this.counts[kind] += 1;
  }

  onEnd() {
    const { passed, failed, skipped } = this.counts;
    console.log(`end-to-end: ${passed} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ""}`);
  }

  printsToStdio() {
    return true;
  }
}
