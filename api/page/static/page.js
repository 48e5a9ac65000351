// Draws the charts, and follows the choice of a campaign.
for (const chart of document.querySelectorAll("[data-figure]")) {
  const figure = JSON.parse(chart.dataset.figure);
  Plotly.newPlot(chart, figure.data, figure.layout, { displaylogo: false, responsive: true });
}
document.getElementById("campaign")?.addEventListener("change", (event) => event.target.form.submit());
