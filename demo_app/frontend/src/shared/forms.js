// Forms that a script sends, and fields that it fills.
import { messageOf } from "./app.js";

// Call `send` with the form's fields when it is submitted. Meanwhile its button is disabled. An error is shown in the form.
export function onSubmit(id, send) {
  const form = document.getElementById(id);
  const button = form.querySelector("button");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    form.querySelector(".problem")?.remove();
    button.disabled = true;
    try {
      await send(Object.fromEntries(new FormData(form)));
      form.reset();
    } catch (error) {
      button.before(problem(messageOf(error)));
    } finally {
      button.disabled = false;
    }
  });
}

function problem(text) {
  const element = document.createElement("p");
  element.className = "problem";
  element.setAttribute("role", "alert");
  element.textContent = text;
  return element;
}

// Set the text of all elements with `data-field="…"`.
export function fill(fields) {
  for (const [name, text] of Object.entries(fields)) {
    for (const element of document.querySelectorAll(`[data-field="${name}"]`)) element.textContent = text;
  }
}

export function show(id, isVisible) {
  document.getElementById(id).hidden = !isVisible;
}
