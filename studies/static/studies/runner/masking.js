/** Takes the mask off a picture: what comes over the line is never the same twice. See docs/runner.md. */

const BLOCK_WORDS = 16;
const LENGTH_BYTES = 4;
// "expand 32-byte k"
const CONSTANTS = [0x61707865, 0x3320646e, 0x79622d32, 0x6b206574];

const rotated = (word, bits) => (word << bits) | (word >>> (32 - bits));

function quarter(x, a, b, c, d) {
  let p = x[a];
  let q = x[b];
  let r = x[c];
  let s = x[d];
  p = (p + q) | 0;
  s = rotated(s ^ p, 16);
  r = (r + s) | 0;
  q = rotated(q ^ r, 12);
  p = (p + q) | 0;
  s = rotated(s ^ p, 8);
  r = (r + s) | 0;
  q = rotated(q ^ r, 7);
  x[a] = p;
  x[b] = q;
  x[c] = r;
  x[d] = s;
}

function doubleRound(x) {
  quarter(x, 0, 4, 8, 12);
  quarter(x, 1, 5, 9, 13);
  quarter(x, 2, 6, 10, 14);
  quarter(x, 3, 7, 11, 15);
  quarter(x, 0, 5, 10, 15);
  quarter(x, 1, 6, 11, 12);
  quarter(x, 2, 7, 8, 13);
  quarter(x, 3, 4, 9, 14);
}

/** XORs words with the keystream of ChaCha20 (RFC 8439) under a key of eight words, counter and nonce zero. */
export function applyKeystream(words, key) {
  const state = new Int32Array([...CONSTANTS, ...key, 0, 0, 0, 0]);
  const x = new Int32Array(BLOCK_WORDS);
  for (let at = 0; at < words.length; at += BLOCK_WORDS) {
    x.set(state);
    for (let round = 0; round < 10; round += 1) doubleRound(x);
    const most = Math.min(BLOCK_WORDS, words.length - at);
    for (let i = 0; i < most; i += 1) words[at + i] ^= x[i] + state[i];
    state[12] += 1;
  }
}

/** The 128 bits of a picture's address, as four words; every address ends in a UUID. */
function tokenOf(src) {
  const digits = /([0-9a-f-]{36})\/?$/.exec(src)?.[1].replaceAll("-", "");
  if (digits?.length !== 32) throw new Error(`${src} is no address of a picture`);
  const bytes = Uint8Array.from(digits.match(/../g), (pair) => Number.parseInt(pair, 16));
  // Like the server, and like every machine with a browser: the lowest byte first.
  return new Int32Array(bytes.buffer);
}

/** The picture's file in what came for an address; the buffer is changed. Throws where it is not whole. */
export function unmask(buffer, src) {
  const token = tokenOf(src);
  const whole = buffer.byteLength >= LENGTH_BYTES && buffer.byteLength % LENGTH_BYTES === 0;
  if (!whole) throw new Error("the picture is cut off");
  applyKeystream(new Int32Array(buffer), [...token, ...token]);
  const length = new DataView(buffer).getUint32(0, true);
  if (length > buffer.byteLength - LENGTH_BYTES) throw new Error("the picture is cut off");
  return new Uint8Array(buffer, LENGTH_BYTES, length);
}

/** The same as a file that browsers decode: WebP, or PNG in studies that an earlier release launched. */
export function pictureFile(buffer, src) {
  const file = unmask(buffer, src);
  return new Blob([file], { type: file[0] === 0x89 ? "image/png" : "image/webp" });
}
