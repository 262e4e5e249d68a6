/**
 * Native dialogs: `<a href="/fallback" data-dialog="ID">` opens `<dialog id="ID">`; without scripts the link leads
 * to a page that says the same. A click on the backdrop closes; focus returns to the opener by itself.
 */
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-dialog]");
  const dialog = opener && document.getElementById(opener.dataset.dialog);
  if (dialog && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    event.preventDefault();
    dialog.showModal();
    return;
  }
  if (event.target.matches?.("dialog[open]")) event.target.close();
  const closer = event.target.closest("[data-dialog-close]");
  if (closer) {
    event.preventDefault();
    closer.closest("dialog")?.close();
  }
});
