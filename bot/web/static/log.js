// The conversation as it is shown. Texts are always set as text, never as HTML.

import { $, clock, fill, make, texts } from "./page.js";

const LONG = 900;
const SCHEMES = ["http:", "https:", "tel:"];
const DOUBLE_TAP = 700;

export class Log {
  /** `press(message id, press)` and `reply(message id, first words)` hear of what is done with messages. */
  constructor({ press, reply }) {
    this.press = press;
    this.reply = reply;
    this.messages = new Map();
    this.own = new Map();
    this.fresh = 0;
    this.loaded = false;
    this.awaiting = false;
    $("jump").onclick = () => this.down();
    this.sticky = true;
    $("scroll").addEventListener("scroll", () => {
      this.sticky = this.atEnd();
      if (this.sticky) this.read();
    });
    // Pictures arrive, the keyboard opens, the composer grows: who was reading the end goes on reading it.
    const observer = new ResizeObserver(() => this.sticky && this.down());
    observer.observe($("scroll"));
    observer.observe($("log"));
  }

  get empty() {
    return !this.messages.size && !this.own.size;
  }

  /** What the newest question that wants something wants. */
  get wants() {
    return [...this.messages.values()].filter((message) => message.wants).sort((a, b) => a.n - b.n).pop()?.wants;
  }

  /** Show a message of the program, or put its new content in its place. */
  message(data) {
    this.bare(this.messages.get(data.bares));
    const known = this.messages.get(data.edits ?? data.id);
    if (known) {
      this.messages.set(data.id, known); // so that what replaces the replacement finds it too
      this.renew(known, data);
    } else if (!data.edits) {
      const element = make("article", { className: "message", tabIndex: -1 });
      const message = { id: data.id, element, pressedAt: 0 };
      this.messages.set(data.id, message);
      this.fillIn(message, data);
      this.place(element);
    }
  }

  /** Take the buttons off an older message. */
  bare(message) {
    const rows = message?.element.querySelector(".rows");
    if (!rows) return;
    const focused = rows.contains(document.activeElement);
    rows.remove();
    if (focused) message.element.focus({ preventScroll: true });
  }

  renew(message, data) {
    const focused = message.element.contains(document.activeElement);
    this.fillIn(message, data);
    if (focused) message.element.focus({ preventScroll: true });
    const left = message.pressedAt + DOUBLE_TAP - Date.now();
    if (left <= 0) return;
    // The second half of a double tap must not hit what has taken the button's place.
    const buttons = [...message.element.querySelectorAll(".rows button")];
    buttons.forEach((button) => (button.disabled = true));
    setTimeout(() => buttons.forEach((button) => (button.disabled = false)), left);
  }

  fillIn(message, data) {
    Object.assign(message, { n: Math.max(message.n ?? 0, data.n), wants: data.wants, words: data.lines.join(" ") });
    message.at ??= data.at; // what is brought up to date keeps its place, and the time at which it came there
    const rows = data.rows.map((row) =>
      make("div", { className: "row" }, ...row.map((button) => this.button(message, button)).filter(Boolean)),
    );
    const reply = make("button", { type: "button", className: "reply" }, texts.reply);
    reply.append(make("span", { className: "unseen" }, ` – ${message.words.slice(0, 40)}`));
    reply.onclick = () => this.reply(message.id, message.words.slice(0, 120));
    message.element.replaceChildren(
      make("span", { className: "unseen" }, `${texts.office}: `),
      make("div", { className: "bubble" }, ...body(data.lines, rows.length > 0), ...media(data.files)),
      ...(rows.length ? [make("div", { className: "rows" }, ...rows)] : []),
      make("footer", {}, time(message.at), reply),
    );
  }

  button(message, { label, press, url }) {
    if (url) {
      if (!SCHEMES.includes(new URL(url, location.href).protocol)) return null;
      return make("a", { className: "button", href: url, target: "_blank", rel: "noopener noreferrer" }, label);
    }
    const button = make("button", { type: "button" }, label);
    button.onclick = () => {
      if (button.getAttribute("aria-disabled")) return;
      message.pressedAt = Date.now();
      // Not `disabled`: the keyboard's focus would be lost with it.
      button.setAttribute("aria-disabled", "true");
      button.classList.add("pressed");
      button.dataset.entry = this.press(message.id, press).id;
    };
    return button;
  }

  /** Bring buttons back to life whose press has been worked on. */
  released(waiting) {
    for (const button of document.querySelectorAll("button.pressed")) {
      if (waiting.some((entry) => entry.id === button.dataset.entry)) continue;
      setTimeout(() => {
        button.classList.remove("pressed");
        button.removeAttribute("aria-disabled");
      }, DOUBLE_TAP);
    }
  }

  /** Show what the person said: from the program at the first load, from this device before that. */
  said(entry, state, uploads = []) {
    if (this.own.has(entry.id)) return;
    const text = entry.text ? [entry.text] : [];
    if (entry.place) text.push(fill(texts.my_place, { lat: entry.place.lat.toFixed(5), lon: entry.place.lon.toFixed(5) }));
    const quoted = this.messages.get(entry.reply_to);
    const bubble = make(
      "div",
      { className: "bubble" },
      ...(quoted ? [make("p", { className: "quoted", dir: "auto" }, quoted.words.slice(0, 120))] : []),
      ...body(text),
    );
    const stored = (entry.files ?? []).map((file) => ({ url: `/chat/uploads/${file.id}`, ready: true, ...file }));
    bubble.append(...(uploads.length ? uploads.map((upload) => upload.element) : media(stored)));
    const mark = make("span", { className: "state" });
    const element = make("article", { className: "message own" }, make("span", { className: "unseen" }, `${texts.you}: `));
    element.append(bubble, make("footer", {}, time(entry.at ?? entry.at_ms), mark));
    this.own.set(entry.id, { element, mark });
    this.state(entry.id, state);
    if (state === "kept") this.place(element);
    else $("log").append(element);
    this.down();
  }

  /** Show how far a message of the person's own has got: waiting, sending, later, kept, failed. */
  state(id, state, why = "") {
    const own = this.own.get(id);
    if (!own || own.element.dataset.state === "kept") return;
    own.element.dataset.state = state;
    const words = { kept: texts.kept, failed: `${texts.failed}. ${why || texts.not_taken}` }[state] ?? texts.waiting;
    if (own.mark.textContent !== words) own.mark.textContent = words;
  }

  withdrawn(id) {
    this.own.get(id)?.element.remove();
    this.own.delete(id);
  }

  /** Put a message at the end, but before what the program has not heard yet. */
  place(element) {
    const end = this.atEnd() || !this.loaded || this.awaiting;
    $("log").insertBefore(element, $("log").querySelector(".own[data-state=waiting], .own[data-state=later]"));
    this.awaiting = false;
    if (end) this.down(element);
    else if (!element.classList.contains("own")) this.unread();
  }

  /** Go to the next message wherever the log was scrolled to: the person has asked for it. */
  awaitAnswer() {
    clearTimeout(this.late);
    this.awaiting = true;
  }

  /** What comes later than that, in milliseconds, was not asked for: the answer has taken the place of another message. */
  answersWithin(time) {
    clearTimeout(this.late);
    this.late = setTimeout(() => (this.awaiting = false), time);
  }

  /** Note that everything that was there has been shown. */
  ready() {
    $("log").setAttribute("aria-busy", "false");
    if (!this.loaded) this.down();
    this.loaded = true;
  }

  atEnd() {
    const view = $("scroll");
    return view.scrollHeight - view.scrollTop - view.clientHeight < 120;
  }

  /** Show the end, or the beginning of a message that is taller than the view. */
  down(element) {
    const view = $("scroll");
    view.scrollTop = view.scrollHeight;
    if (element && this.loaded && element.offsetHeight > view.clientHeight) element.scrollIntoView();
    this.read();
  }

  unread() {
    this.fresh++;
    $("jump").hidden = false;
    $("jump").textContent = fill(texts.new, { count: this.fresh });
  }

  read() {
    this.fresh = 0;
    $("jump").hidden = true;
  }
}

function time(at) {
  return make("time", { dateTime: new Date(at).toISOString() }, clock(at));
}

/** A long text is folded; above buttons only its long paragraphs are, for what is agreed to must be seen. */
function body(lines, asks = false) {
  if (asks && lines.length > 1) return lines.flatMap((line) => body([line]));
  const paragraphs = lines.map((line) => make("p", { dir: "auto" }, line));
  if (lines.join("").length < LONG && lines.join("\n").split("\n").length < 25) return paragraphs;
  const text = make("div", { className: "long" }, ...paragraphs);
  const more = make("button", { type: "button", className: "plain more" }, texts.more);
  more.setAttribute("aria-expanded", "false");
  more.onclick = () => {
    const open = text.classList.toggle("open");
    more.textContent = open ? texts.less : texts.more;
    more.setAttribute("aria-expanded", String(open));
  };
  return [text, more];
}

function media(files) {
  const refused = () => make("p", { className: "note" }, texts.not_taken_file);
  return files.map((file) => (file.refused ? refused() : file.ready ? picture(file) : onItsWay(file)));
}

/** Stand in for a file that is still being checked, and look for it for two minutes. */
function onItsWay(file) {
  const place = make("p", { className: "note" }, texts.on_its_way);
  look(file, place);
  return place;
}

async function look(file, place) {
  for (let seconds = 2; seconds < 60; seconds *= 1.5) {
    await new Promise((done) => setTimeout(done, seconds * 1000));
    if (!place.isConnected) return;
    const answer = await fetch(file.url, { method: "HEAD" }).catch(() => null);
    if (answer?.ok) return place.replaceWith(picture({ ...file, found: true }));
  }
  place.textContent = texts.not_there;
}

function picture(file) {
  const { kind, url, alt } = file;
  const label = alt ?? texts[kind] ?? texts.document;
  const missing = (event) => {
    const instead = file.found || alt ? make("p", { className: "note" }, alt ?? texts.not_there) : onItsWay(file);
    event.target.closest(".media").replaceWith(instead);
  };
  if (kind === "photo") {
    const image = make("img", { src: url, alt: label, onerror: missing });
    return make("a", { className: alt ? "media chart" : "media", href: url, target: "_blank", rel: "noopener" }, image);
  }
  if (kind === "video" || kind === "audio") {
    const player = make(kind, { className: "media", src: url, controls: true, preload: "metadata", onerror: missing });
    player.setAttribute("aria-label", label);
    return player;
  }
  return make("a", { className: "media sheet", href: url, download: "", rel: "noopener" }, label);
}
