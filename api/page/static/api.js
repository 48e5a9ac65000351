// Asks the API, and shows what it says.
const { dataset } = document.body.dataset;
const texts = JSON.parse(document.getElementById("words").textContent);

// A text in the page's language, what is told in its places: _("%(n)s rows", { n: 3 })
function _(text, told = {}) {
  return (texts[text] ?? text).replace(/%\((\w+)\)s/g, (place, name) => told[name] ?? place);
}

async function ask(path, options = {}) {
  const answer = await fetch(path, options);
  const told = answer.status === 204 ? null : await answer.json();
  if (!answer.ok) throw new Error([told.detail, told.remedy].filter(Boolean).join(" "));
  return told;
}

function askWith(path, body) {
  return ask(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
}

function element(name, attributes = {}, ...children) {
  const made = Object.assign(document.createElement(name), attributes);
  made.append(...children);
  return made;
}

// columns: {title: row => text or element}
function table(rows, columns) {
  const head = element("tr", {}, ...Object.keys(columns).map((title) => element("th", { scope: "col" }, title)));
  const lines = rows.map((row) =>
    element("tr", {}, ...Object.values(columns).map((cell) => element("td", {}, cell(row) ?? ""))),
  );
  return element("table", {}, element("thead", {}, head), element("tbody", {}, ...lines));
}

// A form that a script answers: until it does, nothing can be sent.
function answers(form, act) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    act(event);
  });
  for (const button of form.querySelectorAll("button")) button.disabled = false;
}
