/**
 * Lists: ticking all rows with a counter, and narrowing long filter menus.
 * Without it the row boxes and the bulk buttons still work, and a filter menu shows all its links.
 */

/** Rows of the bulk form `id`. */
const boxes = (id) => [...document.querySelectorAll(`input[name="selected"][form="${CSS.escape(id)}"]`)];

const refresh = (bar) => {
  const rows = boxes(bar.dataset.bulk);
  const ticked = rows.filter((box) => box.checked).length;
  const all = bar.querySelector(".bulk-all");
  const count = bar.querySelector(".bulk-count");
  all.hidden = rows.length === 0;
  bar.classList.toggle("active", ticked > 0);
  const box = all.querySelector("input");
  box.checked = ticked > 0 && ticked === rows.length;
  box.indeterminate = ticked > 0 && ticked < rows.length;
  count.dataset.none ??= count.textContent;
  count.textContent = ticked === 0 ? count.dataset.none
    : ticked === 1 ? count.dataset.one : count.dataset.many.replace("{count}", String(ticked));
};

const refreshAll = () => document.querySelectorAll("[data-bulk]").forEach(refresh);

document.addEventListener("change", (event) => {
  const bar = event.target.closest(".bulk-all")?.closest("[data-bulk]");
  if (bar) for (const box of boxes(bar.dataset.bulk)) box.checked = event.target.checked;
  if (bar || event.target.name === "selected") refreshAll();
});
document.addEventListener("htmx:after:swap", refreshAll);
window.addEventListener("pageshow", refreshAll);
refreshAll();

/** `<input data-narrow>` hides the links of its menu that do not contain the typed words. */
const offerNarrowing = () => {
  for (const label of document.querySelectorAll(".chip-narrow[hidden]")) label.hidden = false;
};
document.addEventListener("input", (event) => {
  if (!event.target.matches("[data-narrow]")) return;
  const words = event.target.value.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  for (const item of event.target.closest(".popover").querySelectorAll("li")) {
    const text = item.textContent.toLocaleLowerCase();
    item.hidden = !words.every((word) => text.includes(word));
  }
});
document.addEventListener("htmx:after:swap", offerNarrowing);
offerNarrowing();
