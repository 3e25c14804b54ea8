// A file on its way to the program, with what is shown of it: name, progress, cancel, try again.

import { $, address, clock, fill, limits, make, pause, reload, texts } from "./page.js";

const AT_ONCE = 2;
let running = 0;
const waiting = [];

async function turn(work) {
  if (running >= AT_ONCE) await new Promise((go) => waiting.push(go));
  else running++;
  try {
    return await work();
  } finally {
    if (waiting.length) waiting.shift()();
    else running--;
  }
}

export class Upload {
  /** `settled` becomes the file's id and kind, or null if it was taken away. `changed` hears of each step. */
  constructor(file, changed) {
    this.file = file;
    this.changed = changed;
    this.gone = false;
    this.settled = new Promise((settle) => (this.settle = settle));
    this.bar = make("progress", { max: 100, value: 0 });
    this.bar.setAttribute("aria-label", file.name);
    this.note = make("p", { className: "note" });
    this.again = this.button(texts.retry, () => this.wake?.());
    this.away = this.button(texts.cancel, () => this.cancel());
    this.again.hidden = true;
    this.element = make("div", { className: "file" }, this.picture(), this.note, this.bar, this.again, this.away);
    if (file.size > limits.bytes) this.refuse(texts.upload_large);
    else if (!file.size) this.refuse(texts.upload_broken);
    else this.send();
  }

  button(label, act) {
    const button = make("button", { type: "button", className: "plain", onclick: act }, label);
    button.append(make("span", { className: "unseen" }, ` – ${this.file.name}`));
    return button;
  }

  picture() {
    if (!this.file.type.startsWith("image/")) return make("span", { className: "sheet" });
    return make("img", { src: URL.createObjectURL(this.file), alt: "" });
  }

  say(text, values = {}) {
    const size = Math.round(limits.bytes / 2 ** 20);
    const words = fill(text, { name: this.file.name, size, ...values });
    if (this.note.textContent !== words) this.note.textContent = words;
  }

  async send() {
    for (let failures = 0; !this.gone; ) {
      this.again.hidden = true;
      this.say(texts.uploading, { percent: 0 });
      const answer = await turn(() => (this.gone ? null : this.attempt()));
      if (this.gone) return;
      if (answer.status === 200) return this.done(answer);
      if (answer.status === 400) return this.refuse(texts.upload_broken);
      if (answer.status === 413) return this.refuse(texts.upload_large);
      if (answer.status === 415) return this.refuse(texts.upload_unknown);
      if (answer.status === 401) reload();
      const wait = answer.after ? 1000 * answer.after : Math.min(2000 * 2 ** failures++, 30_000);
      this.say(answer.after ? texts.upload_later : texts.upload_failed, { time: clock(Date.now() + wait) });
      this.again.hidden = false;
      this.changed();
      const later = answer.after ? new Promise((done) => setTimeout(done, wait)) : pause(wait);
      await Promise.race([later, new Promise((wake) => (this.wake = wake))]);
    }
  }

  attempt() {
    return new Promise((done) => {
      const request = (this.request = new XMLHttpRequest());
      request.upload.onprogress = (event) => {
        const percent = Math.round((100 * event.loaded) / event.total);
        this.bar.value = percent;
        this.say(texts.uploading, { percent });
      };
      request.onloadend = () =>
        done({
          status: request.status,
          after: Number(request.getResponseHeader("Retry-After")),
          body: request.responseText,
        });
      request.open("POST", address("/chat/files"));
      const form = new FormData();
      form.append("file", this.file);
      request.send(form);
    });
  }

  done(answer) {
    const { id, kind } = JSON.parse(answer.body);
    this.element.classList.add("done");
    this.bar.remove();
    this.again.remove();
    this.away.firstChild.data = texts.remove;
    this.say(texts.uploaded);
    this.settle({ id, kind });
    this.changed();
  }

  refuse(text) {
    this.say(text);
    this.element.classList.add("refused");
    this.bar.remove();
    this.again.remove();
    this.away.firstChild.data = texts.remove;
    this.refused = true;
    this.settle(null);
    this.changed();
  }

  cancel() {
    this.gone = true;
    this.request?.abort();
    this.wake?.();
    this.element.remove();
    this.settle(null);
    this.changed();
    $("attach").focus();
  }
}
