// The web chat's page: what the person does, and what the program tells, put together.

import { Log } from "./log.js";
import { $, clock, fill, language, limits, read, texts, write } from "./page.js";
import { Queue } from "./queue.js";
import { Stream } from "./stream.js";
import { Upload } from "./upload.js";

const FORGOTTEN = "huiyin.forgotten";
const DRAFT = "huiyin.draft";
const TRAY = "huiyin.tray";
// This device was forgotten: what its script kept goes too, in its other tabs as well.
if (location.search === "?forgotten") {
  sessionStorage.clear();
  localStorage.clear();
  write(localStorage, FORGOTTEN, Date.now());
  history.replaceState(null, "", "/");
}
addEventListener("storage", (event) => {
  if (event.key !== FORGOTTEN || !event.newValue) return;
  sessionStorage.clear();
  location.replace("/");
});
const text = $("text");
const title = document.title;
const languages = [language, ...[...document.querySelectorAll("[data-switch]")].map((button) => button.dataset.switch)];
let attached = [];
let replyTo = null;
let busy = false;
let spoken = language;
let lookingUp = false;

const log = new Log({
  press: (id, press) => {
    sendFiles();
    return ask({ press, pressed: id });
  },
  reply: (id, words) => {
    replyTo = id;
    $("quoted").textContent = words;
    $("quote").hidden = false;
    text.focus();
  },
});

/** Presses show on their button, and what the page's own buttons say is not worth a bubble. */
const silent = (entry) => entry.press || /^\/(start|language)\b/.test(entry.text ?? "");

/** Send what gets no bubble of its own: the log goes to the answer, from wherever it was scrolled to. */
function ask(message) {
  log.awaitAnswer();
  return queue.add(message);
}

const queue = new Queue((entry, state, detail) => {
  if (state === "withdrawn") log.withdrawn(entry.id);
  else if (!silent(entry)) {
    log.said(entry, state, queue?.uploads.get(entry.id));
    log.state(entry.id, state, detail);
  }
  if (state === "later") {
    const seconds = Math.ceil(detail / 1000);
    notice(seconds < 120 ? fill(texts.later, { seconds }) : fill(texts.later_at, { time: clock(Date.now() + detail) }));
  }
  if (state === "failed" && silent(entry)) notice(detail || texts.not_taken);
  if (state === "kept" && waited) notice("");
  waited = state === "later" || (waited && state === "sending");
  if (state === "kept" && silent(entry)) log.answersWithin(8000);
  if (state === "kept" && entry.press) setTimeout(() => log.released(queue.entries), 8000);
  $("greeting").hidden = true;
});
let waited = false;

const lost = [...queue.resume(), ...read(sessionStorage, TRAY, [])];
write(sessionStorage, TRAY, []);
for (const entry of queue.entries) queue.told(entry, "waiting");
if (lost.length) notice(fill(texts.upload_lost, { names: lost.join(", ") }));

const told = {
  message(data) {
    log.message(data);
    log.released(queue.entries);
    $("place").hidden = !["place", "told"].includes(log.wants);
    $("greeting").hidden = true;
    if (document.hidden) document.title = `• ${title}`;
  },
  own(data) {
    if (silent(data)) return;
    log.said(data, "kept");
    log.state(data.id, "kept");
  },
  ready() {
    log.ready();
    $("greeting").hidden = lookingUp || !(log.empty && queue.empty);
  },
  busy(value) {
    const end = log.atEnd();
    busy = value;
    $("busy").hidden = !busy;
    if (busy && end) log.down();
    if (!busy) log.released(queue.entries);
  },
  language(value) {
    spoken = value;
  },
  beat() {},
};

let lostTimer = null;
new Stream(
  (name, data) => {
    told[name](data);
    // The language may have been changed in the conversation; not before everything said here has been heard.
    const other = spoken !== language && languages.includes(spoken);
    if (other && !busy && queue.empty && !attached.length) location.replace(`/?lang=${spoken}`);
  },
  (connected) => {
    if (connected) {
      clearTimeout(lostTimer);
      lostTimer = null;
      $("line").hidden = true;
    } else {
      // Most interruptions are over before anybody needs to hear of them. Further tries that fail don't begin the wait anew.
      lostTimer ??= setTimeout(() => bar(texts.offline), navigator.onLine ? 2500 : 0);
    }
  },
);

function bar(words) {
  $("line").textContent = words;
  $("line").hidden = false;
}

function notice(words) {
  $("notice").textContent = words;
  $("notice").hidden = !words;
}

function grow() {
  text.style.height = "auto";
  text.style.height = `${text.scrollHeight + 2}px`;
}

function attach(files) {
  const room = limits.files - attached.length;
  if (files.length > room) notice(fill(texts.too_many_files, { limit: limits.files }));
  for (const file of [...files].slice(0, room)) {
    const upload = new Upload(file, () => hold(attached.filter((other) => !other.gone)));
    hold([...attached, upload]);
    $("tray").append(upload.element);
  }
}

/** Keep what is in the tray, and its names over a reload: the browser gives the files to no second page. */
function hold(uploads) {
  attached = uploads;
  write(sessionStorage, TRAY, attached.filter((upload) => !upload.refused).map((upload) => upload.file.name));
}

/** Empty the tray and give what was in it, but what can't be taken. */
function taken() {
  for (const upload of attached) upload.element.remove();
  const uploads = attached.filter((upload) => !upload.refused);
  hold([]);
  return uploads;
}

/** A press must not leave behind what was attached before it: Done would file the case without its photos. */
function sendFiles() {
  const uploads = taken();
  if (uploads.length) queue.add({ ...(replyTo && { reply_to: replyTo }) }, uploads);
}

function send() {
  const words = text.value.trim();
  const count = [...words].length;
  if (count > limits.characters) return notice(fill(texts.too_long, { count, limit: limits.characters }));
  const uploads = taken();
  if (!words && !uploads.length) return;
  notice("");
  queue.add({ ...(words && { text: words }), ...(replyTo && { reply_to: replyTo }) }, uploads);
  text.value = "";
  write(sessionStorage, DRAFT, "");
  unquote();
  grow();
}

function unquote() {
  replyTo = null;
  $("quote").hidden = true;
}

function place() {
  const found = ({ coords }) => {
    done();
    queue.add({ place: { lon: coords.longitude, lat: coords.latitude } });
    notice("");
  };
  const failed = (error) => {
    done();
    notice(error?.code === 1 ? texts.place_refused : texts.place_unavailable);
  };
  const done = () => {
    $("place").disabled = false;
    $("place").textContent = texts.place;
  };
  if (!navigator.geolocation || !isSecureContext) return failed();
  $("place").disabled = true;
  $("place").textContent = texts.locating;
  navigator.geolocation.getCurrentPosition(found, failed, { enableHighAccuracy: true, timeout: 20_000, maximumAge: 60_000 });
}

$("composer").onsubmit = (event) => {
  event.preventDefault();
  send();
};
text.onkeydown = (event) => {
  // While Chinese is being put in, Enter belongs to the input method; Safari says so by the key code only.
  if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
  event.preventDefault();
  send();
};
text.oninput = () => {
  grow();
  write(sessionStorage, DRAFT, text.value);
};
text.onpaste = (event) => {
  if (!event.clipboardData.files.length) return;
  event.preventDefault();
  attach(event.clipboardData.files);
};
document.ondragover = (event) => event.preventDefault();
document.ondrop = (event) => {
  event.preventDefault();
  attach(event.dataTransfer.files);
};
document.addEventListener("visibilitychange", () => document.hidden || (document.title = title));
$("attach").onclick = () => $("files").click();
$("files").onchange = () => {
  attach($("files").files);
  $("files").value = "";
};
$("place").onclick = place;
$("unquote").onclick = () => {
  unquote();
  text.focus();
};
$("menu").onclick = $("start").onclick = () => ask({ text: "/start" });
$("start").addEventListener("click", () => $("scroll").focus()); // the button has gone, the focus must not go with it
for (const button of document.querySelectorAll("[data-switch]")) {
  button.onclick = () => {
    if (log.empty) location.replace(`/?lang=${button.dataset.switch}`);
    else ask({ text: `/language ${button.dataset.switch}` });
  };
}
text.value = read(sessionStorage, DRAFT, "");
// The board's look-up comes with a case's number; it is sent when the person sends it.
const asked = new URLSearchParams(location.search).get("case") ?? "";
if (/^[\d\s－-]{14,24}$/.test(asked.normalize("NFKC"))) {
  text.value = `/case ${asked.normalize("NFKC").trim()}`;
  write(sessionStorage, DRAFT, text.value);
  history.replaceState(null, "", "/");
  lookingUp = true;
  notice(texts.looking_up);
}
// A window's printed code, or the wish to choose one; sent once, whatever is reloaded afterwards.
const scanned = /^\/w(?:\/([\w-]*))?$/.exec(location.pathname);
if (scanned) {
  queue.add({ text: `/start w_${scanned[1] ?? ""}` });
  history.replaceState(null, "", "/");
}
grow();
if (matchMedia("(pointer: fine)").matches) text.focus();
