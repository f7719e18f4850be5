import assert from "node:assert/strict";
import { test } from "node:test";

import { AnswerGate, keyTable } from "../../studies/static/studies/runner/answer.js";
import { pairTrial } from "./fakes.js";

const { answers, slots } = pairTrial();

function gate({ layout = "row", openAt = 100 } = {}) {
  const given = [];
  const made = new AnswerGate({ keys: keyTable(answers, slots, layout), onAnswer: (answer) => given.push(answer) });
  if (openAt !== null) made.open(openAt);
  return { gate: made, given };
}

function key(name, timeStamp = 500, changes = {}) {
  return { key: name, timeStamp, repeat: false, prevented: false, preventDefault() { this.prevented = true; }, ...changes };
}

const press = (timeStamp, pointerType, changes = {}) => ({ timeStamp, pointerType, isPrimary: true, button: 0, ...changes });
const click = (timeStamp, changes = {}) => ({ timeStamp, detail: 1, pointerType: "", ...changes });

for (const [name, value] of [["ArrowLeft", "left"], ["f", "left"], ["F", "left"], ["1", "left"], ["ArrowRight", "right"], ["J", "right"]]) {
  test(`the key ${name} answers ${value}, timed from the onset of the answer frame`, () => {
    const { gate: open, given } = gate();
    open.keydown(key(name));
    assert.deepEqual(given, [{ value, input: "keyboard", rtMs: 400 }]);
  });
}

test("nothing is accepted before the answer frame", () => {
  const { gate: shut, given } = gate({ openAt: null });
  shut.keydown(key("f"));
  shut.pointerdown("left", press(500, "mouse"));
  shut.click("left", click(510));
  assert.deepEqual(given, []);
});

test("input that began before the onset is not accepted, even if it arrives later", () => {
  const { gate: open, given } = gate();
  open.keydown(key("f", 99.9));
  assert.deepEqual(given, []);
  open.keydown(key("f", 100));
  assert.equal(given.length, 1);
});

test("a key that is held down does not answer", () => {
  const { gate: open, given } = gate();
  open.keydown(key("f", 500, { repeat: true }));
  assert.deepEqual(given, []);
});

test("only the first answer counts", () => {
  const { gate: open, given } = gate();
  open.keydown(key("f", 300));
  open.keydown(key("j", 400));
  open.click("right", click(500));
  assert.deepEqual(given.map(({ value }) => value), ["left"]);
});

test("nothing is accepted after the limit", () => {
  const { gate: open, given } = gate();
  open.close();
  open.keydown(key("f"));
  assert.deepEqual(given, []);
});

for (const modifier of ["ctrlKey", "altKey", "metaKey", "isComposing"]) {
  test(`${modifier} with an answer key is the browser's, not ours`, () => {
    const { gate: open, given } = gate();
    const event = key("f", 500, { [modifier]: true });
    open.keydown(event);
    assert.deepEqual([given, event.prevented], [[], false]);
  });
}

test("answer keys never scroll the page, other keys do what they always do", () => {
  const { gate: shut } = gate({ openAt: null });
  const [arrow, other] = [key("ArrowLeft"), key("Tab")];
  shut.keydown(arrow);
  shut.keydown(other);
  assert.deepEqual([arrow.prevented, other.prevented], [true, false]);
});

for (const input of ["mouse", "touch", "pen"]) {
  test(`a ${input} answers on release, timed at the press`, () => {
    const { gate: open, given } = gate();
    open.pointerdown("right", press(300, input));
    assert.deepEqual(given, []);
    open.click("right", click(380, { pointerType: input }));
    assert.deepEqual(given, [{ value: "right", input, rtMs: 200 }]);
  });
}

test("a press that slips to the other button does not lend it its time", () => {
  const { gate: open, given } = gate();
  open.pointerdown("left", press(300, "touch"));
  open.click("right", click(900, { pointerType: "touch" }));
  assert.deepEqual(given, [{ value: "right", input: "touch", rtMs: 800 }]);
});

test("a second finger and a right button are no press", () => {
  const { gate: open, given } = gate();
  open.pointerdown("left", press(300, "touch", { isPrimary: false }));
  open.pointerdown("left", press(300, "mouse", { button: 2 }));
  assert.deepEqual(given, []);
});

test("Enter on a focused button is a click without a pointer: keyboard", () => {
  const { gate: open, given } = gate();
  open.click("left", click(450, { detail: 0 }));
  assert.deepEqual(given, [{ value: "left", input: "keyboard", rtMs: 350 }]);
});

test("stacked, the vertical arrows mean upper and lower; the sideways keys still work", () => {
  const table = keyTable(answers, slots, "column");
  assert.equal(table.get("ArrowUp"), "left");
  assert.equal(table.get("ArrowDown"), "right");
  assert.equal(table.get("ArrowLeft"), "left");
  assert.equal(keyTable(answers, slots, "row").has("ArrowUp"), false);
});

test("vertical arrows are not invented where answers are no slots, nor taken from a design that uses them", () => {
  const words = [{ value: "real", label: "Real", keys: ["f"] }];
  assert.equal(keyTable(words, ["centre"], "column").size, 1);
  const swapped = [{ value: "left", label: "L", keys: ["ArrowDown"] }, { value: "right", label: "R", keys: ["ArrowUp"] }];
  assert.equal(keyTable(swapped, slots, "column").get("ArrowUp"), "right");
});

test("the vertical arrows mean nothing where more than two slots are stacked", () => {
  const three = ["1", "2", "3"].map((value) => ({ value, keys: [value] }));
  assert.deepEqual([...keyTable(three, ["1", "2", "3"], "column").keys()], ["1", "2", "3"]);
});

test("listening goes through real events, and stops", () => {
  const { gate: open, given } = gate({ openAt: 0 });
  const target = new EventTarget();
  const stop = open.listen(target, new Map([["left", new EventTarget()]]));
  stop();
  target.dispatchEvent(Object.assign(new Event("keydown"), { key: "f", repeat: false }));
  assert.deepEqual(given, []);
  open.listen(target, new Map());
  target.dispatchEvent(Object.assign(new Event("keydown"), { key: "f", repeat: false }));
  assert.equal(given.length, 1);
});
