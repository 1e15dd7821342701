// What a visitor of whom the shop knows nothing has looked at, kept in their own browser: pages that are the same for all
// cannot hold it. <script defer src="…" data-slug="…">, the slug being that of the product on the page.
//
// The server draws the list from the slugs. Once there is a session (data-known), it takes the list over.
(() => {
  const KEY = "recently-viewed";
  const ADDRESS = "/recently-viewed";
  const MOST = 12;
  const { slug, known } = document.currentScript.dataset;
  const place = document.querySelector("[data-recently-viewed]");

  async function show(slugs) {
    const answer = await fetch(`${ADDRESS}?${new URLSearchParams({ slugs })}`);
    if (!answer.ok) return;
    place.innerHTML = await answer.text();
    place.hidden = false;
    place.addEventListener("submit", (event) => {
      if (new URL(event.target.action).pathname !== `${ADDRESS}/clear`) return;
      event.preventDefault();
      localStorage.removeItem(KEY);
      place.hidden = true;
    });
  }

  async function start() {
    const kept = (localStorage.getItem(KEY) ?? "").split(",").filter(Boolean);
    if (known !== undefined) {
      if (!kept.length) return;
      const answer = await fetch(ADDRESS, { method: "POST", body: new URLSearchParams({ slugs: kept }) });
      if (answer.ok) localStorage.removeItem(KEY);
      return;
    }
    const others = kept.filter((one) => one !== slug);
    if (slug) localStorage.setItem(KEY, [slug, ...others].slice(0, MOST));
    if (others.length && place) await show(others);
  }

  // Without storage or connection the page is whole as it is.
  start().catch(() => {});
})();
