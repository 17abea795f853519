// @ts-check
/* The report: three steps one after the other, photos with a look at them, a pin. Without this file
   the same form stands on one page and is sent as it is. */
import { all, fill } from './page.js';
import { choose } from './place.js';

const form = /** @type {HTMLFormElement} */ (document.querySelector('[data-report]'));
const words = /** @type {HTMLElement} */ (document.querySelector('[data-words]')).dataset;
const steps = all('[data-step]', form);
const marks = all('[data-steps] > li', form);
const button = (/** @type {string} */ name) => /** @type {HTMLButtonElement} */ (document.querySelector(`[data-${name}]`));
const [prev, next, send] = [button('prev'), button('next'), button('send')];
const KEPT = 'q-report';
let now = 0;
/** @type {ReturnType<typeof choose> | null} */
let pin = null;

/* ---------- steps ---------- */
const titles = marks.map((li) => (li.textContent ?? '').trim().slice(1).trim());

/** @param {number} to @param {boolean} [move] */
function show(to, move = true) {
  now = to;
  steps.forEach((step, i) => { step.hidden = i !== now; });
  marks.forEach((li, i) => {
    li.className = i < now ? 'is-done' : i === now ? 'is-now' : '';
    li.toggleAttribute('aria-current', false);
    if (i === now) li.setAttribute('aria-current', 'step');
    const tick = document.createElement('i');
    tick.className = 'ti ti-check';
    tick.ariaHidden = 'true';
    li.replaceChildren(...(i < now ? [tick, titles[i]] : [`${i + 1} ${titles[i]}`]));
  });
  prev.hidden = now === 0;
  next.hidden = now === steps.length - 1;
  send.hidden = now !== steps.length - 1;
  next.textContent = (now === 0 ? next.dataset.toPlace : next.dataset.toWords) ?? '';
  for (const wrap of all('main.qy-wrap, [data-bar]')) wrap.classList.toggle('qy-wrap-task', steps[now].dataset.step !== 'place');
  if (steps[now].dataset.step === 'place') pin = pin ?? startMap();
  if (!move) return;
  window.scrollTo(0, 0);
  const title = /** @type {HTMLElement | null} */ (steps[now].querySelector('h2'));
  if (title) { title.tabIndex = -1; title.focus({ preventScroll: true }); }
}

function startMap() {
  const el = /** @type {HTMLElement | null} */ (form.querySelector('[data-map="pin"]'));
  try {
    return el && 'maplibregl' in window ? choose(el) : null;
  } catch {
    return null; // no WebGL: the address alone does
  }
}

/* ---------- what must be there ---------- */
/** @param {HTMLElement} field @param {string} sentence */
function wrong(field, sentence) {
  const id = `${field.id}-js`;
  document.getElementById(id)?.remove();
  const p = document.createElement('p');
  p.className = 'invalid-feedback';
  p.id = id;
  p.role = 'alert';
  const icon = document.createElement('i');
  icon.className = 'ti ti-alert-triangle';
  icon.ariaHidden = 'true';
  p.append(icon, sentence);
  field.before(p);
  field.classList.add('is-invalid');
  field.setAttribute('aria-invalid', 'true');
  field.focus();
  field.addEventListener('input', () => { p.remove(); field.classList.remove('is-invalid'); field.removeAttribute('aria-invalid'); }, { once: true });
}
const input = (/** @type {string} */ name) => /** @type {HTMLInputElement} */ (form.elements.namedItem(name));
const placed = () => Boolean(input('address').value.trim() || input('lon').value);

next.addEventListener('click', () => {
  if (steps[now].dataset.step === 'place' && !placed()) return wrong(input('address'), words.needPlace ?? '');
  show(now + 1);
});
prev.addEventListener('click', () => show(now - 1));
document.addEventListener('q:back', (event) => { if (now > 0) { event.preventDefault(); show(now - 1); } });
form.addEventListener('submit', (event) => {
  if (!placed()) { event.preventDefault(); show(1); return wrong(input('address'), words.needPlace ?? ''); }
  if (!input('text').value.trim()) { event.preventDefault(); show(2); wrong(input('text'), words.needText ?? ''); }
});
form.addEventListener('keydown', (event) => {
  if (event.key === 'Enter' && event.target instanceof HTMLInputElement && now < steps.length - 1) { event.preventDefault(); next.click(); }
});

/* ---------- photos ---------- */
const files = /** @type {HTMLInputElement} */ (form.querySelector('#photos'));
const tray = /** @type {HTMLElement} */ (form.querySelector('[data-photos]'));
const shot = /** @type {HTMLElement} */ (tray.querySelector('[data-shot]'));
const count = /** @type {HTMLElement} */ (form.querySelector('[data-photo-count]'));
const most = Number(form.dataset.maxPhotos);
const bytes = Number(form.dataset.maxBytes) || Infinity;
const figure = /** @type {HTMLTemplateElement} */ (document.getElementById('photo-template'));
/** @type {File[]} */
let chosen = [];

function take() {
  const fresh = [...(files.files ?? [])];
  const small = fresh.filter((file) => file.size <= bytes);
  const fits = small.slice(0, most - chosen.length);
  chosen = [...chosen, ...fits];
  const said = small.length < fresh.length ? words.tooLarge : fits.length < small.length ? words.tooMany : words.chosen;
  draw(said ?? '');
}
files.addEventListener('change', take);

/** @param {string} sentence */
function draw(sentence) {
  const data = new DataTransfer();
  for (const file of chosen) data.items.add(file);
  files.files = data.files;
  for (const old of all('figure', tray)) old.remove();
  chosen.forEach((file, i) => {
    const copy = /** @type {HTMLElement} */ (/** @type {Element} */ (figure.content.firstElementChild).cloneNode(true));
    const image = /** @type {HTMLImageElement} */ (copy.querySelector('img'));
    image.src = URL.createObjectURL(file);
    image.addEventListener('load', () => URL.revokeObjectURL(image.src), { once: true });
    copy.querySelector('button')?.addEventListener('click', () => { chosen.splice(i, 1); draw(words.chosen ?? ''); shot.focus(); });
    shot.before(copy);
  });
  shot.classList.toggle('qy-shot-s', chosen.length > 0);
  shot.hidden = chosen.length >= most;
  const label = shot.querySelector('span');
  if (label && chosen.length) label.textContent = words.more ?? '';
  count.textContent = fill(sentence, { n: chosen.length, most });
}

/* ---------- where I am ---------- */
const locate = /** @type {HTMLButtonElement} */ (form.querySelector('[data-locate]'));
const says = /** @type {HTMLElement} */ (form.querySelector('[data-locate-says]'));
locate.hidden = !('geolocation' in navigator) || !window.isSecureContext;
locate.addEventListener('click', () => {
  says.textContent = says.dataset.searching ?? '';
  navigator.geolocation.getCurrentPosition(
    ({ coords }) => { pin?.go(coords.longitude, coords.latitude); says.textContent = says.dataset.found ?? ''; },
    () => { says.textContent = says.dataset.denied ?? ''; },
    { enableHighAccuracy: true, timeout: 10000, maximumAge: 30000 },
  );
});

/* ---------- keep what was typed, in this tab only, until it is sent ---------- */
const KEEP = ['address', 'text', 'lon', 'lat', 'located'];
try {
  const kept = JSON.parse(sessionStorage.getItem(KEPT) ?? '{}');
  for (const name of KEEP) if (kept[name] && !input(name).value) input(name).value = kept[name];
} catch { /* nothing kept */ }
const keep = () => sessionStorage.setItem(KEPT, JSON.stringify(Object.fromEntries(KEEP.map((name) => [name, input(name).value]))));
form.addEventListener('input', keep);
form.addEventListener('q:placed', keep);
form.addEventListener('q:placed', () => {
  document.getElementById('address-js')?.remove();
  input('address').classList.remove('is-invalid');
  input('address').removeAttribute('aria-invalid');
});

/* ---------- what is reported near by already ---------- */
const near = /** @type {HTMLElement} */ (form.querySelector('[data-near]'));
const asked = /** @type {HTMLElement} */ (form.querySelector('[data-near-ask]'));
const PAUSE = 900;
const SHORTEST = 3;
let waiting = 0;
let last = '';

async function look() {
  const body = new FormData();
  for (const name of ['csrfmiddlewaretoken', 'text', 'address', 'lon', 'lat']) body.set(name, input(name).value);
  const kind = /** @type {HTMLInputElement | null} */ (form.querySelector('[name=class_code]:checked'));
  body.set('class_code', kind?.value ?? '');
  const said = [...body.values()].join('\n');
  if (input('text').value.trim().length < SHORTEST || !placed() || said === last) return;
  last = said;
  try {
    const found = await fetch(near.dataset.url ?? '', { method: 'POST', body, headers: { 'X-Requested-With': 'fetch' } });
    if (last === said && found.ok) near.innerHTML = found.status === 204 ? '' : await found.text();
  } catch { /* a help and no more */ }
}
const soon = () => { clearTimeout(waiting); waiting = window.setTimeout(look, PAUSE); };
asked.remove(); // Enter must send the report, not look around
input('text').addEventListener('input', soon);
form.addEventListener('change', (event) => { if (event.target instanceof HTMLInputElement && event.target.name === 'class_code') soon(); });
next.addEventListener('click', soon);

form.classList.add('is-stepped');
const faulty = steps.findIndex((step) => step.querySelector('.invalid-feedback'));
show(Math.max(faulty, 0), false);
if (files.files?.length) take(); // chosen before this file had come
