// The connection on which the program tells what happens. It goes on after the time of the last message that this page has.

import { address, limits, pause, post, reload } from "./page.js";

const EVENTS = ["message", "own", "ready", "busy", "language", "beat"];

export class Stream {
  /** `told(name, data)` hears of events, `connected(yes)` of the connection. */
  constructor(told, connected) {
    this.told = told;
    this.connected = connected;
    this.after = 0;
    this.shown = new Set();
    this.failures = 0;
    this.open();
    addEventListener("offline", () => this.lost());
    addEventListener("online", () => this.again());
    document.addEventListener("visibilitychange", () => document.hidden || this.acknowledge());
  }

  open() {
    this.source?.close();
    this.opened = Date.now();
    this.source = new EventSource(`${address("/chat/events")}&after=${this.after}`);
    this.watch();
    this.source.onerror = () => this.again();
    for (const name of EVENTS) {
      this.source.addEventListener(name, (event) => {
        this.watch();
        // The program is there, so what failed before counts no more; but what breaks soon again is not tried every second.
        this.failures = Date.now() > this.opened + 10_000 ? 0 : Math.min(this.failures, 1);
        this.connected(true);
        const data = JSON.parse(event.data);
        if (name === "message") this.keep(data);
        this.told(name, data);
      });
    }
  }

  /** A dead connection is not reported, only silent. */
  watch() {
    clearTimeout(this.watchdog);
    this.watchdog = setTimeout(() => this.again(), limits.beat * 2500 + 2000);
  }

  lost() {
    clearTimeout(this.watchdog);
    this.source.close();
    this.connected(false);
  }

  async again() {
    this.lost();
    if (this.waiting) return;
    this.waiting = true;
    this.failures++;
    await pause(Math.min(500 * 2 ** this.failures, 15_000) * (0.75 + Math.random() / 2));
    this.waiting = false;
    // An event source doesn't say why it failed; this does.
    const answer = await post("/chat/acknowledgements", { shown: [] });
    if (answer?.status === 401) reload();
    if (answer?.ok) this.open();
    else this.again();
  }

  keep({ id, n }) {
    this.after = Math.max(this.after, n);
    this.shown.add(id);
    this.acknowledge();
  }

  /** Tell what has been seen; a page in the background shows nothing to anybody. */
  acknowledge() {
    if (document.hidden || this.telling) return;
    this.telling = setTimeout(async () => {
      const shown = [...this.shown].slice(0, 200);
      const answer = shown.length && (await post("/chat/acknowledgements", { shown }));
      if (answer?.ok) shown.forEach((id) => this.shown.delete(id));
      this.telling = null;
      if (answer?.ok && this.shown.size) this.acknowledge();
    }, 200);
  }
}
