// Uploads files to check or import, starts builds, and shows jobs and imports as they progress.
const importForm = document.getElementById("import-form"), buildForm = document.getElementById("build-form");
const importStatus = document.getElementById("import-status"), buildStatus = document.getElementById("build-status");
const checkResult = document.getElementById("check-result"), uploadProgress = document.getElementById("upload-progress");
const formatNumber = (value) => value.toLocaleString("en");
const formatTime = (text) => (text ? text.slice(0, 16).replace("T", " ") : "");
const kinds = { import: _("import"), network: _("network"), training: _("training"), forecast: _("forecast"), "back-test": _("back-test") };
const states = {
  waiting: _("waiting"), running: _("running"), complete: _("complete"), failed: _("failed"), cancelled: _("cancelled"),
  stopped: _("stopped"), interrupted: _("interrupted"), undoing: _("undoing"), undone: _("undone"),
};

// Fields are removed that the operation does not have.
function upload(path, removed) {
  const body = new FormData(importForm);
  for (const field of removed) body.delete(field);
  // XMLHttpRequest, because fetch does not report upload progress.
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.upload.onprogress = (event) => {
      uploadProgress.hidden = false;
      uploadProgress.value = event.loaded / event.total;
    };
    request.onload = () => {
      uploadProgress.hidden = true;
      const response = JSON.parse(request.responseText);
      if (request.status < 400) resolve(response);
      else reject(new Error(describeProblem(response)));
    };
    request.onerror = () => reject(new Error(_("The server does not answer. Is it running?")));
    request.open("POST", path);
    request.send(body);
  });
}

function showCheck(check) {
  if (!importForm.elements.mapping.value.trim()) importForm.elements.mapping.value = check.mapping;
  const tables = Object.entries(check.tables).map(([name, counts]) => ({ name, ...counts }));
  const rejected = tables.reduce((sum, table) => sum + table.rejected, 0);
  const rows = tables.reduce((sum, table) => sum + table.read, 0);
  if (check.questions.length) {
    checkResult.replaceChildren(
      createElement("h3", {}, _("Answer these questions in the mapping, then check again")),
      createTable(check.questions, {
        [_("place")]: (question) => question.path, [_("question")]: (question) => question.ask,
        [_("answers")]: (question) => question.choose.join(_(" or ")),
      }),
    );
    return _("The mapping has questions. Write each answer after its “answer:”.");
  }
  checkResult.replaceChildren(
    createTable(tables, {
      [_("table")]: (table) => table.name.replaceAll("_", " "),
      [_("rows")]: (table) => formatNumber(table.read),
      [_("would be loaded")]: (table) => formatNumber(table.loaded),
      [_("would be rejected")]: (table) => formatNumber(table.rejected),
    }),
  );
  if (rejected) {
    checkResult.append(
      createElement("h3", {}, _("Why rows would be rejected")),
      createTable(Object.entries(check.reasons), { [_("reason")]: ([reason]) => reason, [_("rows")]: ([, count]) => formatNumber(count) }),
      createElement("h3", {}, _("Examples")),
      createTable(check.examples, {
        [_("file")]: (row) => row.file, [_("row")]: (row) => formatNumber(row.row), [_("column")]: (row) => row.column ?? _("whole line"),
        [_("value")]: (row) => row.value, [_("reason")]: (row) => row.reason,
      }),
    );
  }
  return _("%(rows)s rows read, %(rejected)s would be rejected. Nothing was written.", { rows: formatNumber(rows), rejected: formatNumber(rejected) });
}

onSubmit(importForm, async (event) => {
  const isCheck = event.submitter.value === "check";
  const buttons = importForm.querySelectorAll("button");
  for (const button of buttons) button.disabled = true;
  importStatus.textContent = isCheck ? _("Checking every row …") : _("Uploading …");
  try {
    const isMapped = Boolean(importForm.elements.mapping.value.trim());
    if (!isCheck && !isMapped) throw new Error(_("An import needs a mapping. “Check” drafts one from the files."));
    if (isCheck) importStatus.textContent = showCheck(await upload("/v1/imports/check", isMapped ? [] : ["mapping"]));
    else {
      const job = await upload("/v1/imports", ["dataset", "zone"]);
      checkResult.replaceChildren();
      importStatus.textContent = _("Uploaded. The import is job %(id)s, listed below.", job);
      await refresh();
    }
  } catch (error) {
    importStatus.textContent = error.message;
  } finally {
    for (const button of buttons) button.disabled = false;
  }
});

onSubmit(buildForm, async (event) => {
  try {
    const job = await postJson(`/v1/${event.submitter.value}`, { dataset: buildForm.elements.dataset.value });
    buildStatus.textContent = _("Submitted as job %(id)s, listed below.", job);
    await refresh();
  } catch (error) {
    buildStatus.textContent = error.message;
  }
});

// Offers the data sets that have a complete import.
async function refreshDatasets() {
  const names = (await callApi("/v1/datasets")).filter((row) => row.first).map((row) => row.id);
  const select = buildForm.elements.dataset, selected = select.value || dataset;
  if ([...select.options].map((option) => option.value).join() === names.join()) return;
  select.replaceChildren(...names.map((name) => createElement("option", { selected: name === selected }, name)));
}

function jobProgress(job) {
  if (!job.progress) return job.problem ? describeProblem({ ...job, detail: job.problem }) : "";
  const { stage, done, total } = job.progress;
  const bar = createElement("progress", { max: total || 1, ariaLabel: stage });
  if (total) bar.value = done;
  const counted = total ? _("%(done)s of %(total)s", { done: formatNumber(done), total: formatNumber(total) }) : "";
  return createElement("span", {}, bar, ` ${stage} ${counted}`);
}

function cancelButton(job) {
  if (job.state !== "waiting" && job.state !== "running") return "";
  const button = createElement("button", { type: "button", disabled: job.cancel_requested }, _("Cancel"));
  button.addEventListener("click", async () => {
    button.disabled = true;
    await callApi(`/v1/jobs/${job.id}`, { method: "DELETE" });
    await refresh();
  });
  return button;
}

function rejectedRows(run) {
  if (!run.rejected) return "0";
  const address = `/v1/imports/${encodeURIComponent(run.id)}/rejected`;
  return createElement("a", { href: address, download: "" }, `${formatNumber(run.rejected)} (CSV)`);
}

// Redraws both lists; returns whether any job is still open.
async function refresh() {
  const [jobs, imports] = await Promise.all([callApi("/v1/jobs?limit=20"), callApi("/v1/imports")]);
  const emptyNote = () => createElement("p", { className: "note" }, _("None yet."));
  document.getElementById("job-list").replaceChildren(
    jobs.length
      ? createTable(jobs, {
          [_("job")]: (job) => job.id, [_("kind")]: (job) => kinds[job.kind] ?? job.kind, [_("data set")]: (job) => job.dataset,
          [_("state")]: (job) => states[job.state], [_("submitted")]: (job) => formatTime(job.created_at), [_("progress")]: jobProgress, "": cancelButton,
        })
      : emptyNote(),
  );
  document.getElementById("import-list").replaceChildren(
    imports.length
      ? createTable(imports, {
          [_("import")]: (run) => run.id, [_("state")]: (run) => states[run.state], [_("started")]: (run) => formatTime(run.started),
          [_("rows")]: (run) => formatNumber(run.read), [_("loaded")]: (run) => formatNumber(run.loaded),
          [_("unchanged")]: (run) => formatNumber(run.unchanged), [_("rejected")]: rejectedRows, [_("problem")]: (run) => run.problem,
        })
      : emptyNote(),
  );
  const hasOpenJobs = jobs.some((job) => job.state === "waiting" || job.state === "running");
  if (!hasOpenJobs) await refreshDatasets();
  return hasOpenJobs;
}

async function poll() {
  let hasOpenJobs = true;
  try {
    hasOpenJobs = await refresh();
  } catch (error) {
    importStatus.textContent = error.message;
  }
  setTimeout(poll, hasOpenJobs ? 1000 : 5000);
}
poll();
