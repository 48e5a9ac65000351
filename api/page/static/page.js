// Draws charts in the colours of the page, and submits a selector when its choice changes.
function draw(element, figure) {
  const style = getComputedStyle(document.documentElement);
  const [ink, line] = ["--ink", "--line"].map((name) => style.getPropertyValue(name).trim());
  const axis = { gridcolor: line, zerolinecolor: line, linecolor: line };
  const layout = {
    ...figure.layout,
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    font: { ...figure.layout.font, color: ink },
    xaxis: { ...figure.layout.xaxis, ...axis },
    yaxis: { ...figure.layout.yaxis, ...axis },
  };
  // No chart leaves for Plotly's cloud.
  Plotly.react(element, figure.data, layout, { displaylogo: false, responsive: true, showSendToCloud: false });
}

function drawAll() {
  for (const chart of document.querySelectorAll("[data-figure]")) draw(chart, JSON.parse(chart.dataset.figure));
}

if (document.querySelector("[data-figure]")) {
  drawAll();
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
}
for (const select of document.querySelectorAll("[data-submits]")) {
  select.addEventListener("change", () => select.form.submit());
}
