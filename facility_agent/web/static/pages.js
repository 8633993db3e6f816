// Only comfort: every page works without this file.
"use strict";
const scan = document.querySelector("[data-scan]");
const typing = (node) => node.matches("input, select, textarea, [contenteditable]");

// A scanner types wherever the focus is: its digits belong in the scan field.
document.addEventListener("keydown", (event) => {
  if (scan && event.key.length === 1 && !event.ctrlKey && !event.altKey && !event.metaKey && !typing(event.target)) {
    scan.focus();
  }
});

// An answer stands at its own address: the form that asked need not be sent on to it, and a reload asks nothing again.
if (document.body.dataset.address && location.pathname !== document.body.dataset.address) {
  history.replaceState(null, "", document.body.dataset.address);
}
for (const form of document.querySelectorAll("form[action^='/desk/']")) {
  form.addEventListener("submit", () => {
    if (!form.elements.direct) form.insertAdjacentHTML("beforeend", '<input type="hidden" name="direct" value="1">');
  });
}

// Some scanners end with a tabulation instead of Enter.
scan?.addEventListener("keydown", (event) => {
  if (event.key === "Tab" && !event.shiftKey && scan.value.length > 60) {
    event.preventDefault();
    scan.form.requestSubmit();
  }
});

// A photo is read as soon as it is chosen; a long answer says that it is coming.
for (const input of document.querySelectorAll("[data-send-at-once]")) {
  input.addEventListener("change", () => input.files.length && input.form.requestSubmit());
}
for (const form of document.querySelectorAll("form[data-waiting]")) {
  form.addEventListener("submit", () => {
    form.setAttribute("aria-busy", "true");
    form.querySelector("[data-wait]")?.removeAttribute("hidden");
  });
}

// Lists are walked with the arrows.
for (const list of document.querySelectorAll("[data-walk]")) {
  list.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const stops = [...list.querySelectorAll("a, button, summary")].filter((stop) => stop.offsetParent);
    const next = stops[stops.indexOf(document.activeElement) + step];
    if (step && next && !document.activeElement.matches("input, select")) {
      next.focus();
      event.preventDefault();
    }
  });
}

// Names that a text may mean, from the first letters on.
for (const box of document.querySelectorAll("[data-search]")) {
  box.addEventListener("input", async () => {
    if (box.value.length < 2) return;
    const asked = box.value, answer = await fetch(`${box.dataset.search}?q=${encodeURIComponent(asked)}`);
    if (!answer.ok || box.value !== asked) return;
    box.list.replaceChildren(...(await answer.json()).map((row) => new Option(row.icd10, row.name)));
  });
}

// What the protocols say of the lines so far: help, while they are entered.
for (const place of document.querySelectorAll("[data-advice]")) {
  const form = place.closest("form");
  form.addEventListener("change", async () => {
    const answer = await fetch(place.dataset.advice, { method: "POST", body: new URLSearchParams(new FormData(form)) });
    if (answer.ok) place.innerHTML = await answer.text();
  });
}
