// What a user can mend, said in one line.

/** @param {string} message @param {string} [kind] of the library's errors @returns {never} */
export function refuse(message, kind = "ImageError") {
  throw Object.assign(new Error(message), { name: "Refused", kind });
}
