import assert from "node:assert/strict";
import { test } from "node:test";

import { counted, duration, ENGLISH, fill, minutes, textsOf, withTranslation } from "../../studies/static/studies/runner/texts.js";

const page = (text) => ({ getElementById: (id) => (id === "runner-texts" && text !== null ? { textContent: text } : null) });

test("the page's words replace the English ones; what it lacks stays English", () => {
  const texts = textsOf(page('{"next": "Weiter", "test": {"next": "Los"}, "unknown": "x"}'));
  assert.equal(texts.next, "Weiter");
  assert.equal(texts.test.next, "Los");
  assert.equal(texts.test.hint, ENGLISH.test.hint);
  assert.equal("unknown" in texts, false);
});

test("a page without words, or with broken ones, is English", () => {
  for (const text of [null, "", "{", "null", "[]"]) assert.deepEqual(textsOf(page(text)), ENGLISH);
});

test("a translation of another kind than the text is passed over", () => {
  const texts = withTranslation({ next: 7, test: "x", where: { row: "links" } });
  assert.deepEqual([texts.next, texts.test, texts.where.row], [ENGLISH.next, ENGLISH.test, ENGLISH.where.row]);
});

test("names in braces are filled in, and left where nothing is known", () => {
  assert.equal(fill("{done} of {total}, {who}", { done: 0, total: 8 }), "0 of 8, {who}");
});

test("one and many have wordings of their own", () => {
  assert.match(counted(ENGLISH.waiting, 1), /1 answer is waiting for the connection/);
  assert.match(counted(ENGLISH.waiting, 3), /3 answers are waiting for the connection/);
});

test("times are written as the language writes them", () => {
  assert.equal(duration(1500, ENGLISH, "de"), "1,5 seconds");
  assert.equal(minutes(1, 2), "about a minute");
  assert.equal(minutes(40, 6), "about 4 minutes");
});
