/* While a form is filled in, the server loads what it will check the weights with. */

const { url, method } = document.querySelector("script[data-url][data-method]").dataset;
const token = document.querySelector("[name=csrfmiddlewaretoken]")?.value;

// Without it the check takes a little longer: nothing to tell anybody.
if (token) {
  fetch(url, { method: "POST", headers: { "X-CSRFToken": token }, body: new URLSearchParams({ method }) }).catch(() => {});
}
