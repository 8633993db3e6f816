// Only comfort: the form of a visit works without this file. Enter goes from line to line, F8 says out of stock, what
// is typed is kept on the server, and each line is told while the next one is typed.
"use strict";
const form = document.getElementById("visit");
const at = (name) => form.elements.namedItem(name);
const rowOf = (node) => node.name?.match(/^(?:act|quantity|prescribed|price|role|result|mark)-(\d+)$/)?.[1];
let waiting, asked = 0;

const put = (row, text, says) => {
  const cell = document.getElementById(`told-${row}`);
  if (!cell) return;
  cell.replaceChildren();
  for (const part of [text, ...says]) {
    const line = document.createElement("p");
    line.textContent = part;
    cell.append(line);
  }
};

const ask = async () => {
  const turn = ++asked;
  const state = document.getElementById("entry-state");
  try {
    const answer = await fetch("/visits/entry", { method: "POST", body: new URLSearchParams(new FormData(form)) });
    if (!answer.ok) throw new Error(answer.status);
    const told = await answer.json();
    if (turn !== asked) return;
    state.textContent = told.wrong || told.asked || state.dataset.kept;
    for (const [row, line] of Object.entries(told.lines || {})) {
      const field = at(`act-${row}`);
      if (document.activeElement !== field) field.value = line.act;
      put(row, line.shares, line.says);
    }
  } catch {
    state.textContent = state.dataset.lost;
    waiting = setTimeout(ask, 5000);
  }
};
const soon = () => { clearTimeout(waiting); waiting = setTimeout(ask, 250); };

form.addEventListener("change", soon);
addEventListener("pagehide", () => {
  if (waiting) navigator.sendBeacon("/visits/entry", new URLSearchParams(new FormData(form)));
});
form.addEventListener("submit", () => { clearTimeout(waiting); waiting = 0; asked++; });

// A line is over with Enter: the next one begins. Enter on an empty line asks who pays what; with Ctrl it saves.
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && event.ctrlKey) {
    form.requestSubmit(document.querySelector("button[form=visit][value=save]"));
    event.preventDefault();
    return;
  }
  const row = rowOf(event.target);
  if (!row) return;
  if (event.key === "F8") {
    const mark = at(`mark-${row}`);
    mark.value = mark.value ? "" : "out-of-stock";
    mark.dispatchEvent(new Event("change", { bubbles: true }));
    event.preventDefault();
  } else if (event.key === "Enter" && at(`act-${row}`).value && event.target.tagName === "INPUT") {
    const next = at(`act-${Number(row) + 1}`);
    if (!next) return;
    next.focus();
    event.preventDefault();
  }
});
