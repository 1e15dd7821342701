// The hosted page with scripts: checks while typing, and a decline keeps what was typed.
import { help, show, validate } from "./card.js";

const form = document.querySelector("[data-card-form]");
const button = form.querySelector("button");
const problem = document.getElementById("problem");
const lines = document.querySelector("details.lines");

form.noValidate = true;
help(form);
if (lines && window.matchMedia("(max-width: 859px)").matches) lines.open = false;

function busy(is) {
  button.setAttribute("aria-disabled", String(is));
  form.classList.toggle("busy", is);
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (button.getAttribute("aria-disabled") === "true") return;
  problem.textContent = "";
  if (validate(form)) return;
  busy(true);
  try {
    const answer = await fetch(form.action, {
      method: "POST",
      headers: { Accept: "application/json" },
      body: new URLSearchParams(new FormData(form)),
    });
    const result = await answer.json();
    if (result.redirect) {
      window.location.assign(result.redirect);
      return;
    }
    if (result.field) {
      const input = form.elements[result.field];
      show(input, result.message);
      input.focus();
    } else {
      problem.textContent = result.message;
    }
  } catch {
    problem.textContent = "The payment could not be sent. Check your connection and try again.";
  }
  busy(false);
});

// Coming back with the browser's back button finds a page that can be used again.
window.addEventListener("pageshow", () => busy(false));
