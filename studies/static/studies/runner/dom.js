/** Makes elements from data without ever parsing markup. */

export function h(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name === "class") element.className = value;
    else if (name in element && !name.startsWith("aria")) element[name] = value;
    else element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/** Takes an element out of sight, touch and tab order, but keeps its place. */
export function conceal(element, concealed = true) {
  element.style.visibility = concealed ? "hidden" : "visible";
}
