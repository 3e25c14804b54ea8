// Looks for new figures every minute and puts them in place of the old ones; the page itself stays.
// Written so that the browser of a television of some years ago understands it.

const EVERY_MS = 60 * 1000;
const PATIENCE_MS = 30 * 1000;
const offline = document.querySelector(".offline");
const looks = (page) => page.querySelector("link[rel=stylesheet]").getAttribute("href");

async function look() {
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), PATIENCE_MS);
  try {
    const answer = await fetch(location.href, { cache: "no-cache", signal: patience.signal });
    if (!answer.ok) throw new Error(answer.status);
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (looks(fresh) !== looks(document)) return location.reload(); // a new version of the program
    for (const part of ["main", "footer"]) {
      const [old, news] = [document, fresh].map((page) => page.querySelector(part));
      if (old.innerHTML !== news.innerHTML) old.innerHTML = news.innerHTML;
    }
    offline.hidden = true;
  } catch (error) {
    offline.hidden = false;
  } finally {
    clearTimeout(timer);
  }
}

setInterval(look, EVERY_MS);
document.addEventListener("visibilitychange", () => document.hidden || look());
