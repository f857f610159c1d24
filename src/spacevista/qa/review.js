"use strict";

// What rows say is only ever set as text, never parsed as markup.
const data = JSON.parse(document.getElementById("data").textContent);
const reviewed = new Map(data.rows.map((row) => [row.id, { id: row.id, decision: "", comment: "" }]));
const cards = new Map();
let unsaved = false;

function element(name, properties, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

function choice(row, number, decision, label) {
  const input = element("input", { type: "radio", name: `decision-${number}`, value: decision });
  input.checked = decision === "";
  input.addEventListener("change", () => change(row.id, { decision }));
  return element("label", {}, input, ` ${label}`);
}

function pictureOf([name, width, height, marked], place, all) {
  const text = `picture ${place + 1} of ${all.length}`;
  const source = `data:image/jpeg;base64,${data.pictures[name]}`;
  const className = marked ? "marked" : "";
  return element("img", { src: source, width, height, alt: text, title: text, className, loading: "lazy" });
}

function card(row, number) {
  const comment = element("textarea", { placeholder: "comment", ariaLabel: "comment", maxLength: 10000 });
  comment.addEventListener("input", () => change(row.id, { comment: comment.value }));
  const choices = [["accept", "accept"], ["reject", "reject"], ["", "not decided"]];
  const made = element(
    "article",
    {},
    element("div", { className: "pictures" }, ...row.pictures.map(pictureOf)),
    element("p", { className: "tags" }, `${row.tags.join(", ")} \u00b7 ${row.id}`),
    element("p", { className: "ask" }, row.question),
    element("p", { className: "answer" }, row.answer),
    element("fieldset", {}, ...choices.map(([decision, label]) => choice(row, number, decision, label))),
    comment,
  );
  cards.set(row.id, made);
  return made;
}

function change(id, what) {
  Object.assign(reviewed.get(id), what);
  unsaved = true;
  show();
}

function show() {
  const wanted = document.getElementById("filter").value;
  const counts = { accept: 0, reject: 0, "": 0 };
  for (const { id, decision } of reviewed.values()) {
    counts[decision] += 1;
    cards.get(id).className = decision;
    cards.get(id).hidden = wanted !== "all" && wanted !== decision;
  }
  const told = `${counts.accept} accepted, ${counts.reject} rejected, ${counts[""]} not decided`;
  document.getElementById("counts").textContent = told;
}

function asJson() {
  return JSON.stringify({ version: 1, rows: [...reviewed.values()] }, null, 1);
}

// A cell that a spreadsheet could take for a formula starts with an apostrophe; the import takes it off again.
function cell(text) {
  const safe = /^[=+\-@\t\r\n']/.test(text) ? `'${text}` : text;
  return `"${safe.replaceAll('"', '""')}"`;
}

function asCsv() {
  const rows = [...reviewed.values()].map((row) => [row.id, row.decision, row.comment].map(cell).join(","));
  return `\ufeffid,decision,comment\r\n${rows.join("\r\n")}\r\n`;
}

function save(text, type, name) {
  const link = element("a", { href: URL.createObjectURL(new Blob([text], { type })), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
  unsaved = false;
}

function load(text) {
  const { version, rows } = JSON.parse(text);
  if (version !== 1 || !Array.isArray(rows)) throw new Error("expected a review of version 1");
  const fits = (row) => reviewed.has(row.id) && ["accept", "reject", ""].includes(row.decision);
  const strangers = rows.filter((row) => !fits(row));
  if (strangers.length) throw new Error(`${strangers.length} of its rows are not on this page`);
  for (const row of rows) {
    Object.assign(reviewed.get(row.id), { decision: row.decision, comment: String(row.comment) });
    const made = cards.get(row.id);
    made.querySelector("textarea").value = String(row.comment);
    made.querySelector(`input[value="${row.decision}"]`).checked = true;
  }
  show();
}

document.getElementById("rows").append(...data.rows.map(card));
document.getElementById("filter").addEventListener("change", show);
document.getElementById("save-json").addEventListener("click", () => save(asJson(), "application/json", "review.json"));
document.getElementById("save-csv").addEventListener("click", () => save(asCsv(), "text/csv", "review.csv"));
document.getElementById("load").addEventListener("change", async (event) => {
  const message = document.getElementById("message");
  message.textContent = "";
  try {
    load(await event.target.files[0].text());
  } catch (error) {
    message.textContent = `That file could not be used: ${error.message}`;
  }
});
addEventListener("beforeunload", (event) => {
  if (unsaved) event.preventDefault();
});
show();
