// Files as bitmaps that can be drawn.

/** Decode with the values of the file: no colour management between the three. @param {Blob} file */
export const decode = (file) => createImageBitmap(file, { colorSpaceConversion: "none", premultiplyAlpha: "none" });
