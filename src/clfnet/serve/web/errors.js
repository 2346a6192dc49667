// What a back end refuses, and what the page itself gave up.

export class ServiceError extends Error {
  /** @param {string} message @param {string} kind @param {number} status 0: no answer */
  constructor(message, kind, status) {
    super(message);
    this.kind = kind;
    this.status = status;
  }
}

/** @param {unknown} error */
export const isAbort = (error) => error instanceof DOMException && error.name === "AbortError";
