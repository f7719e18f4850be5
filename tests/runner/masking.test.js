import assert from "node:assert/strict";
import { createCipheriv } from "node:crypto";
import { test } from "node:test";

import { applyKeystream, pictureFile, unmask } from "../../studies/static/studies/runner/masking.js";

const SRC = "/i/6f1d2a3b-4c5d-4e6f-8a9b-0c1d2e3f4a5b/";
const KEY = Buffer.from("6f1d2a3b4c5d4e6f8a9b0c1d2e3f4a5b".repeat(2), "hex");

/** As the server masks: by another implementation of the cipher. */
function masked(file, length) {
  const plain = Buffer.alloc(length);
  plain.writeUInt32LE(file.length);
  plain.set(file, 4);
  const bytes = createCipheriv("chacha20", KEY, Buffer.alloc(16)).update(plain);
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length);
}

test("the keystream is ChaCha20's, also where the last block is short", () => {
  for (const words of [1, 16, 17, 1000, 25_601]) {
    const found = new Int32Array(words);
    applyKeystream(found, [...new Int32Array(new Uint8Array(KEY).buffer)]);
    const expected = createCipheriv("chacha20", KEY, Buffer.alloc(16)).update(Buffer.alloc(4 * words));
    assert.ok(Buffer.from(found.buffer).equals(expected));
  }
});

test("the file comes out of what was sent, without its padding", () => {
  const file = Buffer.from("RIFF....WEBP and so on");
  assert.deepEqual(Buffer.from(unmask(masked(file, 1024), SRC)), file);
});

test("a picture of an earlier release says that it is a PNG", async () => {
  for (const [head, type] of [["RIFF", "image/webp"], ["\x89PNG", "image/png"]]) {
    const blob = pictureFile(masked(Buffer.from(head, "latin1"), 1024), SRC);
    assert.deepEqual([blob.type, blob.size], [type, 4]);
  }
});

test("what is cut off, or masked for another address, is refused", () => {
  const body = masked(Buffer.alloc(900, 7), 1024);
  assert.throws(() => unmask(body.slice(0, 512), SRC), /cut off/);
  assert.throws(() => unmask(body.slice(0, 3), SRC), /cut off/);
  assert.throws(() => unmask(body.slice(0, 0), SRC), /cut off/);
  assert.throws(() => unmask(body, "/i/2f/"), /no address/);
  assert.throws(() => unmask(masked(Buffer.alloc(900, 7), 1024), SRC.replace("6f", "70")), /cut off/);
});
