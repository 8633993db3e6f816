// Runs where the page is read, before what is private comes after it: nothing shows, and no key is lost, until it has run.
"use strict";
const blank = document.querySelector(".blanker");
const keep = () => sessionStorage.setItem("blank", blank.checked ? "1" : "0");

// The page stays blank from one person to the next, until it is uncovered.
blank.checked = sessionStorage.getItem("blank") === "1";
blank.addEventListener("change", keep);
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  blank.checked = !blank.checked;
  keep();
  event.preventDefault();
});
