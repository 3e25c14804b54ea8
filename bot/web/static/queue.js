// What was said on this device and is not yet with the program: sent in order, each until it is kept, across reloads.
//
// Two lists. Behind an unfinished upload messages wait in the tab (`holding`): nobody else has the file. All others wait on
// the device (`queue`), where every tab may send them; the program keeps each id once.

import { pause, post, read, reload, write } from "./page.js";

const QUEUE = "huiyin.queue";
const ORDER = "huiyin.order";
const HOLDING = "huiyin.holding";
const NOT_TAKEN = [400, 413, 415, 422];

export class Queue {
  /** `told(entry, state, detail)` hears of each entry: sending, waiting, later (ms), kept, failed (sentence). */
  constructor(told) {
    this.told = told;
    this.uploads = new Map();
    this.running = false;
    addEventListener("storage", (event) => event.key === QUEUE && this.otherTab(event));
  }

  get entries() {
    return [...read(localStorage, QUEUE, []), ...read(sessionStorage, HOLDING, [])];
  }

  get empty() {
    return this.entries.length === 0;
  }

  /** Note that a file has arrived, or was refused, so that a reload loses only those that are still on their way. */
  arrived(id, name, file) {
    const noted = (entry) => {
      const names = [...entry.names];
      names.splice(names.indexOf(name), 1);
      return { ...entry, names, files: [...(entry.files ?? []), ...(file ? [file] : [])] };
    };
    const held = read(sessionStorage, HOLDING, []);
    write(sessionStorage, HOLDING, held.map((entry) => (entry.id === id ? noted(entry) : entry)));
  }

  /** Take up what an earlier page left; gives the names of the files that it had not yet sent. */
  resume() {
    const left = read(sessionStorage, HOLDING, []);
    const lost = left.flatMap((entry) => entry.names);
    write(sessionStorage, HOLDING, []);
    for (const { names, ...entry } of left) {
      if (entry.text || entry.press || entry.place || entry.files?.length) this.enqueue(entry);
    }
    this.flush();
    return lost;
  }

  /** Take a message; `uploads` are those of its files. */
  add(message, uploads = []) {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    const id = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    // By the clock, so that numbers go on rising where a browser has cleared its store but kept the cookie.
    const order = Math.max(read(localStorage, ORDER, 0) + 1, Date.now());
    write(localStorage, ORDER, order);
    const entry = { id, order, at_ms: Date.now(), ...message };
    this.uploads.set(id, uploads);
    const held = { ...entry, names: uploads.map((upload) => upload.file.name) };
    write(sessionStorage, HOLDING, [...read(sessionStorage, HOLDING, []), held]);
    for (const upload of uploads) upload.settled.then((file) => this.arrived(id, upload.file.name, file));
    this.told(entry, "waiting");
    this.release();
    return entry;
  }

  /** Let go, in order, of the messages whose files have all arrived. */
  async release() {
    if (this.releasing) return;
    this.releasing = true;
    for (;;) {
      const [first] = read(sessionStorage, HOLDING, []);
      if (!first) break;
      const { names, ...entry } = first;
      const uploads = this.uploads.get(entry.id) ?? [];
      const files = (uploads.length ? await Promise.all(uploads.map((upload) => upload.settled)) : []).filter(Boolean);
      write(sessionStorage, HOLDING, read(sessionStorage, HOLDING, []).slice(1));
      if (files.length) entry.files = files;
      if (files.length || entry.text || entry.press || entry.place) this.enqueue(entry);
      else this.told(entry, "withdrawn");
      this.flush();
    }
    this.releasing = false;
  }

  enqueue(entry) {
    write(localStorage, QUEUE, [...read(localStorage, QUEUE, []), entry]);
  }

  async flush() {
    if (this.running) return;
    this.running = true;
    let failures = 0;
    for (let entry; (entry = read(localStorage, QUEUE, [])[0]); ) {
      this.told(entry, "sending");
      const answer = await post("/chat/messages", entry);
      if (answer?.ok || NOT_TAKEN.includes(answer?.status)) {
        failures = 0;
        write(localStorage, QUEUE, read(localStorage, QUEUE, []).filter((other) => other.id !== entry.id));
        if (answer.ok) this.told(entry, "kept");
        else this.told(entry, "failed", (await answer.json().catch(() => ({}))).error);
        continue;
      }
      if (answer?.status === 401) reload();
      if (answer?.status === 429) {
        const wait = 1000 * (Number(answer.headers.get("Retry-After")) || 5);
        this.told(entry, "later", wait);
        await new Promise((done) => setTimeout(done, wait));
      } else {
        this.told(entry, "waiting");
        await pause(Math.min(1000 * 2 ** failures++, 20_000) * (0.75 + Math.random() / 2));
      }
    }
    this.running = false;
  }

  otherTab(event) {
    const before = JSON.parse(event.oldValue ?? "[]");
    const now = JSON.parse(event.newValue ?? "[]");
    const added = now.filter((entry) => !before.some((other) => other.id === entry.id));
    const gone = before.filter((entry) => !now.some((other) => other.id === entry.id));
    added.forEach((entry) => this.told(entry, "waiting"));
    gone.forEach((entry) => this.told(entry, "kept"));
  }
}
