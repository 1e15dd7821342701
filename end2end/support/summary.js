// The last line of a run, alone on it: how many stories passed and how many did not. A story that passed only at its
// second try is named above it. A run that was stopped counts the stories it did not come to as failed.
export default class Summary {
  onBegin(config, suite) {
    this.suite = suite;
  }

  onError(error) {
    console.log(`error: ${error.stack ?? error.message ?? error.value}`);
    this.broken = true;
  }

  async onExit() {
    const stories = this.suite?.allTests() ?? [];
    const of = (outcome) => stories.filter((story) => story.outcome() === outcome);
    for (const story of of("flaky")) console.log(`passed at the second try: ${story.titlePath().slice(1).join(" › ")}`);
    const skipped = stories.filter((story) => story.outcome() === "skipped" && story.expectedStatus === "skipped");
    for (const story of skipped) console.log(`skipped: ${story.titlePath().slice(1).join(" › ")}`);
    const passed = of("expected").length + of("flaky").length;
    const failed = stories.length - passed - skipped.length + (this.broken && stories.length === passed ? 1 : 0);
    console.log(`${passed} passed, ${failed} failed`);
  }

  printsToStdio() {
    return true;
  }
}
