// @ts-check
/* The desk: keys, filters that send themselves, the story by kind, numbers that fade. */
import { all, fill, typing } from './page.js';

/* ---------- keys ---------- */
let cursor = -1;
const items = () => all('[data-item]');

/** @param {number} by */
function step(by) {
  const rows = items();
  if (!rows.length) return;
  cursor = Math.max(0, Math.min(rows.length - 1, cursor + by));
  rows.forEach((row, i) => row.classList.toggle('is-cursor', i === cursor));
  const link = rows[cursor].matches('[data-open]') ? rows[cursor] : rows[cursor].querySelector('[data-open]');
  /** @type {HTMLElement | null} */ (link)?.focus({ preventScroll: true });
  rows[cursor].scrollIntoView({ block: 'nearest' });
}

/** @type {Record<string, () => void>} */
const KEYS = {
  '/': () => /** @type {HTMLElement | null} */ (document.querySelector('.q-search input'))?.focus(),
  '?': () => /** @type {HTMLDialogElement | null} */ (document.getElementById('q-keys'))?.showModal(),
  j: () => jump('j', 1),
  k: () => jump('k', -1),
  1: () => pick('1'),
  2: () => pick('2'),
  3: () => pick('3'),
};

/** @param {string} key @param {number} by */
function jump(key, by) {
  const link = /** @type {HTMLElement | null} */ (document.querySelector(`[data-key="${key}"]`));
  if (link) link.click();
  else step(by);
}

/** One of the other classes, by its key. @param {string} key */
function pick(key) {
  /** @type {HTMLElement | null} */ (document.querySelector(`[data-pick][data-key="${key}"]`))?.click();
}

document.addEventListener('keydown', (event) => {
  const form = event.target instanceof Element ? event.target.closest('form[data-enter]') : null;
  if (form && event.key === 'Enter' && (event.ctrlKey || event.metaKey)) form.requestSubmit();
});

document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.key === 'Escape' && typing()) /** @type {HTMLElement} */ (document.activeElement).blur();
  if (typing()) return;
  if (event.key === 'Enter' && document.activeElement === document.body) {
    /** @type {HTMLElement | null} */ (document.querySelector('[data-next]'))?.click();
    return;
  }
  const act = KEYS[event.key];
  if (!act || document.querySelector('dialog[open]')) return;
  event.preventDefault();
  act();
});

if (new URLSearchParams(location.search).has('focus')) KEYS['/']();

/* What is shown to be handed on, such as a one-time link, is marked whole to be copied. */
document.addEventListener('focusin', (event) => {
  if (event.target instanceof HTMLInputElement && event.target.readOnly) event.target.select();
});

/* One box ticks all those of its name that are on the page. */
document.addEventListener('change', (event) => {
  const box = event.target instanceof HTMLInputElement && event.target.dataset.all ? event.target : null;
  if (!box) return;
  for (const one of all(`input[type="checkbox"][name="${box.dataset.all}"]`)) /** @type {HTMLInputElement} */ (one).checked = box.checked;
});

/* What an address points at stands open, with everything that it lies folded in. */
const target = location.hash.length > 1 ? document.getElementById(location.hash.slice(1)) : null;
for (let fold = target?.querySelector('details') ?? target; fold; fold = fold.parentElement) {
  if (fold instanceof HTMLDetailsElement) fold.open = true;
}
if (target) target.scrollIntoView({ block: 'nearest' });

/* Where I am stands in sight in a long menu. */
const side = document.querySelector('.q-side'), here = side?.querySelector('[aria-current]');
if (side && here instanceof HTMLElement && here.offsetTop + here.offsetHeight > side.clientHeight) {
  side.scrollTop = here.offsetTop - side.clientHeight / 2;
}

/* A long list of choices is sifted by what is typed above it; what is ticked stays in sight. */
document.addEventListener('input', (event) => {
  const box = event.target instanceof HTMLInputElement && event.target.matches('[data-sift]') ? event.target : null;
  if (!box) return;
  const sought = box.value.trim().toLowerCase();
  for (const one of all('label', box.closest('details') ?? undefined)) {
    one.hidden = !one.textContent?.toLowerCase().includes(sought) && !one.querySelector('input:checked');
  }
});

/* ---------- filters ---------- */
document.addEventListener('change', (event) => {
  const form = event.target instanceof Element ? /** @type {HTMLFormElement | null} */ (event.target.closest('form[data-filters]')) : null;
  if (form && !form.hasAttribute('hx-get')) form.requestSubmit();
});
/* An empty filter does not stand in the URL: the link stays short and says what it does. */
document.addEventListener('formdata', (event) => {
  const form = /** @type {HTMLElement} */ (event.target);
  if (!form.matches('form[data-filters], form.q-search')) return;
  for (const [name, value] of [...event.formData.entries()]) if (value === '') event.formData.delete(name);
});
document.addEventListener('htmx:configRequest', (event) => {
  const detail = /** @type {CustomEvent} */ (event).detail;
  if (!detail.elt.matches?.('form[data-filters]')) return;
  for (const name of Object.keys(detail.parameters)) if (detail.parameters[name] === '') delete detail.parameters[name];
});

/* ---------- a suggestion that was changed is no longer shown as one ---------- */
document.addEventListener('change', (event) => {
  const field = /** @type {HTMLInputElement | HTMLSelectElement} */ (event.target);
  const ask = field.closest('.q-suggest')?.closest('.q-ask');
  if (!ask) return;
  const words = field instanceof HTMLSelectElement ? field.selectedOptions[0]?.textContent : field.closest('label')?.querySelector('span')?.firstChild?.textContent;
  const shown = ask.querySelector('.q-ask__value > .q-grow');
  if (shown) shown.textContent = words ?? field.value;
  ask.classList.add('is-changed');
  const button = /** @type {HTMLElement | null | undefined} */ (field.form?.querySelector('button[data-plain]'));
  if (button) button.textContent = button.dataset.plain ?? '';
});

/* ---------- another suggestion with one press ---------- */
document.addEventListener('click', (event) => {
  const button = event.target instanceof Element ? /** @type {HTMLElement | null} */ (event.target.closest('[data-pick]')) : null;
  const select = button?.closest('.q-ask')?.querySelector('select');
  if (!button || !select) return;
  select.value = button.dataset.pick ?? '';
  select.dispatchEvent(new Event('change', { bubbles: true }));
});

/* ---------- the story by kind ---------- */
document.addEventListener('click', (event) => {
  const button = event.target instanceof Element ? /** @type {HTMLButtonElement | null} */ (event.target.closest('[data-story-filter] button')) : null;
  if (!button) return;
  for (const one of all('button', /** @type {HTMLElement} */ (button.parentElement))) one.setAttribute('aria-pressed', String(one === button));
  for (const li of all('#story [data-kind]')) li.hidden = Boolean(button.value) && li.dataset.kind !== button.value;
});

/* ---------- a revealed number fades after a minute ---------- */
function fade() {
  const el = /** @type {HTMLElement | null} */ (document.querySelector('[data-fades]:not([data-fading])'));
  if (!el) return;
  el.dataset.fading = '1';
  const tag = /** @type {HTMLElement | null} */ (el.querySelector('[data-fade-words]'));
  const sentence = tag?.dataset.fadeWords ?? '{n}';
  const until = Date.now() + Number(el.dataset.fades) * 1000;
  const tick = setInterval(() => {
    const left = Math.ceil((until - Date.now()) / 1000);
    if (tag) tag.textContent = fill(sentence, { n: Math.max(left, 0) });
    if (left > 0) return;
    clearInterval(tick);
    void cover(el);
  }, 1000);
}

/** Cover at once; then show the masked value as the server knows it. @param {HTMLElement} el */
async function cover(el) {
  const url = el.dataset.url ?? '';
  el.replaceChildren('•••');
  const answer = await fetch(url, { headers: { 'HX-Request': 'true' } }).catch(() => null);
  if (!answer?.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
  const masked = page.getElementById(el.id);
  if (!masked) return;
  el.replaceWith(masked);
  // @ts-ignore htmx is a classic script
  window.htmx?.process(masked);
}
window.addEventListener('pagehide', () => { for (const el of all('[data-fades]')) el.replaceChildren(); });
document.addEventListener('htmx:afterSwap', () => { cursor = -1; fade(); });
fade();

/* ---------- stages: the one of now in view on a phone ---------- */
const stage = document.querySelector('.q-stages .is-now');
if (stage instanceof HTMLElement && stage.parentElement) stage.parentElement.scrollLeft = Math.max(0, stage.offsetLeft - stage.parentElement.clientWidth / 2);
