// The desk works without this file. It counts down to a sale, marks unsaved changes, selects all, copies an address, reads a file
// into its field, and previews a brand.
(() => {
  "use strict";

  const pad = (number) => String(number).padStart(2, "0");

  const countdown = (element) => {
    const left = Math.max(0, Math.floor((Number(element.dataset.countdownTo) - Date.now()) / 1000));
    const days = Math.floor(left / 86400);
    const clock = `${pad(Math.floor(left / 3600) % 24)}:${pad(Math.floor(left / 60) % 60)}:${pad(left % 60)}`;
    element.textContent = days > 0 ? `${days}d ${clock}` : clock;
  };

  const tick = () => document.querySelectorAll("[data-countdown-to]").forEach(countdown);
  tick();
  setInterval(tick, 1000);

  // Leaving a page with typed but unsaved changes asks first.
  let unsaved = document.querySelector("form[data-unsaved]") !== null;
  document.addEventListener("input", (event) => {
    if (event.target.closest("form[data-guard]")) unsaved = true;
  });
  document.addEventListener("submit", (event) => { if (!event.defaultPrevented) unsaved = false; });
  window.addEventListener("beforeunload", (event) => { if (unsaved) event.preventDefault(); });

  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-select-all]")) {
      const boxes = event.target.closest("form, table").querySelectorAll(`input[name="${event.target.dataset.selectAll}"]`);
      boxes.forEach((box) => { box.checked = event.target.checked; });
    }
    if (event.target.matches("form[data-submit-on-change] select")) event.target.form.requestSubmit();
  });

  // A click into an address to hand out chooses all of it; the button beside it copies it where the browser allows that.
  document.querySelectorAll("[data-copy-source]").forEach((field) => field.addEventListener("focus", () => field.select()));
  document.querySelectorAll("[data-copy]").forEach((button) => {
    button.hidden = !navigator.clipboard;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).value);
      button.textContent = "Copied";
    });
  });

  // A file is read into the field beside it, where it can still be changed; without this it is pasted there.
  document.querySelectorAll("[data-reads-into]").forEach((file) => {
    file.closest("[data-file-field]").hidden = false;
    file.addEventListener("change", async () => {
      if (!file.files[0]) return;
      document.getElementById(file.dataset.readsInto).value = await file.files[0].text();
      const choice = document.getElementById(file.dataset.chooses);
      if (choice) choice.checked = true;
    });
  });

  // Brand preview: each field names what it changes.
  const preview = document.querySelector("[data-brand-preview]");
  const show = (field) => {
    if (field.dataset.brandVariable) {
      preview.style.setProperty(field.dataset.brandVariable, field.value + (field.dataset.brandUnit ?? ""));
    }
    if (field.dataset.brandText) {
      const target = preview.querySelector(`[data-brand-slot="${field.dataset.brandText}"]`);
      target.textContent = field.value;
      target.hidden = field.value === "";
    }
    if (field.dataset.brandType) preview.dataset.type = field.value, preview.className = `brand-preview type-${field.value}`;
  };
  if (preview) {
    const fields = document.querySelectorAll("[data-brand-variable], [data-brand-text], [data-brand-type]");
    fields.forEach((field) => { show(field); field.addEventListener("input", () => show(field)); });
  }

  // The color picker and the text field beside it say the same.
  document.addEventListener("input", (event) => {
    const twin = event.target.dataset.twin && document.getElementById(event.target.dataset.twin);
    if (twin && /^#[0-9a-f]{6}$/i.test(event.target.value)) {
      twin.value = event.target.value;
      if (preview && twin.dataset.brandVariable) show(twin);
    }
  });
})();
