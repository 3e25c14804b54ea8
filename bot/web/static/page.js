// What every part of the page needs: its texts and limits, elements, requests and the device's own store.

export const texts = JSON.parse(document.body.dataset.texts);
export const limits = JSON.parse(document.body.dataset.limits);
export const language = document.body.dataset.language;
const timeZone = document.body.dataset.zone;
const BACK = ["online", "reached"];
export const $ = (id) => document.getElementById(id);

export function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

/** Make an element; children are elements or plain text, never HTML. */
export function make(name, properties = {}, ...children) {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...children);
  return element;
}

/** Show a time in the city's zone, as the messages themselves do. */
export function clock(at) {
  const day = new Intl.DateTimeFormat("en", { timeZone });
  const today = day.format(at) === day.format(Date.now());
  const parts = { timeZone, hour: "2-digit", minute: "2-digit", hourCycle: "h23", ...(!today && { month: "numeric", day: "numeric" }) };
  return new Intl.DateTimeFormat(document.documentElement.lang, parts).format(at);
}

export function address(path) {
  return `${path}?lang=${encodeURIComponent(language)}`;
}

/** Post JSON; null if there is no answer within a minute. */
export async function post(path, body) {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), 60_000);
  try {
    const headers = { "Content-Type": "application/json" };
    const answer = await fetch(address(path), { method: "POST", headers, body: JSON.stringify(body), signal: stop.signal });
    if (answer.ok) dispatchEvent(new Event("reached"));
    return answer;
  } catch {
    return null;
  } finally {
    clearTimeout(timer);
  }
}

/** Load the page anew for its cookie, unless that was just tried (a browser without cookies would do nothing else). */
export function reload() {
  if (Date.now() - Number(read(sessionStorage, "huiyin.reloaded", 0)) < 60_000) return;
  write(sessionStorage, "huiyin.reloaded", Date.now());
  location.reload();
}

/** Wait so many milliseconds, or until the connection comes back or the program has answered something else. */
export function pause(ms) {
  return new Promise((done) => {
    const go = () => {
      clearTimeout(timer);
      BACK.forEach((event) => removeEventListener(event, go));
      done();
    };
    const timer = setTimeout(go, ms);
    BACK.forEach((event) => addEventListener(event, go));
  });
}

// Private windows may refuse to store anything; then things last as long as the page.
const memory = new Map();

export function read(store, key, otherwise) {
  if (memory.has(key)) return JSON.parse(memory.get(key));
  try {
    return JSON.parse(store.getItem(key)) ?? otherwise;
  } catch {
    return otherwise;
  }
}

export function write(store, key, value) {
  const json = JSON.stringify(value);
  try {
    store.setItem(key, json);
    memory.delete(key);
  } catch {
    memory.set(key, json);
  }
}
