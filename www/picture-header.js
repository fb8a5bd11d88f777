/**
 * What the first bytes of a picture file say, and whether its end is there. Browsers show half a picture without a word
 * when a file is cut off; a mask of half a picture helps nobody.
 */

/** @typedef {{format: string, isComplete: boolean, isAnimated: boolean}} Header `format` is empty if no picture is known by it. */

/** @param {Uint8Array} bytes @param {number} at @param {string} text */
const hasText = (bytes, at, text) => {
  for (let i = 0; i < text.length; i++) if (bytes[at + i] !== text.charCodeAt(i)) return false;
  return true;
};

/** @param {Uint8Array} bytes @param {number} at */
const fourCharacters = (bytes, at) => String.fromCharCode(...bytes.subarray(at, at + 4));

/** @param {Uint8Array} bytes @param {number} at */
const u32BigEndian = (bytes, at) => new DataView(bytes.buffer, bytes.byteOffset).getUint32(at, false);

/** @param {Uint8Array} bytes @param {number} at */
const u32LittleEndian = (bytes, at) => new DataView(bytes.buffer, bytes.byteOffset).getUint32(at, true);

/**
 * @param {Uint8Array} bytes the whole file
 * @returns {Header}
 */
export function readHeader(bytes) {
  if (bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff) return jpeg(bytes);
  if (hasText(bytes, 0, "\x89PNG\r\n\x1a\n")) return png(bytes);
  if (hasText(bytes, 0, "GIF8")) return gif(bytes);
  if (hasText(bytes, 0, "RIFF") && hasText(bytes, 8, "WEBP")) return webp(bytes);
  if (hasText(bytes, 4, "ftyp")) return isobmff(bytes);
  const whole = { isComplete: true, isAnimated: false };
  if (hasText(bytes, 0, "BM")) {
    return { ...whole, format: "bmp", isComplete: bytes.length >= 6 && bytes.length >= u32LittleEndian(bytes, 2) };
  }
  if (hasText(bytes, 0, "\0\0\x01\0")) return { ...whole, format: "ico" };
  if (hasText(bytes, 0, "II*\0") || hasText(bytes, 0, "MM\0*")) return { ...whole, format: "tiff" };
  if (hasText(bytes, 0, "%PDF")) return { ...whole, format: "pdf" };
  if (hasText(bytes, 0, "8BPS")) return { ...whole, format: "psd" };
  if ((bytes[0] === 0xff && bytes[1] === 0x0a) || hasText(bytes, 4, "JXL ")) return { ...whole, format: "jpeg-xl" };
  const start = new TextDecoder().decode(bytes.subarray(0, 512)).trimStart();
  if (/^(<\?xml[^>]*>\s*)?(<!--[^]*?-->\s*)?(<!DOCTYPE svg[^>]*>\s*)?<svg[\s>]/i.test(start)) return { ...whole, format: "svg" };
  return { ...whole, format: "" };
}

/**
 * Segments up to the scan, which ends at the first marker that is no restart. A thumbnail's end inside a segment counts not.
 * @param {Uint8Array} bytes
 */
function jpeg(bytes) {
  let at = 2;
  while (at + 4 <= bytes.length && bytes[at] === 0xff) {
    const marker = /** @type {number} */ (bytes[at + 1]);
    if (marker === 0xff) {
      at += 1;
      continue;
    }
    if (marker === 0xda) break;
    at += 2 + (/** @type {number} */ (bytes[at + 2]) << 8) + /** @type {number} */ (bytes[at + 3]);
  }
  // Progressive files have several scans; the end-of-image marker comes after the last.
  let isComplete = false;
  for (; at + 1 < bytes.length && !isComplete; at++) isComplete = bytes[at] === 0xff && bytes[at + 1] === 0xd9;
  return { format: "jpeg", isComplete, isAnimated: false };
}

/** @param {Uint8Array} bytes */
function png(bytes) {
  let isAnimated = false;
  for (let at = 8; at + 12 <= bytes.length; at += 12 + u32BigEndian(bytes, at)) {
    const type = fourCharacters(bytes, at + 4);
    if (type === "acTL") isAnimated = at + 12 <= bytes.length && u32BigEndian(bytes, at + 8) > 1;
    if (type === "IEND") return { format: "png", isComplete: true, isAnimated };
  }
  return { format: "png", isComplete: false, isAnimated };
}

/** @param {Uint8Array} bytes */
function gif(bytes) {
  /** @param {number | undefined} flags */
  const tableBytes = (flags = 0) => (flags & 0x80 ? 3 << ((flags & 7) + 1) : 0);
  /** @param {number} at the first length byte of a chain of sub-blocks */
  const afterBlocks = (at) => {
    while (at < bytes.length && bytes[at] !== 0) at += 1 + /** @type {number} */ (bytes[at]);
    return at + 1;
  };
  let frames = 0;
  let at = 13 + tableBytes(bytes[10]);
  while (at < bytes.length) {
    if (bytes[at] === 0x3b) return { format: "gif", isComplete: true, isAnimated: frames > 1 };
    if (bytes[at] === 0x21) at = afterBlocks(at + 2);
    else if (bytes[at] === 0x2c) {
      frames += 1;
      at = afterBlocks(at + 10 + tableBytes(bytes[at + 9]) + 1);
    } else break;
  }
  return { format: "gif", isComplete: false, isAnimated: frames > 1 };
}

/** @param {Uint8Array} bytes */
function webp(bytes) {
  const isComplete = bytes.length >= 8 + u32LittleEndian(bytes, 4);
  const isAnimated = hasText(bytes, 12, "VP8X") && (/** @type {number} */ (bytes[20]) & 0x02) !== 0;
  return { format: "webp", isComplete, isAnimated };
}

/**
 * AVIF, HEIC and films share a container; the brands tell which. Every top-level box must end within the file.
 * @param {Uint8Array} bytes
 */
function isobmff(bytes) {
  const brands = [fourCharacters(bytes, 8)];
  const end = Math.min(u32BigEndian(bytes, 0), bytes.length, 256);
  for (let at = 16; at + 4 <= end; at += 4) brands.push(fourCharacters(bytes, at));
  const has = (/** @type {string[]} */ ...names) => names.some((name) => brands.includes(name));
  const format = has("avif", "avis") ? "avif" : has("heic", "heix", "hevc", "heim", "heis", "mif1") ? "heic" : "film";
  let at = 0;
  while (at + 8 <= bytes.length) {
    const size = u32BigEndian(bytes, at);
    // 0: to the end of the file; 1: a 64-bit size, of films only.
    if (size < 8) break;
    at += size;
  }
  return { format, isComplete: at <= bytes.length, isAnimated: brands[0] === "avis" };
}
