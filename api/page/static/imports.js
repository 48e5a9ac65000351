// Sends files to check or to import, and shows jobs and imports as they move on.
const form = document.getElementById("import"), said = document.getElementById("said");
const found = document.getElementById("found"), sent = document.getElementById("sent");
const number = (value) => value.toLocaleString("en");
const kinds = { import: _("import"), network: _("network"), training: _("training"), forecast: _("forecast"), "back-test": _("back-test") };
const states = {
  waiting: _("waiting"), running: _("running"), complete: _("complete"), failed: _("failed"), cancelled: _("cancelled"),
  stopped: _("stopped"), interrupted: _("interrupted"), undoing: _("undoing"), undone: _("undone"),
};
const moment = (text) => (text ? text.slice(0, 16).replace("T", " ") : "");

function send(path) {
  const body = new FormData(form);
  if (!form.elements.mapping.value.trim()) body.delete("mapping");
  // XMLHttpRequest, because fetch does not tell how much of a body is gone.
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.upload.onprogress = (event) => {
      sent.hidden = false;
      sent.value = event.loaded / event.total;
    };
    request.onload = () => {
      sent.hidden = true;
      const told = JSON.parse(request.responseText);
      if (request.status < 400) resolve(told);
      else reject(new Error([told.detail, told.remedy].filter(Boolean).join(" ")));
    };
    request.onerror = () => reject(new Error(_("The server does not answer. Is it running?")));
    request.open("POST", path);
    request.send(body);
  });
}

function showCheck(told) {
  if (!form.elements.mapping.value.trim()) form.elements.mapping.value = told.mapping;
  const tables = Object.entries(told.tables).map(([name, rows]) => ({ name, ...rows }));
  const rejected = tables.reduce((sum, one) => sum + one.rejected, 0);
  const rows = tables.reduce((sum, one) => sum + one.read, 0);
  found.replaceChildren(
    table(tables, {
      [_("table")]: (one) => one.name.replaceAll("_", " "),
      [_("rows")]: (one) => number(one.read),
      [_("would be loaded")]: (one) => number(one.loaded),
      [_("would be rejected")]: (one) => number(one.rejected),
    }),
  );
  if (rejected) {
    found.append(
      element("h3", {}, _("Why rows would be rejected")),
      table(Object.entries(told.reasons), { [_("reason")]: ([reason]) => reason, [_("rows")]: ([, count]) => number(count) }),
      element("h3", {}, _("The first of them")),
      table(told.examples, {
        [_("file")]: (one) => one.file, [_("row")]: (one) => number(one.row), [_("column")]: (one) => one.column ?? _("whole line"),
        [_("value")]: (one) => one.value, [_("reason")]: (one) => one.reason,
      }),
    );
  }
  return _("%(rows)s rows read, %(rejected)s would be rejected. Nothing was written.", { rows: number(rows), rejected: number(rejected) });
}

answers(form, async (event) => {
  const checking = event.submitter.value === "check";
  const buttons = form.querySelectorAll("button");
  for (const button of buttons) button.disabled = true;
  said.textContent = checking ? _("Checking every row.") : _("Sending.");
  try {
    if (!checking && !form.elements.mapping.value.trim()) throw new Error(_("An import needs a mapping. Check the files first: that sketches one."));
    if (checking) said.textContent = showCheck(await send("/v1/imports/check"));
    else {
      const job = await send("/v1/imports");
      found.replaceChildren();
      said.textContent = _("Sent. The import is job %(id)s, below.", job);
      await refresh();
    }
  } catch (error) {
    said.textContent = error.message;
  } finally {
    for (const button of buttons) button.disabled = false;
  }
});

const build = document.getElementById("build"), asked = document.getElementById("asked");
answers(build, async (event) => {
  try {
    const job = await askWith(`/v1/${event.submitter.value}`, { dataset: build.elements.dataset.value });
    asked.textContent = _("Asked for: job %(id)s, below.", job);
    await refresh();
  } catch (error) {
    asked.textContent = error.message;
  }
});

// What can be built on: data sets with an import that is complete.
async function fillDatasets() {
  const names = (await ask("/v1/datasets")).filter((one) => one.first).map((one) => one.id);
  const select = build.elements.dataset, now = select.value || dataset;
  if ([...select.options].map((one) => one.value).join() === names.join()) return;
  select.replaceChildren(...names.map((name) => element("option", { selected: name === now }, name)));
}

function progress(job) {
  if (!job.progress) return job.problem ? `${job.problem} ${job.remedy ?? ""}` : "";
  const { stage, done, total } = job.progress;
  const bar = element("progress", { max: total || 1, ariaLabel: stage });
  if (total) bar.value = done;
  return element("span", {}, bar, total ? ` ${stage} ${_("%(done)s of %(total)s", { done: number(done), total: number(total) })}` : ` ${stage}`);
}

function cancel(job) {
  if (job.state !== "waiting" && job.state !== "running") return "";
  const button = element("button", { type: "button", disabled: job.cancel_asked }, _("Cancel"));
  button.addEventListener("click", async () => {
    button.disabled = true;
    await ask(`/v1/jobs/${job.id}`, { method: "DELETE" });
    await refresh();
  });
  return button;
}

function rejectedRows(run) {
  if (!run.rejected) return "0";
  const address = `/v1/imports/${encodeURIComponent(run.id)}/rejected`;
  return element("a", { href: address, download: "" }, `${number(run.rejected)} (CSV)`);
}

async function refresh() {
  const [jobs, runs] = await Promise.all([ask("/v1/jobs?limit=20"), ask("/v1/imports")]);
  const none = () => element("p", { className: "note" }, _("None yet."));
  document.getElementById("job-list").replaceChildren(
    jobs.length
      ? table(jobs, { [_("job")]: (one) => one.id, [_("does")]: (one) => kinds[one.kind] ?? one.kind, [_("data set")]: (one) => one.dataset, [_("state")]: (one) => states[one.state], [_("asked")]: (one) => moment(one.made_at), [_("how far")]: progress, "": cancel })
      : none(),
  );
  document.getElementById("import-list").replaceChildren(
    runs.length
      ? table(runs, { [_("import")]: (one) => one.id, [_("state")]: (one) => states[one.state], [_("began")]: (one) => moment(one.started), [_("rows")]: (one) => number(one.read), [_("loaded")]: (one) => number(one.loaded), [_("unchanged")]: (one) => number(one.unchanged), [_("rejected")]: rejectedRows, [_("problem")]: (one) => one.problem })
      : none(),
  );
  const moving = jobs.some((job) => job.state === "waiting" || job.state === "running");
  if (!moving) await fillDatasets();
  return moving;
}

async function watch() {
  let moving = true;
  try {
    moving = await refresh();
  } catch (error) {
    said.textContent = error.message;
  }
  setTimeout(watch, moving ? 1000 : 5000);
}
watch();
