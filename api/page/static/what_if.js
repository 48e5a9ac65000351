// Plans and seeds: asks the API, draws the answer.
const { queries, browser } = JSON.parse(document.getElementById("behind").textContent);
const about = { font: { family: "system-ui, sans-serif" }, height: 340, margin: { l: 50, r: 20, t: 30, b: 80 }, legend: { orientation: "h", y: -0.2, yanchor: "top", x: 0 } };

function band(days, course, name, colour, fill) {
  const hidden = { mode: "lines", line: { width: 0 }, hoverinfo: "skip", showlegend: false };
  return [
    { x: days, y: course.map((one) => one.high), ...hidden },
    { x: days, y: course.map((one) => one.low), ...hidden, fill: "tonexty", fillcolor: fill },
    { x: days, y: course.map((one) => one.middle), name, mode: "lines", line: { color: colour, width: 3 } },
  ];
}

function planned(forecast) {
  const course = forecast.participants.steps.map((step) => ({
    low: step.participants_p10, middle: step.participants_p50, high: step.participants_p90,
  }));
  return [forecast.participants.steps.map((step) => step.step), course];
}

function total(forecast) {
  const { mean, p10, p90 } = forecast.participants.total;
  const told = { mean: Math.round(mean), low: Math.round(p10), high: Math.round(p90) };
  return _("%(mean)s participations, a user counted once a day (eight times in ten %(low)s to %(high)s)", told);
}

// The query behind a picture, with literals for its parameters; as ``templates/behind.html`` shows it.
function showQuery(section, name, told) {
  const query = queries[name].replace(/\$(\w+)/g, (_place, one) => JSON.stringify(told[one]));
  const shown = element("details", { className: "query" }, element("summary", {}, _("The query behind this picture")));
  if (browser) {
    const href = `${browser}&cmd=edit&arg=${encodeURIComponent(query)}`;
    shown.append(element("p", {}, element("a", { href, target: "_blank", rel: "noopener" }, _("Open it in Neo4j Browser"))));
  }
  shown.append(element("pre", { tabIndex: 0 }, element("code", {}, query)));
  section.querySelector("[data-behind]").replaceChildren(shown);
}

function discounted({ recent_depth: lately, depth: asked, ratio, low, high, products, deviance_explained: told }) {
  const percent = (share) => Math.round(100 * share);
  const said = {
    lately: percent(lately), asked: percent(asked), products: products.toLocaleString("en"), told: percent(told),
    times: ratio.toFixed(2), low: low.toFixed(2), high: high.toFixed(2),
  };
  return _("Lately %(lately)s% were off; with %(asked)s%, %(times)s [%(low)s, %(high)s] times as many take part, by %(products)s products. Discounts explain %(told)s% of how purchases fell on the last eight weeks.", said);
}

async function plan(form, section, address) {
  const chosen = form.elements.campaign.selectedOptions[0].dataset;
  const wish = { top: 0 };
  if (form.elements.starts.value !== chosen.starts) wish.starts = form.elements.starts.value;
  if (form.elements.ends.value !== chosen.ends) wish.ends = form.elements.ends.value;
  if (form.elements.discount.value) wish.discount = Number(form.elements.discount.value) / 100;
  const told = await askWith(`${address}/plan?dataset=${encodeURIComponent(dataset)}`, wish);
  const traces = band(...planned(told.planned), _("as planned"), "#5b8dbf", "rgba(91, 141, 191, 0.18)");
  if (told.changed) traces.push(...band(...planned(told.changed), _("as you change it"), "#c2571a", "rgba(194, 87, 26, 0.18)"));
  draw(section.querySelector("[data-drawn]"), { data: traces, layout: { ...about, yaxis: { rangemode: "tozero", title: _("participants a day") } } });
  const said = [_("As planned: %(total)s.", { total: total(told.planned) })];
  if (told.changed) said.push(_("As you change it: %(total)s.", { total: total(told.changed) }));
  if (told.discount) said.push(discounted(told.discount));
  showQuery(section, "plan", { dataset, campaign: form.elements.campaign.value, before: told.origin });
  return [...said, _("By what was known before %(day)s.", { day: told.origin })].join(" ");
}

function reached(told, name, colour, fill) {
  const course = told.days.map((day) => ({ low: day.p10, middle: day.mean, high: day.p90 }));
  return band(told.days.map((day) => day.day), course, name, colour, fill);
}

async function seeds(form, section, address) {
  const wish = { k: Number(form.elements.k.value), days: Number(form.elements.days.value) };
  if (form.elements.budget.value) wish.budget = Number(form.elements.budget.value);
  if (form.elements.per_group.value) wish.per_group = Number(form.elements.per_group.value);
  const scope = `dataset=${encodeURIComponent(dataset)}`;
  const told = await askWith(`${address}/what-if?${scope}`, wish);
  const traces = reached(told, _("begun with these"), "#c2571a", "rgba(194, 87, 26, 0.18)");
  const present = (await ask(`${address}/key-users?${scope}`)).slice(0, told.seeds.length).map((one) => one.user);
  if (present.length) {
    const now = await askWith(`${address}/what-if?${scope}`, { seeds: present, days: wish.days });
    const name = _("with %(count)s of the present key users", { count: present.length });
    traces.unshift(...reached(now, name, "#5b8dbf", "rgba(91, 141, 191, 0.18)"));
  }
  showQuery(section, "what-if", { dataset, run: told.network, users: told.seeds.map((one) => one.user) });
  draw(section.querySelector("[data-drawn]"), { data: traces, layout: { ...about, xaxis: { title: _("day") }, yaxis: { rangemode: "tozero", title: _("users, seeds included") } } });
  section.querySelector("[data-rows]").replaceChildren(
    table(told.seeds, {
      [_("rank")]: (seed) => seed.rank,
      [_("user")]: (seed) => seed.user,
      [_("users it adds")]: (seed) => `${seed.score.toFixed(1)} [${seed.low.toFixed(1)}, ${seed.high.toFixed(1)}]`,
    }),
  );
  const { mean, p10, p90 } = told.total;
  const said = { seeds: told.seeds.length, mean: mean.toFixed(1), low: Math.round(p10), high: Math.round(p90) };
  const verdicts = { supported: _("supported"), weak: _("weak"), "not supported": _("not supported") };
  return [
    _("%(seeds)s users would reach %(mean)s in the end (eight times in ten %(low)s to %(high)s).", said),
    _("Users follow each other here: %(verdict)s.", { verdict: verdicts[told.influence_verdict] ?? told.influence_verdict }),
  ].join(" ");
}

const askers = { plan, "what-if": seeds };
for (const form of document.querySelectorAll("[data-asks]")) {
  const section = form.closest("section"), said = section.querySelector("[data-said]");
  if (form.elements.starts) {
    const fill = () => {
      const chosen = form.elements.campaign.selectedOptions[0].dataset;
      form.elements.starts.value = chosen.starts;
      form.elements.ends.value = chosen.ends;
    };
    form.elements.campaign.addEventListener("change", fill);
    fill();
  }
  answers(form, async () => {
    said.textContent = _("Working: this takes some seconds.");
    form.querySelector("button").disabled = true;
    try {
      said.textContent = await askers[form.dataset.asks](form, section, `/v1/campaigns/${encodeURIComponent(form.elements.campaign.value)}`);
    } catch (error) {
      said.textContent = error.message;
    } finally {
      form.querySelector("button").disabled = false;
    }
  });
}
