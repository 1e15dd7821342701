// Wakes the islands of a page: <script defer src="…" data-module="…" data-wasm="…">.
//
// A page without islands loads nothing. Otherwise the bundle is fetched when the browser is idle, and every
// <leptos-island> is handed to the function of the bundle that carries its name, parents before children.
// `data-hydrated="true"` on <html> says that all of them are awake; `data-hydrated="failed"` that the page goes on
// as plain links and forms.
(() => {
  const page = document.documentElement;
  const { module, wasm } = document.currentScript.dataset;
  const whenIdle = window.requestIdleCallback ?? ((work) => setTimeout(work, 1));

  // Callbacks of the islands whose children are being visited: an island nested in another's children tells the
  // outer one first, so that context flows inwards.
  const outer = [];

  async function wake(island, bundle) {
    const start = bundle[island.dataset.component];
    if (!start) {
      console.error(`no island named ${island.dataset.component} in ${module}`);
      return;
    }
    outer.at(-1)?.();
    await start(island);
  }

  async function visit(element, bundle) {
    const tag = element.localName;
    if (tag === "leptos-island") await wake(element, bundle);
    if (tag === "leptos-children") outer.push(element.$$on_hydrate);
    for (const child of element.children) await visit(child, bundle);
    if (tag === "leptos-children") outer.pop();
  }

  async function hydrate() {
    const bundle = await import(module);
    await bundle.default({ module_or_path: wasm });
    bundle.hydrate();
    // Islands that are inserted later wake themselves through this.
    window.__hydrateIsland = (island) => wake(island, bundle);
    await visit(document.body, bundle);
    page.dataset.hydrated = "true";
  }

  function start() {
    if (!module || !document.querySelector("leptos-island")) {
      page.dataset.hydrated = "true";
      return;
    }
    whenIdle(() => hydrate().catch((reason) => {
      page.dataset.hydrated = "failed";
      // Later: a page that is being left has its downloads broken off, which is nobody's fault, and is gone by then.
      setTimeout(() => console.error(reason), 1000);
    }));
  }

  start();
})();
