// The plan editor works without this file. It has the forecast drawn anew while the seller types, and rows added in place.
(() => {
  "use strict";

  const form = document.querySelector("form[data-plan]");
  if (!form) return;
  const WAIT_MS = 250;
  const says = document.getElementById("forecast-says");
  let timer = 0;
  let asking = null;

  const say = (text) => { if (says.textContent !== text) says.textContent = text; };

  // What the server makes of the form as it is now; nothing where a later question has taken its place.
  const ask = async (button) => {
    clearTimeout(timer);
    asking?.abort();
    const own = asking = new AbortController();
    const body = new URLSearchParams(new FormData(form));
    body.set("do", button);
    document.getElementById("forecast").toggleAttribute("data-waits", true);
    try {
      const answer = await fetch(form.action, { method: "POST", body, signal: own.signal });
      const text = await answer.text();
      if (asking !== own) return null;
      const page = new DOMParser().parseFromString(text, "text/html");
      if (page.querySelector("form[data-plan]")) return page;
      say(answer.url.includes("/admin/sign-in")
        ? "You are signed out. Sign in in another tab; what you typed stays here."
        : "The forecast could not be drawn just now. What you typed stays here; try “Show the forecast”.");
    } catch (error) {
      if (error.name !== "AbortError") say("The server could not be reached. What you typed stays here; try again in a moment.");
    } finally {
      if (asking === own) document.getElementById("forecast").removeAttribute("data-waits");
    }
    return null;
  };

  const draw = (page) => {
    const [old, fresh] = [document.getElementById("forecast"), page.getElementById("forecast")];
    say(page.getElementById("forecast-says").textContent);
    // While something is wrong the last forecast stays, and is seen to be none of what stands in the form.
    if (!fresh.hasAttribute("data-drawn") && old.hasAttribute("data-drawn")) {
      old.toggleAttribute("data-waits", true);
      return;
    }
    const open = [...old.querySelectorAll("details")].map((details) => details.open);
    const top = old.scrollTop;
    const scrolled = [...old.querySelectorAll(".table-frame")].map((frame) => frame.scrollLeft);
    old.replaceChildren(...fresh.childNodes);
    old.toggleAttribute("data-drawn", fresh.hasAttribute("data-drawn"));
    old.querySelectorAll("details").forEach((details, at) => { details.open = open[at] ?? false; });
    old.querySelectorAll(".table-frame").forEach((frame, at) => { frame.scrollLeft = scrolled[at] ?? 0; });
    old.scrollTop = top;
    document.dispatchEvent(new Event("charts"));
  };

  // Words beside the fields are replaced, what was typed never.
  const mark = (page) => {
    for (const field of form.querySelectorAll("input[id], select[id]")) {
      const fresh = page.getElementById(field.id);
      if (!fresh) continue;
      const isHalfTyped = field === document.activeElement && field.validity.badInput;
      document.getElementById(`${field.id}-error`)?.remove();
      const error = page.getElementById(`${field.id}-error`);
      for (const name of ["aria-invalid", "aria-describedby"]) {
        const value = isHalfTyped && name === "aria-invalid" ? null : fresh.getAttribute(name);
        if (value === null) field.removeAttribute(name); else field.setAttribute(name, value);
      }
      const before = field.type === "checkbox" ? field.nextElementSibling : field.closest(".affix") ?? field;
      if (!error || isHalfTyped) continue;
      before.after(error);
      error.closest("details")?.setAttribute("open", "");
    }
  };

  const look = async () => {
    const page = await ask("live");
    if (!page) return;
    mark(page);
    draw(page);
  };

  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(look, WAIT_MS);
  };
  form.addEventListener("input", soon);
  form.addEventListener("change", soon);

  // A row comes or goes without the page being left. Whatever else the form does, the browser does by itself.
  form.addEventListener("submit", async (event) => {
    const button = event.submitter?.value ?? "show";
    if (!/^(show|(add|remove)_)/.test(button)) {
      clearTimeout(timer);
      asking?.abort();
      return;
    }
    event.preventDefault();
    const sent = new Map(new FormData(form));
    const page = await ask(button);
    if (!page) return;
    const problems = document.getElementById("plan-problems");
    problems.replaceChildren(...page.getElementById("plan-problems").childNodes);
    if (button === "show") {
      mark(page);
    } else {
      const typedMeanwhile = [...new FormData(form)].filter(([name, value]) => sent.get(name) !== value);
      const bar = form.querySelector(".save-bar");
      const fresh = page.querySelector("form[data-plan]");
      fresh.querySelector(".save-bar").remove();
      if (form.querySelector(".plan-items")?.open) fresh.querySelector(".plan-items")?.setAttribute("open", "");
      [...form.childNodes].forEach((node) => { if (node !== bar) node.remove(); });
      bar.before(...fresh.childNodes);
      if (button.startsWith("add_")) typedMeanwhile.forEach(([name, value]) => { form.elements[name].value = value; });
      form.querySelector("[autofocus]")?.focus();
    }
    draw(page);
  });
})();
