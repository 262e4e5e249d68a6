/**
 * Forms: focus on the error summary, no double submit, a question before unsaved input is lost, files by drop.
 * A form opts into the question with `data-guard`.
 */

const focusSummary = () => document.querySelector("[data-error-summary]")?.focus();
document.addEventListener("htmx:after:swap", focusSummary);
focusSummary();

/** The second submit of the same form within five seconds is swallowed; afterwards the person may try again. */
const sent = new WeakMap();
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || event.defaultPrevented) return;
  if (Date.now() - (sent.get(form) ?? 0) < 5000) {
    event.preventDefault();
    return;
  }
  sent.set(form, Date.now());
  delete form.dataset.dirty;
});
// Coming back with the browser's button must not leave a form locked.
window.addEventListener("pageshow", (event) => {
  if (event.persisted) for (const form of document.forms) sent.delete(form);
});
/**
 * Going back or reloading fills a form with what was typed in it before, also when the page is that of another
 * organisation by now: there it would be saved as that one's. What was refused is kept on the page that refused it.
 */
const house = document.querySelector('input[name="_house"]')?.defaultValue;
window.addEventListener("pageshow", (event) => {
  if (event.persisted || !house) return;
  const drawn = history.state?.house;
  if (drawn === house) return;
  if (drawn) for (const form of document.forms) if (form.method === "post") form.reset();
  history.replaceState({ ...history.state, house }, "");
});
document.addEventListener("htmx:finally:request", (event) => sent.delete(event.target.closest?.("form")));

document.addEventListener("input", (event) => {
  const form = event.target.closest?.("form[data-guard]");
  if (form) form.dataset.dirty = "";
});
window.addEventListener("beforeunload", (event) => {
  if (document.querySelector("form[data-guard][data-dirty]")) event.preventDefault();
});

/** The whole field lights up while a file is dragged over it; the native input takes the file itself. */
for (const [name, over] of [["dragenter", true], ["dragover", true], ["dragleave", false], ["drop", false]]) {
  document.addEventListener(name, (event) => {
    event.target.closest?.("[data-file-drop]")?.classList.toggle("drop-here", over);
  });
}
