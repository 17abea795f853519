// @ts-check
/* One place on a map: shown (spot, matter) or chosen (pin). The address beside it always suffices. */
import { open, picture, mark, style } from './ground.js';
import { all } from './page.js';

// @ts-ignore the map library is a classic script
const gl = () => window.maplibregl;
const STEP = 0.00003;
const PIN = '<svg viewBox="0 0 44 54" aria-hidden="true"><path d="M22 2C11 2 3 10 3 21c0 13 19 31 19 31s19-18 19-31C41 10 33 2 22 2Z"/><circle cx="22" cy="21" r="7"/></svg>';

/** @param {HTMLElement} el @returns {[number, number]} */
const at = (el) => [Number(el.dataset.lon), Number(el.dataset.lat)];

/** @param {string} label */
function pin(label) {
  const el = document.createElement('div');
  el.className = 'qy-pin';
  el.innerHTML = PIN;
  if (label) {
    el.tabIndex = 0;
    el.setAttribute('role', 'button');
    el.setAttribute('aria-label', label);
  }
  return el;
}

/** @param {HTMLElement} el */
function spot(el) {
  const map = open(el, { style: style({ grids: false }), center: at(el), zoom: Number(el.dataset.zoom), interactive: false, controls: false });
  new (gl().Marker)({ element: pin(''), anchor: 'bottom' }).setLngLat(at(el)).addTo(map);
}

/** The matter, and what lies near it. @param {HTMLElement} el */
function matter(el) {
  const near = all('[data-near]', el);
  const map = open(el, { style: style({ names: false }), center: at(el), zoom: 16.6, controls: false });
  map.addControl(new (gl().ScaleControl)({ maxWidth: 80 }), 'bottom-right');
  const put = (/** @type {Node} */ node, /** @type {[number, number]} */ where, /** @type {any} */ more = {}) => {
    const holder = document.createElement('div');
    holder.append(node);
    new (gl().Marker)({ element: holder, ...more }).setLngLat(where).addTo(map);
  };
  for (const one of near) {
    put(picture('move', 20, one.textContent ?? ''), at(one));
    const tag = document.createElement('span');
    tag.className = 'q-tag';
    tag.textContent = one.dataset.metres ?? '';
    put(tag, at(one), { offset: [0, -18] });
  }
  put(picture(mark(el.dataset.state ?? '', el.dataset.level ?? ''), 28, el.dataset.title ?? ''), at(el));
}

/** A pin that is dragged, moved by arrow keys, or put where one clicks. @param {HTMLElement} el */
export function choose(el) {
  const form = /** @type {HTMLFormElement} */ (el.closest('form'));
  const field = (/** @type {string} */ name) => /** @type {HTMLInputElement | null} */ (form.querySelector(`[name="${name}"]`));
  const [lon, lat, located] = [field('lon'), field('lat'), field('located')];
  const says = form.querySelector('[data-locate-says]');
  const given = Boolean(lon?.value && lat?.value);
  const start = given ? [Number(lon?.value), Number(lat?.value)] : at(el);
  const map = open(el, { style: style({ grids: false }), center: start, zoom: Number(el.dataset.zoom) });
  const element = pin(el.dataset.pin ?? '');
  const marker = new (gl().Marker)({ element, anchor: 'bottom', draggable: true }).setLngLat(start).addTo(map);
  const keep = (/** @type {string} */ how) => {
    const where = marker.getLngLat();
    if (lon) lon.value = where.lng.toFixed(6);
    if (lat) lat.value = where.lat.toFixed(6);
    if (located) located.value = how;
    const words = /** @type {HTMLElement | null} */ (says)?.dataset.moved;
    if (says && words && how !== 'device') says.textContent = words;
    form.dispatchEvent(new CustomEvent('q:placed'));
  };
  marker.on('dragend', () => keep('drag'));
  map.on('click', (/** @type {any} */ event) => { marker.setLngLat(event.lngLat); keep('drag'); });
  element.addEventListener('keydown', (event) => {
    const by = { ArrowUp: [0, STEP], ArrowDown: [0, -STEP], ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0] }[event.key];
    if (!by) return;
    event.preventDefault();
    event.stopPropagation();
    const where = marker.getLngLat();
    marker.setLngLat([where.lng + by[0], where.lat + by[1]]);
    keep('drag');
  });
  return {
    resize: () => map.resize(),
    go: (/** @type {number} */ x, /** @type {number} */ y) => { marker.setLngLat([x, y]); map.jumpTo({ center: [x, y], zoom: 17 }); keep('device'); },
  };
}

/** Without WebGL there is no map: the words beside it say the same. @param {string} kind @param {(el: HTMLElement) => unknown} draw */
function drawn(kind, draw) {
  for (const el of all(`[data-map="${kind}"]`)) {
    try {
      draw(el);
    } catch {
      (el.closest('[data-map-holder]') ?? el).toggleAttribute('hidden', true);
    }
  }
}

drawn('spot', spot);
drawn('matter', matter);
if (!document.querySelector('[data-report]')) drawn('pin', choose);
