// Calls the API, translates texts, and builds HTML elements; used by the pages' own scripts.
const { dataset } = document.body.dataset;
const translations = JSON.parse(document.getElementById("translations").textContent);
const remedies = JSON.parse(document.getElementById("remedies").textContent);

// Chinese puts no space between sentences.
const sentenceSpace = document.documentElement.lang.startsWith("zh") ? "" : " ";

// Translates a text and fills in its placeholders: _("%(n)s rows", { n: 3 })
function _(text, values = {}) {
  return (translations[text] ?? text).replace(/%\((\w+)\)s/g, (placeholder, name) => values[name] ?? placeholder);
}

// What is wrong, and what to do about it on the page, or else over HTTP.
function describeProblem({ detail, remedy, action }) {
  return [detail, remedies[action?.name] ?? remedy].filter(Boolean).join(" ");
}

async function callApi(path, options = {}) {
  const response = await fetch(path, options);
  const body = response.status === 204 ? null : await response.json();
  if (!response.ok) throw new Error(describeProblem(body));
  return body;
}

function postJson(path, body) {
  return callApi(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
}

function createElement(name, attributes = {}, ...children) {
  const element = Object.assign(document.createElement(name), attributes);
  element.append(...children);
  return element;
}

// columns: {title: row => text or element}
function createTable(rows, columns) {
  const head = createElement("tr", {}, ...Object.keys(columns).map((title) => createElement("th", { scope: "col" }, title)));
  const lines = rows.map((row) =>
    createElement("tr", {}, ...Object.values(columns).map((cell) => createElement("td", {}, cell(row) ?? ""))),
  );
  return createElement("table", {}, createElement("thead", {}, head), createElement("tbody", {}, ...lines));
}

// Handles a form in script. Its buttons are disabled until then, so that the browser never submits it.
function onSubmit(form, handler) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    handler(event);
  });
  for (const button of form.querySelectorAll("button")) button.disabled = false;
}
