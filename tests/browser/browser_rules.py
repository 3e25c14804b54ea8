"""What must be true of our pages whatever they show: it fits, everything has a name, can be read, and is in one language."""

from __future__ import annotations

import re

from playwright.async_api import Page

NAMELESS = re.compile(r"- (?:button|link|textbox|img|progressbar|log|form|heading|video|audio)(?=:|$| \[)", re.MULTILINE)
"""A line of Playwright's picture of the accessibility tree in which a name is missing."""

# Contrast as WCAG 2.2, success criterion 1.4.3, counts it: 4.5, and 3 for large text.
_LOOK = r"""() => {
  const faults = [];
  const scroll = document.getElementById("scroll");
  for (const [what, element] of [["page", document.documentElement], ["conversation", scroll]]) {
    if (element && element.scrollWidth > element.clientWidth) faults.push(`the ${what} scrolls sideways`);
  }
  if (scroll && document.documentElement.scrollHeight > innerHeight) faults.push("the page scrolls as a whole");
  const read = (css) => {
    const numbers = css.match(/[\d.]+/g).map(Number);
    const scale = css.startsWith("color(") ? 255 : 1;
    return [...numbers.slice(0, 3).map((n) => n * scale), numbers[3] ?? 1];
  };
  const over = (top, below) => [0, 1, 2].map((i) => top[i] * top[3] + below[i] * (1 - top[3])).concat(1);
  const ground = (element) => {
    if (!element) return [255, 255, 255, 1];
    const own = read(getComputedStyle(element).backgroundColor);
    return own[3] === 1 ? own : over(own, ground(element.parentElement));
  };
  const light = (colour) => {
    const [r, g, b] = colour.map((n) => (n / 255 <= 0.04045 ? n / 255 / 12.92 : ((n / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (ink, paper) => {
    const [dark, bright] = [light(over(ink, paper)), light(paper)].sort((a, b) => a - b);
    return (bright + 0.05) / (dark + 0.05);
  };
  const judge = (element, style, words) => {
    const size = parseFloat(style.fontSize);
    const least = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700) ? 3 : 4.5;
    const got = contrast(read(style.color), ground(element));
    if (got < least) faults.push(`contrast ${got.toFixed(2)} of "${words.slice(0, 40)}"`);
  };
  const chinese = document.documentElement.lang.startsWith("zh");
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node; (node = walker.nextNode()); ) {
    const element = node.parentElement;
    const words = node.data.trim();
    if (!words || element.closest("noscript, script") || !element.checkVisibility({ visibilityProperty: true })) continue;
    if (!element.closest(".unseen")) judge(element, getComputedStyle(element), words);
    if (chinese && !element.closest("[lang=en]") && !element.closest(".own")) {
      const foreign = words.replace(/\/[a-z]+|https?\S*|English|PDF|MB|\.jpg/g, "").match(/[A-Za-z]{3,}/);
      if (foreign) faults.push(`"${foreign[0]}" in a Chinese page: ${words.slice(0, 60)}`);
    }
  }
  const text = document.getElementById("text");
  if (text && !text.value) judge(text, { ...getComputedStyle(text), fontSize: "17px", fontWeight: "400",
    color: getComputedStyle(text, "::placeholder").color }, text.placeholder);
  return faults;
}"""


async def faults(page: Page) -> list[str]:
    """Name everything about a page as it stands now that breaks a rule."""
    found: list[str] = await page.evaluate(_LOOK)
    tree = await page.locator("body").aria_snapshot()
    found += [f"no name: {match[0]}" for match in NAMELESS.finditer(tree)]
    if await page.locator("#log").count() and '- log "' not in tree:
        found.append("the conversation is no log")
    return found
