// Looks for new figures every minute and puts them in place of the old ones; the page itself stays.

const EVERY_MS = 60_000;
const offline = document.querySelector(".offline");

async function look() {
  try {
    const answer = await fetch(location.href, { cache: "no-cache", signal: AbortSignal.timeout(EVERY_MS / 2) });
    if (!answer.ok) throw new Error(answer.status);
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    const looks = (page) => page.querySelector("link[rel=stylesheet]").getAttribute("href");
    if (looks(fresh) !== looks(document)) return location.reload(); // a new version of the program
    for (const part of ["main", "footer"]) {
      const [old, news] = [document, fresh].map((page) => page.querySelector(part));
      if (old.innerHTML !== news.innerHTML) old.replaceChildren(...news.childNodes);
    }
    offline.hidden = true;
  } catch {
    offline.hidden = false;
  }
}

setInterval(look, EVERY_MS);
document.addEventListener("visibilitychange", () => document.hidden || look());
