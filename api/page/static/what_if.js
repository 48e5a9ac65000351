// Plans and seeds: asks the API, draws the answer.
const about = { font: { family: "system-ui, sans-serif" }, height: 340, margin: { l: 50, r: 20, t: 30, b: 80 }, legend: { orientation: "h", y: -0.2, yanchor: "top", x: 0 } };

function band(days, course, name, colour, fill) {
  const hidden = { mode: "lines", line: { width: 0 }, hoverinfo: "skip", showlegend: false };
  return [
    { x: days, y: course.map((one) => one.high), ...hidden },
    { x: days, y: course.map((one) => one.low), ...hidden, fill: "tonexty", fillcolor: fill },
    { x: days, y: course.map((one) => one.middle), name, mode: "lines", line: { color: colour, width: 3 } },
  ];
}

function planned(outlook) {
  const course = outlook.participants.steps.map((step) => ({
    low: step.participants_p10, middle: step.participants_p50, high: step.participants_p90,
  }));
  return [outlook.participants.steps.map((step) => step.step), course];
}

function total(outlook) {
  const { mean, p10, p90 } = outlook.participants.total;
  return `${Math.round(mean)} participations, a user counted once a day (eight times in ten ${Math.round(p10)} to ${Math.round(p90)})`;
}

async function plan(form, section, address) {
  const chosen = form.elements.campaign.selectedOptions[0].dataset;
  const wish = { top: 0 };
  if (form.elements.starts.value !== chosen.starts) wish.starts = form.elements.starts.value;
  if (form.elements.ends.value !== chosen.ends) wish.ends = form.elements.ends.value;
  const told = await askWith(`${address}/plan?dataset=${encodeURIComponent(dataset)}`, wish);
  const traces = band(...planned(told.planned), "as planned", "#5b8dbf", "rgba(91, 141, 191, 0.18)");
  if (told.changed) traces.push(...band(...planned(told.changed), "with your days", "#c2571a", "rgba(194, 87, 26, 0.18)"));
  draw(section.querySelector("[data-drawn]"), { data: traces, layout: { ...about, yaxis: { rangemode: "tozero", title: "participants a day" } } });
  const said = [`As planned: ${total(told.planned)}.`];
  if (told.changed) said.push(`With your days: ${total(told.changed)}.`);
  return [...said, `By what was known before ${told.origin}.`].join(" ");
}

async function seeds(form, section, address) {
  const wish = { k: Number(form.elements.k.value), days: Number(form.elements.days.value) };
  if (form.elements.budget.value) wish.budget = Number(form.elements.budget.value);
  if (form.elements.per_group.value) wish.per_group = Number(form.elements.per_group.value);
  const told = await askWith(`${address}/what-if?dataset=${encodeURIComponent(dataset)}`, wish);
  const course = told.days.map((day) => ({ low: day.p10, middle: day.mean, high: day.p90 }));
  const traces = band(told.days.map((day) => day.day), course, "users reached", "#c2571a", "rgba(194, 87, 26, 0.18)");
  draw(section.querySelector("[data-drawn]"), { data: traces, layout: { ...about, xaxis: { title: "day" }, yaxis: { rangemode: "tozero", title: "users, seeds included" } } });
  section.querySelector("[data-rows]").replaceChildren(
    table(told.seeds, {
      rank: (seed) => seed.rank,
      user: (seed) => seed.user,
      "users it adds": (seed) => `${seed.score.toFixed(1)} [${seed.low.toFixed(1)}, ${seed.high.toFixed(1)}]`,
    }),
  );
  const { mean, p10, p90 } = told.total;
  return `${told.seeds.length} users would reach ${mean.toFixed(1)} in the end (eight times in ten ${Math.round(p10)} to ${Math.round(p90)}). Users follow each other here: ${told.premise}.`;
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
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    said.textContent = "Working: this takes some seconds.";
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
