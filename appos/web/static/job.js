// Follows a job: its log line by line, its progress, and its steps as they change.
"use strict";

const MOST_LINES = 5000;
const REFRESH_MS = 250;
const log = document.getElementById("log");
const logState = document.getElementById("log-state");
const source = new EventSource(document.getElementById("job").dataset.log);
let shape = "";
let waiting = 0;

function addLine({ created, text }) {
  const isAtEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 40;
  const line = document.createElement("p");
  const time = document.createElement("time");
  time.textContent = created.slice(11, 23);
  const words = document.createElement("span");
  words.textContent = text;
  line.append(time, words);
  log.append(line);
  if (log.childElementCount > MOST_LINES) log.firstElementChild.remove();
  if (isAtEnd) log.scrollTop = log.scrollHeight;
}

function showProgress({ progress }) {
  const bar = document.getElementById("progress");
  if (!bar || !progress.total) return;
  bar.max = progress.total;
  bar.value = progress.done;
  document.getElementById("progress-text").textContent = `${progress.message} ${progress.done} of ${progress.total}`;
}

// The steps are drawn by the server alone; they are fetched when the job says that they have changed.
function showSteps(job, wait) {
  const section = document.getElementById("job");
  const before = shape;
  shape = JSON.stringify([job.state, job.cancelRequestedBy, job.steps]);
  if (before ? before === shape : section.dataset.updated === job.updated) return;
  clearTimeout(waiting);
  waiting = setTimeout(() => refresh(document.getElementById("job")).catch(() => {}), wait);
}

source.addEventListener("line", (event) => addLine(JSON.parse(event.data)));
source.addEventListener("job", (event) => {
  const job = JSON.parse(event.data);
  logState.textContent = "live";
  showProgress(job);
  showSteps(job, REFRESH_MS);
});
source.addEventListener("end", (event) => {
  source.close();
  logState.textContent = "";
  if (!log.querySelector("p")) log.textContent = "This job wrote nothing.";
  showSteps(JSON.parse(event.data), 0);
});
source.addEventListener("error", () => {
  logState.textContent = source.readyState === EventSource.CLOSED ? "The log cannot be read." : "connecting…";
});
