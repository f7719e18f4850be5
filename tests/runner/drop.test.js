// Dropped files and folders: every file that lies in them, however deep and many.
import assert from "node:assert/strict";
import test from "node:test";

globalThis.document = { querySelectorAll: () => [] };
const { filesOf } = await import("../../colorizers/static/colorizers/drop.js");

const file = (name) => ({ isFile: true, file: (done) => done({ name }) });

/* A folder whose reader gives a hundred entries at a time, as browsers do. */
function folder(...entries) {
  return {
    isDirectory: true,
    createReader: () => {
      let at = 0;
      return { readEntries: (done) => { const some = entries.slice(at, at + 100); at += 100; done(some); } };
    },
  };
}

test("files and folders in folders are found in their order", async () => {
  const plain = { name: "d.png" };
  const found = await filesOf([file("a.png"), folder(file("b.png"), folder(file("c.png"))), plain]);
  assert.deepEqual(found.map((one) => one.name), ["a.png", "b.png", "c.png", "d.png"]);
});

test("a folder of more entries than are given at once is read to its end", async () => {
  const many = Array.from({ length: 250 }, (_, number) => file(`${number}.png`));
  assert.equal((await filesOf([folder(...many)])).length, 250);
});

test("a file that cannot be read is no file that was dropped: it fails", async () => {
  const broken = { isFile: true, file: (_, failed) => failed(new Error("gone")) };
  await assert.rejects(filesOf([broken]), /gone/);
});
