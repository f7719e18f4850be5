/** The words of the study's design, as the state brings them: the runner says them and knows no others of its task. */

import { check, isTable, isText } from "./checked.js";

const FIGURES = new Set(["scenes", "course", "choices"]);
const SCENE = /^[a-z]+$/;

function parseTexts(texts, names, where) {
  check(isTable(texts), where, `a table of ${names.join(", ")}`);
  for (const name of names) check(isText(texts[name]), `${where}.${name}`, "a text");
  return Object.fromEntries(names.map((name) => [name, texts[name]]));
}

function parseTable(table, where) {
  check(isTable(table) && Object.values(table).every((text) => typeof text === "string"), where, "a table of texts");
  return { ...table };
}

function parseFigure(figure, where) {
  if (figure === null || figure === undefined) return null;
  check(FIGURES.has(figure.kind), `${where}.kind`, [...FIGURES].join(", "));
  check(isText(figure.description), `${where}.description`, "a text");
  const scenes = parseTable(figure.scenes ?? {}, `${where}.scenes`);
  for (const scene of Object.values(scenes)) check(SCENE.test(scene), `${where}.scenes`, "names of scenes");
  return { kind: figure.kind, description: figure.description, scenes };
}

function parsePage(page, where) {
  check(isText(page?.title), `${where}.title`, "a text");
  check(Array.isArray(page.text) && page.text.length > 0, `${where}.text`, "a list of paragraphs");
  const text = page.text.map((one, i) =>
    isText(one) ? one : parseTexts(one, ["keyboard", "touch"], `${where}.text[${i}]`),
  );
  return { title: page.title, text, figure: parseFigure(page.figure, `${where}.figure`) };
}

/** The words, with only what the contract names. */
export function parseWords(words, where = "words") {
  check(isTable(words), where, "a table");
  const { noun, pages, practice, test, captions, verdict } = words;
  check(Array.isArray(pages) && pages.length > 0, `${where}.pages`, "a list with at least one page");
  check(isTable(verdict), `${where}.verdict`, "a table");
  const said = (name) => (typeof verdict[name] === "string" ? verdict[name] : "");
  return {
    noun: parseTexts(noun, ["one", "many", "at", "so_far"], `${where}.noun`),
    pages: pages.map((page, i) => parsePage(page, `${where}.pages[${i}]`)),
    practice: parseTexts(practice, ["one", "many"], `${where}.practice`),
    test: parseTexts(test, ["one", "many"], `${where}.test`),
    captions: parseTable(captions ?? {}, `${where}.captions`),
    verdict: {
      right: said("right"),
      wrong: said("wrong"),
      neither: said("neither"),
      wrongAt: parseTable(verdict.wrong_at ?? {}, `${where}.verdict.wrong_at`),
      wrongStacked: parseTable(verdict.wrong_stacked ?? {}, `${where}.verdict.wrong_stacked`),
    },
  };
}

/** What is said after an answer; `marked` are the slots whose pictures are marked, `layout` is how slots stand. */
export function verdictOf({ right, marked }, { verdict }, layout) {
  if (right === null) return verdict.neither;
  if (right) return verdict.right;
  const places = layout === "column" ? verdict.wrongStacked : verdict.wrongAt;
  return (marked.length === 1 && places[marked[0]]) || verdict.wrong;
}
