/**
 * Interactive charts on demand: the button below a chart loads Vega (about 260 KB compressed, once) and draws the
 * same definition with tooltips. Expressions run in the interpreter, so no `unsafe-eval` is needed.
 */

const loaded = new Map();

/** Load a classic script once; resolves when it has run. */
const script = (url) => {
  if (!loaded.has(url)) {
    loaded.set(url, new Promise((resolve, reject) => {
      const element = document.createElement("script");
      element.src = url;
      element.addEventListener("load", resolve);
      element.addEventListener("error", () => reject(new Error(url)));
      document.head.append(element);
    }));
  }
  return loaded.get(url);
};

const draw = async (figure, button) => {
  await script(button.dataset.vega);
  await script(button.dataset.vegaLite);
  const { expressionInterpreter } = await import(button.dataset.interpreter);
  const definition = JSON.parse(document.getElementById(figure.dataset.chart).textContent);
  const { number_locale: number, time_locale: time } = definition.usermeta;
  const picture = figure.querySelector(".chart-picture");
  const holder = document.createElement("div");
  holder.className = "chart-live";
  const { vega, vegaLite } = globalThis;
  const { spec } = vegaLite.compile({ ...definition, width: Math.max(260, picture.clientWidth - 70) });
  const view = new vega.View(
    vega.parse(spec, {}, { ast: true }),
    {
      renderer: "svg",
      container: holder,
      hover: true,
      expr: expressionInterpreter,
      locale: vega.locale(number, time),
      // The data is in the definition; a chart never fetches anything.
      loader: vega.loader({ mode: "never" }),
    },
  );
  await view.runAsync();
  picture.replaceChildren(holder);
};

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-chart-activate]");
  if (!button || button.disabled) return;
  button.disabled = true;
  try {
    await draw(button.closest("[data-chart]"), button);
    button.hidden = true;
  } catch (error) {
    // The drawn picture and the table stay; say that there is nothing more.
    button.querySelector("span").textContent = button.dataset.failed;
    console.error(error);
  }
});

const offer = () => {
  for (const button of document.querySelectorAll("[data-chart-activate][hidden]:not(:disabled)")) {
    button.hidden = false;
  }
};
document.addEventListener("htmx:after:swap", offer);
offer();
