// The card element's side of the frame. It talks to one parent, whose origin the server has checked.
import { fault, fields, help, show, validate } from "./card.js";

const parentOrigin = document.body.dataset.parent;
const form = document.querySelector("[data-card-form]");
const root = document.documentElement;
const main = document.getElementById("element") || document.body;

// Once the page around is leaving, a message could meet its successor, and the browser would complain.
let leaving = false;
window.addEventListener("pagehide", () => (leaving = true));
window.addEventListener("pageshow", () => (leaving = false));

function tell(message) {
  if (leaving && message.type !== "answer") return;
  window.parent.postMessage({ sandboxElement: true, ...message }, parentOrigin);
}

let last = "";
function changed() {
  const inputs = fields(form);
  const complete = inputs.every((input) => !fault(input));
  const empty = inputs.every((input) => input.value === "");
  const state = JSON.stringify([complete, empty]);
  if (state !== last) tell({ type: "change", complete, empty });
  last = state;
}

function resize() {
  tell({ type: "resize", height: Math.ceil(main.getBoundingClientRect().height) });
}

const COLOURS = {
  colorPrimary: "--primary",
  colorBackground: "--background",
  colorText: "--text",
  colorTextSecondary: "--muted",
  colorDanger: "--danger",
};

function dress({ scheme, variables }) {
  root.dataset.scheme = scheme === "dark" ? "dark" : "light";
  for (const [name, property] of Object.entries(COLOURS)) {
    const value = String(variables[name] || "");
    if (value && CSS.supports("color", value)) root.style.setProperty(property, value);
    else root.style.removeProperty(property);
  }
  // A page that names its background gets a frame of that colour, whose contrast can be judged; else it shows through.
  root.style.backgroundColor = root.style.getPropertyValue("--background");
  const radius = String(variables.borderRadius || "");
  if (radius && CSS.supports("border-radius", radius)) root.style.setProperty("--radius", radius);
  const size = String(variables.fontSizeBase || "");
  if (size && CSS.supports("font-size", size)) root.style.setProperty("--size", size);
  const family = String(variables.fontFamily || "");
  if (family && CSS.supports("font-family", family)) root.style.setProperty("--family", family);
  resize();
}

async function confirm(order) {
  const body = new URLSearchParams(new FormData(form));
  body.set("key", document.body.dataset.key);
  for (const [name, value] of Object.entries(order)) if (value !== undefined && value !== null) body.set(name, value);
  try {
    const answer = await fetch("/elements/confirm", { method: "POST", body });
    const result = await answer.json();
    const error = result.error;
    if (error && ["number", "expiry", "cvc"].includes(error.param)) show(form.elements[error.param], error.message);
    leaving = !error;
    return result;
  } catch {
    const message = "The payment could not be sent. Check your connection and try again.";
    return { error: { type: "api_connection_error", message } };
  }
}

if (form) {
  help(form, changed);
  form.addEventListener("submit", (event) => event.preventDefault());
  window.addEventListener("message", async (event) => {
    const message = event.data;
    if (event.origin !== parentOrigin || event.source !== window.parent || !message || !message.sandboxElement) return;
    if (message.type === "dress") dress(message);
    if (message.type === "focus") form.elements.number.focus();
    if (message.type === "validate") {
      const found = validate(form);
      const error = found && { type: "validation_error", code: found.code, message: found.message };
      tell({ type: "answer", call: message.call, result: error ? { error } : {} });
    }
    if (message.type === "confirm") {
      tell({ type: "answer", call: message.call, result: await confirm(message.order) });
    }
  });
  for (const name of ["focusin", "focusout"]) {
    form.addEventListener(name, () => tell({ type: name === "focusin" ? "focus" : "blur" }));
  }
}

new ResizeObserver(resize).observe(main);
resize();
tell({ type: form ? "ready" : "loaderror" });
