// @ts-check
/* What every page does: print, close menus, say that something is under way. */

/** @param {string} selector @param {ParentNode} [within] @returns {HTMLElement[]} */
export const all = (selector, within = document) =>
  /** @type {HTMLElement[]} */ ([...within.querySelectorAll(selector)]);

/** Whether keys typed now belong to a field. */
export const typing = () => {
  const at = document.activeElement;
  return at instanceof HTMLElement && (at.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(at.tagName));
};

/** A sentence with {n} and the like filled in. @param {string} sentence @param {Record<string, string | number>} parts */
export const fill = (sentence, parts) => sentence.replace(/\{(\w+)\}/g, (_all, name) => String(parts[name] ?? ''));

document.addEventListener('click', (event) => {
  const at = event.target instanceof Element ? event.target : null;
  if (at?.closest('[data-print-page]')) window.print();
  for (const menu of all('details.q-pop[open], details.q-more[open]')) if (!menu.contains(at)) menu.removeAttribute('open');
});

document.addEventListener('keydown', (event) => {
  if (event.key !== 'Escape') return;
  for (const menu of all('details.q-pop[open], details.q-more[open]')) {
    menu.removeAttribute('open');
    menu.querySelector('summary')?.focus();
  }
});

/* A form goes out once: its button says so, and comes back when the page is shown again. */
document.addEventListener('submit', (event) => {
  const form = /** @type {HTMLFormElement} */ (event.target);
  if (event.defaultPrevented || form.method === 'get' || form.method === 'dialog') return;
  if (form.dataset.out) return void event.preventDefault();
  form.dataset.out = '1';
  for (const button of all('button[data-busy], button[data-sending]', document)) {
    if (/** @type {HTMLButtonElement} */ (button).form !== form) continue;
    button.dataset.words = button.textContent ?? '';
    button.setAttribute('aria-busy', 'true');
    button.textContent = button.dataset.busy ?? button.dataset.sending ?? '';
  }
});
window.addEventListener('pageshow', (event) => {
  if (!event.persisted) return;
  for (const form of all('form[data-out]')) delete form.dataset.out;
  for (const button of all('button[aria-busy]')) {
    button.removeAttribute('aria-busy');
    button.textContent = button.dataset.words ?? '';
  }
});
