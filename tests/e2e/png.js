// PNG files of 8 bits a channel, read and written plainly: what the tests compare must not pass through what they test.
import { crc32, deflateSync, inflateSync } from "node:zlib";

const SIGNATURE = Buffer.from("89504e470d0a1a0a", "hex");
/** Bytes a pixel, by the header's colour type. @type {Record<number, number>} */
const CHANNELS = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

/**
 * @typedef {object} Png
 * @property {number} width
 * @property {number} height
 * @property {number} channels 1: grey values or palette indices; 3: RGB; 4: RGBA
 * @property {Buffer} data pixels, row by row
 * @property {[number, number, number][]} palette empty unless the pixels are indices
 */

/**
 * @param {Buffer} file
 * @returns {Png}
 */
export function decodePng(file) {
  if (!file.subarray(0, 8).equals(SIGNATURE)) throw new Error("not a PNG file");
  const header = { width: 0, height: 0, channels: 0 };
  /** @type {[number, number, number][]} */
  const palette = [];
  const parts = [];
  for (let at = 8; at < file.length; ) {
    const length = file.readUInt32BE(at);
    const type = file.toString("latin1", at + 4, at + 8);
    const body = file.subarray(at + 8, at + 8 + length);
    if (file.readUInt32BE(at + 8 + length) !== checksum(type, body)) throw new Error(`checksum of ${type}`);
    if (type === "IHDR") {
      const [depth, colourType, , , interlace] = body.subarray(8);
      const channels = CHANNELS[colourType ?? -1];
      if (depth !== 8 || interlace !== 0 || channels === undefined) throw new Error(`depth ${depth}, colour type ${colourType}`);
      Object.assign(header, { width: body.readUInt32BE(0), height: body.readUInt32BE(4), channels });
    }
    if (type === "PLTE") for (let i = 0; i + 2 < length; i += 3) palette.push([body[i], body[i + 1], body[i + 2]]);
    if (type === "IDAT") parts.push(body);
    at += 12 + length;
  }
  return { ...header, palette, data: unfilter(inflateSync(Buffer.concat(parts)), header) };
}

/**
 * Undoes the five row filters of the PNG specification, section 9.
 * @param {Buffer} raw
 * @param {{width: number, height: number, channels: number}} header
 */
function unfilter(raw, { width, height, channels }) {
  const stride = width * channels;
  const data = Buffer.alloc(stride * height);
  for (let y = 0; y < height; y++) {
    const filter = raw[y * (stride + 1)];
    for (let x = 0; x < stride; x++) {
      const value = raw[y * (stride + 1) + 1 + x];
      const left = x >= channels ? data[y * stride + x - channels] : 0;
      const up = y > 0 ? data[(y - 1) * stride + x] : 0;
      const corner = x >= channels && y > 0 ? data[(y - 1) * stride + x - channels] : 0;
      const predicted = [0, left, up, (left + up) >> 1, paeth(left, up, corner)][filter];
      data[y * stride + x] = value + predicted;
    }
  }
  return data;
}

/** @param {number} a @param {number} b @param {number} c */
function paeth(a, b, c) {
  const [pa, pb, pc] = [Math.abs(b - c), Math.abs(a - c), Math.abs(a + b - 2 * c)];
  if (pa <= pb && pa <= pc) return a;
  return pb <= pc ? b : c;
}

/**
 * A grey picture with one value everywhere; with `frames` > 1 an animated one.
 * @param {number} width
 * @param {number} height
 * @param {{frames?: number}} [options]
 */
export function greyPng(width, height, { frames = 1 } = {}) {
  const pixels = deflateSync(Buffer.alloc((width + 1) * height), { level: 1 });
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = 8;
  const chunks = [chunk("IHDR", header)];
  if (frames === 1) return Buffer.concat([SIGNATURE, ...chunks, chunk("IDAT", pixels), chunk("IEND", Buffer.alloc(0))]);
  const control = Buffer.alloc(8);
  control.writeUInt32BE(frames, 0);
  chunks.push(chunk("acTL", control));
  for (let frame = 0, sequence = 0; frame < frames; frame++) {
    const rectangle = Buffer.alloc(26);
    rectangle.writeUInt32BE(sequence++, 0);
    rectangle.writeUInt32BE(width, 4);
    rectangle.writeUInt32BE(height, 8);
    rectangle.writeUInt16BE(1, 20);
    rectangle.writeUInt16BE(10, 22);
    chunks.push(chunk("fcTL", rectangle));
    const number = Buffer.alloc(4);
    if (frame > 0) number.writeUInt32BE(sequence++, 0);
    chunks.push(frame === 0 ? chunk("IDAT", pixels) : chunk("fdAT", Buffer.concat([number, pixels])));
  }
  return Buffer.concat([SIGNATURE, ...chunks, chunk("IEND", Buffer.alloc(0))]);
}

/** @param {string} type @param {Buffer} body */
function chunk(type, body) {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(body.length);
  const check = Buffer.alloc(4);
  check.writeUInt32BE(checksum(type, body));
  return Buffer.concat([length, Buffer.from(type, "latin1"), body, check]);
}

/** @param {string} type @param {Buffer} body */
function checksum(type, body) {
  return crc32(body, crc32(Buffer.from(type, "latin1")));
}
