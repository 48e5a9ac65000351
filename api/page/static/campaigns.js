// Adds a campaign, and shows the list with it.
const campaignForm = document.getElementById("campaign-form"), campaignStatus = document.getElementById("campaign-status");

async function addCampaign() {
  const button = campaignForm.querySelector("button");
  button.disabled = true;
  // What is left empty has its default.
  const fields = Object.fromEntries([...new FormData(campaignForm)].filter(([, value]) => value));
  try {
    await postJson("/v1/campaigns", { dataset, ...fields });
    location.assign(`/campaigns?dataset=${encodeURIComponent(dataset)}`);
  } catch (error) {
    campaignStatus.textContent = error.message;
    button.disabled = false;
  }
}
onSubmit(campaignForm, addCampaign);
