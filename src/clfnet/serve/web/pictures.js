// Images of a job as images: fetched with the token when they come into view.

import { blob } from "./api.js";

/** @type {Map<string, string>} */
const known = new Map();

/** The address of a picture that an <img> can show; fetched once. @param {string} link */
export async function addressOf(link) {
  const there = known.get(link);
  if (there) return there;
  const url = URL.createObjectURL(await blob(link));
  known.set(link, url);
  return url;
}

/** Forget all, and free their memory. */
export function forget() {
  for (const url of known.values()) URL.revokeObjectURL(url);
  known.clear();
}

const seen = new IntersectionObserver((entries) => {
  for (const { isIntersecting, target } of entries) {
    if (!isIntersecting) continue;
    seen.unobserve(target);
    const image = /** @type {HTMLImageElement} */ (target);
    addressOf(image.dataset.link ?? "").then((url) => (image.src = url), () => image.classList.add("is-missing"));
  }
}, { rootMargin: "300px" });

/** @param {HTMLImageElement} image shows `data-link` once it comes into view */
export const showWhenSeen = (image) => seen.observe(image);
