/** What is checked of the server's JSON, and how it is refused. */

export class StateError extends Error {}

export function check(condition, where, expected) {
  if (!condition) throw new StateError(`${where} must be ${expected}`);
}

export const isText = (value) => typeof value === "string" && value.length > 0;
export const isCount = (value) => Number.isInteger(value) && value >= 0;
export const isDuration = (value) => typeof value === "number" && Number.isFinite(value) && value > 0;
export const isTable = (value) => value !== null && typeof value === "object" && !Array.isArray(value);
