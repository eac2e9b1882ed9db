// Makes pages livelier; every page works without it. Countdowns tick, stock words stay fresh, choosing a variant does not reload,
// filters apply themselves, and a form is sent once. Nothing here knows a price: all words and amounts come from the server.
(() => {
  "use strict";
  const root = document.documentElement;
  root.classList.add("has-script");
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const one = (selector, within = document) => within.querySelector(selector);
  let clockOffset = 0; // Milliseconds the server's clock is ahead of this one.

  // Cart badge: a readable cookie beside the cart's own holds nothing but the number of units.
  const units = /(?:^|; )cart_units=(\d{1,6})/.exec(document.cookie);
  if (units && units[1] !== "0") {
    all("[data-cart-units]").forEach((badge) => {
      badge.textContent = units[1];
      badge.hidden = false;
      badge.closest("a").setAttribute("aria-label", `Cart, ${units[1]} in it`);
    });
  }

  // Folds that are only folds on narrow screens.
  const wide = matchMedia("(min-width: 60rem)");
  const unfold = () => all("details[data-open-wide]").forEach((fold) => { if (wide.matches) fold.open = true; });
  unfold();
  wide.addEventListener("change", unfold);

  // Countdowns.
  const countdowns = all("[data-countdown]");
  const two = (number) => String(number).padStart(2, "0");
  let reloading = false;
  const reloadSoon = () => {
    if (reloading || document.activeElement?.matches("input, select, textarea")) return;
    reloading = true;
    // A crowd waits for the same instant: spread its reloads over a few seconds.
    setTimeout(() => location.reload(), 400 + Math.random() * 2600);
  };
  const tick = () => {
    for (const clock of countdowns) {
      const left = Math.max(0, Math.ceil((Number(clock.dataset.countdown) - Date.now() - clockOffset) / 1000));
      const [days, hours, minutes, seconds] = [Math.floor(left / 86400), Math.floor(left / 3600) % 24, Math.floor(left / 60) % 60, left % 60];
      const put = (part, text) => { const cell = one(`[data-part=${part}]`, clock); if (cell && cell.textContent !== text) cell.textContent = text; return cell; };
      if (one("[data-part=clock]", clock)) {
        const cell = put("days", `${days} d `);
        if (cell) cell.hidden = days === 0;
        put("clock", `${two(hours)}:${two(minutes)}:${two(seconds)}`);
      } else {
        put("days", two(days)); put("hours", two(hours)); put("minutes", two(minutes)); put("seconds", two(seconds));
      }
      if (left === 0 && !clock.dataset.over) { clock.dataset.over = "1"; reloadSoon(); }
    }
  };
  if (countdowns.length) { tick(); setInterval(tick, 1000); }

  // Live words: one small file, asked for only while the page is looked at; the same for everyone who has no early access.
  const credentials = document.body.matches("[data-early-access]") ? "same-origin" : "omit";
  const stocked = () => all("[data-stock-of]");
  let pause = 5000;
  const refresh = async () => {
    if (document.hidden) return;
    const before = Date.now();
    const response = await fetch("/now.json", { credentials });
    if (!response.ok) throw new Error(String(response.status));
    const now = await response.json();
    clockOffset = now.now_ms - (before + Date.now()) / 2;
    tellAge(now.now_ms - now.as_of_ms > 15000 ? new Date(now.as_of_ms - clockOffset) : null);
    for (const place of stocked()) {
      const words = now.stock[place.dataset.stockOf] ?? (now.complete ? { level: "plenty", text: "" } : null);
      if (!words || place.textContent === words.text) continue;
      place.textContent = words.text;
      place.className = place.className.replace(/\bstock-\w+/, `stock-${words.level}`);
      if (one("[data-variant-field]")?.value === place.dataset.stockOf && words.level === "out") soldOut(words.text);
    }
  };
  // The shop goes on showing its pages while it cannot ask what is left; then it says from when they are.
  const tellAge = (since) => {
    const known = one(".as-of");
    if (!since) { known?.remove(); return; }
    const line = known ?? document.createElement("p");
    line.className = "as-of";
    line.setAttribute("role", "status");
    const time = since.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
    const text = `What is in stock is as of ${time}. Orders can be placed again in a moment.`;
    if (line.textContent !== text) line.textContent = text;
    if (!known) one("#main").before(line);
  };
  const soldOut = (text) => { const button = one("[data-buy-button]"); if (button) { button.disabled = true; button.textContent = text; } };
  const poll = () => setTimeout(async () => {
    try { await refresh(); pause = 5000; } catch { pause = Math.min(pause * 2, 60000); }
    poll();
  }, pause * (0.8 + Math.random() * 0.4));
  if (stocked().length || countdowns.length) { poll(); }

  // Gallery: thumbnails scroll the strip; scrolling marks the thumbnail.
  const gallery = one("[data-gallery]");
  const strip = gallery && one(".gallery-strip", gallery);
  const thumbs = gallery ? all(".gallery-thumbs a", gallery) : [];
  const showPicture = (index) => strip?.scrollTo({ left: strip.clientWidth * index + index * 8 });
  thumbs.forEach((thumb, index) => thumb.addEventListener("click", (event) => { event.preventDefault(); showPicture(index); }));
  strip?.addEventListener("scroll", () => {
    const current = Math.round(strip.scrollLeft / Math.max(1, strip.clientWidth));
    thumbs.forEach((thumb, index) => index === current ? thumb.setAttribute("aria-current", "true") : thumb.removeAttribute("aria-current"));
  }, { passive: true });

  // Choosing a variant without a reload. The server wrote every word and address; this only swaps them.
  const variantsElement = one("script[data-variants]");
  const variants = variantsElement ? JSON.parse(variantsElement.textContent) : [];
  const chooseVariant = (id) => {
    const variant = variants.find((candidate) => candidate.id === id);
    const field = one("[data-variant-field]");
    // Under another sale's terms the box with its name, countdown and limit changes, too: that page the server writes.
    if (!variant || variants.find((candidate) => candidate.id === field.value)?.sale !== variant.sale) return false;
    field.value = variant.id;
    const line = one("[data-price-line]");
    line.replaceChildren();
    const piece = (name, className, text) => { const element = document.createElement(name); element.className = className; element.textContent = text; return element; };
    const price = piece("span", variant.was ? "price price-reduced" : "price", "");
    price.append(piece("span", "price-now", variant.price));
    if (variant.was) price.append(" ", piece("s", "price-was", variant.was));
    line.append(price);
    if (variant.upcoming) line.append(" ", piece("span", "price-upcoming", variant.upcoming));
    if (variant.percent) line.append(" ", piece("span", "percent", variant.percent));
    const stock = one(".buy-stock");
    stock.dataset.stockOf = variant.id;
    stock.className = `stock stock-${variant.stock.level} buy-stock`;
    stock.textContent = variant.stock.text;
    const button = one("[data-buy-button]");
    button.disabled = !variant.buyable;
    button.textContent = variant.button;
    const quantity = one("[data-quantity]");
    quantity.disabled = !variant.buyable;
    const wanted = Math.min(Number(quantity.value) || 1, Math.max(1, variant.quantity_max));
    quantity.replaceChildren(...Array.from({ length: variant.quantity_max }, (_, index) => new Option(String(index + 1))));
    quantity.value = String(wanted);
    const code = one("[data-sku]");
    if (code && variant.sku) code.textContent = variant.sku;
    variant.options.forEach((value, axis) => { const chosen = one(`[data-chosen="${axis}"]`); if (chosen) chosen.textContent = value; });
    all("[data-axis]").forEach((link) => {
      const next = variant.links[link.dataset.axis]?.[link.firstChild.textContent.trim()];
      const isChosen = variant.options[link.dataset.axis] === link.firstChild.textContent.trim();
      if (isChosen) link.setAttribute("aria-current", "true"); else link.removeAttribute("aria-current");
      if (next) { link.dataset.variant = next.variant; link.href = next.url; link.classList.toggle("option-value-out", !next.available); }
    });
    if (variant.picture >= 0) showPicture(variant.picture);
    history.replaceState(null, "", variant.url);
    return true;
  };
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[data-variant]");
    if (!link || event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
    if (chooseVariant(link.dataset.variant)) event.preventDefault();
  });

  // Filters and quantities apply themselves; typed prices wait for the field to be left.
  all("form[data-auto-submit]").forEach((form) => form.addEventListener("change", () => {
    if (one(".filters-apply", form) && !wide.matches) return;
    for (const field of form.elements) if (field.name && field.value === "" && field.type !== "hidden") field.disabled = true;
    form.requestSubmit ? form.requestSubmit() : form.submit();
  }));

  // The checkout that answers a form is an address that can be asked for again: reloading it or coming back sends nothing twice.
  if (one("#checkout-form")) history.replaceState(history.state, "", "/checkout");

  // Country and way of delivery change what can be chosen and what it costs.
  all("[data-refresh]").forEach((field) => field.addEventListener("change", () => one("[data-refresh-button]")?.click()));

  // A form is sent once.
  all("form[data-once]").forEach((form) => form.addEventListener("submit", (event) => {
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "1";
    const button = event.submitter;
    if (button && button.value !== "refresh") {
      // Disabled only after the browser has read the form, so that the button's own value is sent, too.
      setTimeout(() => { button.setAttribute("aria-busy", "true"); if (form.dataset.once) button.textContent = form.dataset.once; });
    }
  }));
  // Coming back by the browser's button shows the page as it was left: let it be sent again.
  addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    all("form[data-once]").forEach((form) => { delete form.dataset.sent; all("[aria-busy]", form).forEach((button) => button.removeAttribute("aria-busy")); });
  });

  one("[data-focus]")?.focus();
})();
