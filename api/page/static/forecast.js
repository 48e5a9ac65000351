// Submits a forecast job for the campaign, shows its progress, and reloads the page when it is complete.
const forecastForm = document.getElementById("forecast-form");
const forecastStatus = document.getElementById("forecast-status");

async function makeForecast() {
  const button = forecastForm.querySelector("button");
  button.disabled = true;
  forecastStatus.textContent = _("Submitted.");
  try {
    const request = { dataset, horizon: Number(forecastForm.elements.horizon.value) };
    let job = await postJson(forecastForm.getAttribute("action"), request);
    while (job.state === "waiting" || job.state === "running") {
      forecastStatus.textContent = job.progress ? `${job.progress.stage}.` : _("Waiting in the queue.");
      await new Promise((resolve) => setTimeout(resolve, 500));
      job = await callApi(`/v1/jobs/${job.id}`);
    }
    if (job.state !== "complete") throw new Error(describeProblem({ ...job, detail: job.problem ?? _("The job was cancelled.") }));
    location.assign(`/?campaign=${encodeURIComponent(job.result.campaign)}&dataset=${encodeURIComponent(dataset)}`);
  } catch (error) {
    forecastStatus.textContent = error.message;
    button.disabled = false;
  }
}
if (forecastForm) onSubmit(forecastForm, makeForecast);
