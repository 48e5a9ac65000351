// The what-if forms: sends each to the API, and draws the result.
const { queries, browser } = JSON.parse(document.getElementById("source-queries").textContent);
const layout = { font: { family: "system-ui, sans-serif" }, height: 340, margin: { l: 50, r: 20, t: 30, b: 80 }, legend: { orientation: "h", y: -0.2, yanchor: "top", x: 0 } };
const BLUE = ["#5b8dbf", "rgba(91, 141, 191, 0.18)"], ORANGE = ["#c2571a", "rgba(194, 87, 26, 0.18)"];

// Plotly traces of a line with its band; values: [{low, middle, high}]
function bandTraces(days, values, name, [colour, fill]) {
  const edge = { mode: "lines", line: { width: 0 }, hoverinfo: "skip", showlegend: false };
  return [
    { x: days, y: values.map((value) => value.high), ...edge },
    { x: days, y: values.map((value) => value.low), ...edge, fill: "tonexty", fillcolor: fill },
    { x: days, y: values.map((value) => value.middle), name, mode: "lines", line: { color: colour, width: 3 } },
  ];
}

function planTraces(forecast, name, colours) {
  const { steps } = forecast.participants;
  const values = steps.map((step) => ({ low: step.participants_p10, middle: step.participants_p50, high: step.participants_p90 }));
  return bandTraces(steps.map((step) => step.step), values, name, colours);
}

function describeTotal(forecast) {
  const { mean, p10, p90 } = forecast.participants.total;
  return _("%(mean)s participations, counting each user once a day (80% interval %(low)s to %(high)s)", { mean: Math.round(mean), low: Math.round(p10), high: Math.round(p90) });
}

// Shows the query behind a chart with literals for its parameters, as ``templates/source_query.html`` does.
function showQuery(section, name, parameters) {
  const text = queries[name].replace(/\$(\w+)/g, (_match, parameter) => JSON.stringify(parameters[parameter]));
  const details = createElement("details", { className: "query" }, createElement("summary", {}, _("Query for this chart")));
  if (browser) {
    const href = `${browser}&cmd=edit&arg=${encodeURIComponent(text)}`;
    details.append(createElement("p", {}, createElement("a", { href, target: "_blank", rel: "noopener" }, _("Open in Neo4j Browser"))));
  }
  details.append(createElement("pre", { tabIndex: 0 }, createElement("code", {}, text)));
  section.querySelector("[data-query]").replaceChildren(details);
}

function describeDiscount(discount) {
  const percent = (share) => Math.round(100 * share);
  return _("In recent weeks, the campaign's products cost %(recent)s% less than the regular price. At %(depth)s% off, %(ratio)s [%(low)s, %(high)s] times as many users are expected to take part, estimated from %(products)s products. In the last eight weeks, discounts explained %(explained)s% of the variation (deviance) of purchases.", {
    recent: percent(discount.recent_depth), depth: percent(discount.depth), products: discount.products.toLocaleString("en"),
    explained: percent(discount.deviance_explained), ratio: discount.ratio.toFixed(2), low: discount.low.toFixed(2), high: discount.high.toFixed(2),
  });
}

async function showPlan(form, section, address) {
  const planned = form.elements.campaign.selectedOptions[0].dataset;
  const request = { top: 0 };
  if (form.elements.starts.value !== planned.starts) request.starts = form.elements.starts.value;
  if (form.elements.ends.value !== planned.ends) request.ends = form.elements.ends.value;
  if (form.elements.discount.value) request.discount = Number(form.elements.discount.value) / 100;
  const plan = await postJson(`${address}/plan?dataset=${encodeURIComponent(dataset)}`, request);
  const traces = planTraces(plan.planned, _("as planned"), BLUE);
  if (plan.changed) traces.push(...planTraces(plan.changed, _("with your changes"), ORANGE));
  draw(section.querySelector("[data-chart]"), { data: traces, layout: { ...layout, yaxis: { rangemode: "tozero", automargin: true, title: { text: _("participants a day") } } } });
  showQuery(section, "plan", { dataset, campaign: form.elements.campaign.value, before: plan.origin });
  const sentences = [_("As planned: %(total)s.", { total: describeTotal(plan.planned) })];
  if (plan.changed) sentences.push(_("With your changes: %(total)s.", { total: describeTotal(plan.changed) }));
  if (plan.discount) sentences.push(describeDiscount(plan.discount));
  return [...sentences, _("Based on data from before %(day)s.", { day: plan.origin })].join(sentenceSpace);
}

function seedTraces(result, name, colours) {
  const values = result.days.map((day) => ({ low: day.p10, middle: day.mean, high: day.p90 }));
  return bandTraces(result.days.map((day) => day.day), values, name, colours);
}

function describeVerdict(verdict) {
  const sentences = {
    supported: _("Influence between users is supported by this data."),
    weak: _("Influence between users is weakly supported by this data."),
    "not supported": _("Influence between users is not supported by this data."),
    "not tested": _("Influence between users could not be tested: there is too little data."),
  };
  return sentences[verdict] ?? verdict;
}

async function showSeeds(form, section, address) {
  const request = { k: Number(form.elements.k.value), days: Number(form.elements.days.value) };
  if (form.elements.budget.value) request.budget = Number(form.elements.budget.value);
  if (form.elements.per_group.value) request.per_group = Number(form.elements.per_group.value);
  const scope = `dataset=${encodeURIComponent(dataset)}`;
  const result = await postJson(`${address}/what-if?${scope}`, request);
  const traces = seedTraces(result, _("starting with the chosen users"), ORANGE);
  const keyUsers = (await callApi(`${address}/key-users?${scope}`)).slice(0, result.seeds.length).map((user) => user.user);
  if (keyUsers.length) {
    const comparison = await postJson(`${address}/what-if?${scope}`, { seeds: keyUsers, days: request.days });
    traces.unshift(...seedTraces(comparison, _("starting with %(count)s current key users", { count: keyUsers.length }), BLUE));
  }
  showQuery(section, "what-if", { dataset, run: result.network, users: result.seeds.map((seed) => seed.user) });
  draw(section.querySelector("[data-chart]"), { data: traces, layout: { ...layout, xaxis: { title: { text: _("days since the start") } }, yaxis: { rangemode: "tozero", automargin: true, title: { text: _("users reached") } } } });
  section.querySelector("[data-table]").replaceChildren(
    createTable(result.seeds, {
      [_("rank")]: (seed) => seed.rank,
      [_("user")]: (seed) => seed.user,
      [_("additional users reached [95% interval, simulation only]")]: (seed) => `${seed.score.toFixed(1)} [${seed.low.toFixed(1)}, ${seed.high.toFixed(1)}]`,
    }),
  );
  const { mean, p10, p90 } = result.total;
  return [
    describeVerdict(result.influence_verdict),
    _("In the network model, the %(seeds)s chosen users reach %(mean)s users in total, including themselves (%(low)s to %(high)s in 80% of the simulations, which do not include the uncertainty of the influence probabilities).", { seeds: result.seeds.length, mean: mean.toFixed(1), low: Math.round(p10), high: Math.round(p90) }),
  ].join(sentenceSpace);
}

const handlers = { plan: showPlan, seeds: showSeeds };
for (const form of document.querySelectorAll("[data-what-if]")) {
  const section = form.closest("section"), status = section.querySelector("[data-status]");
  if (form.elements.starts) {
    const fillDates = () => {
      const planned = form.elements.campaign.selectedOptions[0].dataset;
      form.elements.starts.value = planned.starts;
      form.elements.ends.value = planned.ends;
    };
    form.elements.campaign.addEventListener("change", fillDates);
    fillDates();
  }
  onSubmit(form, async () => {
    status.textContent = _("Computing; this takes a few seconds.");
    form.querySelector("button").disabled = true;
    try {
      const address = `/v1/campaigns/${encodeURIComponent(form.elements.campaign.value)}`;
      status.textContent = await handlers[form.dataset.whatIf](form, section, address);
    } catch (error) {
      status.textContent = error.message;
    } finally {
      form.querySelector("button").disabled = false;
    }
  });
}
