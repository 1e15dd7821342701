// Typing help and checks for the card fields, shared by the hosted page and the element.

const LENGTHS = { amex: 15 };

export function digits(text) {
  return text.replace(/\D/g, "");
}

export function brand(number) {
  if (/^3[47]/.test(number)) return "amex";
  if (/^4/.test(number)) return "visa";
  if (/^(5[1-5]|2[2-7])/.test(number)) return "mastercard";
  return "unknown";
}

function luhn(number) {
  let sum = 0;
  for (let at = 0; at < number.length; at++) {
    let digit = Number(number[number.length - 1 - at]);
    if (at % 2 === 1) digit = digit > 4 ? digit * 2 - 9 : digit * 2;
    sum += digit;
  }
  return sum % 10 === 0;
}

function spaced(number) {
  const groups = brand(number) === "amex" ? /^(\d{1,4})(\d{1,6})?(\d{1,5})?/ : /(\d{1,4})/g;
  const parts = brand(number) === "amex" ? (number.match(groups) || []).slice(1) : number.match(groups) || [];
  return parts.filter(Boolean).join(" ");
}

function expiry(text, before) {
  let number = digits(text).slice(0, 4);
  if (/^[2-9]/.test(number)) number = "0" + number;
  number = number.slice(0, 4);
  // Deleting the separator deletes the digit before it, so that backspace never sticks.
  if (before.endsWith(" / ") && text.length < before.length) return number.slice(0, -1);
  return number.length >= 2 ? number.slice(0, 2) + " / " + number.slice(2) : number;
}

// Each check gives null, or the fault in the words of the server.
export const checks = {
  number(text) {
    const number = digits(text);
    const wanted = LENGTHS[brand(number)] || 16;
    if (number.length < wanted) return ["incomplete_number", "Your card number is incomplete."];
    return luhn(number) ? null : ["invalid_number", "Your card number is invalid."];
  },
  expiry(text) {
    const number = digits(text);
    if (number.length < 4) return ["incomplete_expiry", "Your card's expiration date is incomplete."];
    const month = Number(number.slice(0, 2));
    const year = Number(number.length > 4 ? number.slice(2, 6) : "20" + number.slice(2, 4));
    if (month < 1 || month > 12) return ["invalid_expiry_month", "Your card's expiration month is invalid."];
    const today = new Date();
    const past = year < today.getFullYear() || (year === today.getFullYear() && month < today.getMonth() + 1);
    if (past) return ["invalid_expiry_year_past", "Your card's expiration date is in the past."];
    return null;
  },
  cvc(text, form) {
    const wanted = brand(digits(form.elements.number.value)) === "amex" ? 4 : 3;
    return digits(text).length === wanted ? null : ["incomplete_cvc", "Your card's security code is incomplete."];
  },
  name(text) {
    return text.trim() ? null : ["incomplete_name", "Enter the name on your card."];
  },
};

export function fields(form) {
  return [...form.querySelectorAll("input[name]")].filter((input) => checks[input.name]);
}

export function fault(input) {
  return checks[input.name](input.value, input.form);
}

export function show(input, message) {
  document.getElementById(input.name + "-fault").textContent = message || "";
  if (message) input.setAttribute("aria-invalid", "true");
  else input.removeAttribute("aria-invalid");
}

// Shows every fault and moves to the first; gives that first one.
export function validate(form) {
  let first = null;
  for (const input of fields(form)) {
    const found = fault(input);
    show(input, found && found[1]);
    if (found && !first) first = { input, code: found[0], message: found[1] };
  }
  if (first) first.input.focus();
  return first;
}

export function help(form, changed) {
  let before = "";
  form.elements.expiry.addEventListener("beforeinput", () => {
    before = form.elements.expiry.value;
  });
  form.addEventListener("input", (event) => {
    const input = event.target;
    if (!checks[input.name]) return;
    const atEnd = input.selectionStart === input.value.length;
    if (input.name === "number" && atEnd) input.value = spaced(digits(input.value).slice(0, 19));
    if (input.name === "expiry" && atEnd && digits(input.value).length <= 4) input.value = expiry(input.value, before);
    if (input.name === "cvc") input.value = digits(input.value).slice(0, 4);
    show(input, null);
    if (changed) changed();
  });
  form.addEventListener("focusout", (event) => {
    const input = event.target;
    if (!checks[input.name] || input.value === "") return;
    const found = fault(input);
    show(input, found && found[1]);
    if (changed) changed();
  });
}
