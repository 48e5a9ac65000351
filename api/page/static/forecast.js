// Asks for a forecast of the campaign, and shows it when it is there.
const maker = document.getElementById("make"), stands = document.getElementById("stands");
async function make() {
  const button = maker.querySelector("button");
  button.disabled = true;
  stands.textContent = _("Asked for.");
  try {
    let job = await askWith(maker.getAttribute("action"), { dataset, horizon: Number(maker.elements.horizon.value) });
    while (job.state === "waiting" || job.state === "running") {
      stands.textContent = job.progress ? `${job.progress.stage}.` : _("It waits for its turn.");
      await new Promise((resolve) => setTimeout(resolve, 500));
      job = await ask(`/v1/jobs/${job.id}`);
    }
    if (job.state !== "complete") throw new Error([job.problem ?? _("It was cancelled."), job.remedy].filter(Boolean).join(" "));
    location.assign(`/?campaign=${encodeURIComponent(job.result.campaign)}&dataset=${encodeURIComponent(dataset)}`);
  } catch (error) {
    stands.textContent = error.message;
    button.disabled = false;
  }
}
if (maker) answers(maker, make);
