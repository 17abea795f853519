// @ts-check
/* The planning desk: today and the plan side by side, sliders that say their grade, borders by hand. */
import { open, style, token } from './ground.js';
import { all } from './page.js';

const data = JSON.parse(document.getElementById('plan-shapes')?.textContent ?? 'null');
/** @type {Record<string, any>} */
const maps = {};
/** @type {Record<string, string>} */
const painted = {};

/** The box of everything drawn. @returns {[number, number, number, number]} */
function bounds() {
  /** @type {[number, number, number, number]} */
  const box = [180, 90, -180, -90];
  const take = (/** @type {any} */ part) => {
    if (typeof part[0] !== 'number') return part.forEach(take);
    box[0] = Math.min(box[0], part[0]);
    box[1] = Math.min(box[1], part[1]);
    box[2] = Math.max(box[2], part[0]);
    box[3] = Math.max(box[3], part[1]);
  };
  for (const feature of data.cells.features) take(feature.geometry.coordinates);
  return box;
}

/** The cells of one side, those painted by hand told apart. @param {string} side */
function cells(side) {
  const features = data.cells.features.map((/** @type {any} */ f) => ({ ...f, properties: { ...f.properties, painted: side === 'proposal' && f.properties.key in painted } }));
  return { type: 'FeatureCollection', features };
}

/** @param {any} map @param {string} side */
function draw(map, side) {
  const firstName = map.getStyle().layers.find((/** @type {any} */ l) => l.id === 'road-name')?.id;
  map.addSource('plan', { type: 'geojson', data: data[side] });
  map.addSource('cells', { type: 'geojson', data: cells(side) });
  map.addLayer({ id: 'plan-bad', type: 'fill', source: 'plan', filter: ['!', ['get', 'fits']], paint: { 'fill-color': token('soon-soft'), 'fill-opacity': 0.7 } }, firstName);
  map.addLayer({ id: 'plan-moved', type: 'fill', source: 'cells', filter: ['get', 'moved'], paint: { 'fill-color': token('accent-line'), 'fill-opacity': side === 'today' ? 0.25 : 0.55 } }, firstName);
  map.addLayer({ id: 'plan-painted', type: 'fill', source: 'cells', filter: ['any', ['get', 'painted'], ['all', ['get', 'locked'], ['literal', side === 'proposal']]], paint: { 'fill-color': token('done-line'), 'fill-opacity': 0.6 } }, firstName);
  map.addLayer({ id: 'plan-cell', type: 'line', source: 'cells', paint: { 'line-color': token('line-strong'), 'line-width': 0.6 } }, firstName);
  map.addLayer({ id: 'plan-line', type: 'line', source: 'plan', layout: { 'line-join': 'round' }, paint: { 'line-color': token('ink-2'), 'line-width': 2 } });
  map.addLayer({ id: 'plan-name', type: 'symbol', source: 'plan', layout: { 'text-field': ['get', 'label'], 'text-size': 12, 'text-font': ['Noto Sans Regular'], 'text-allow-overlap': true }, paint: { 'text-color': ['case', ['get', 'fits'], token('ink'), token('soon')], 'text-halo-color': token('map-parcel'), 'text-halo-width': 1.6 } });
}

/** Two maps, one view. */
function together() {
  const [one, other] = [maps.today, maps.proposal];
  let busy = false;
  const follow = (/** @type {any} */ from, /** @type {any} */ to) => from.on('move', () => {
    if (busy) return;
    busy = true;
    to.jumpTo({ center: from.getCenter(), zoom: from.getZoom() });
    busy = false;
  });
  follow(one, other);
  follow(other, one);
}

/** Choose buildings on the map for the grid chosen beside it. @param {HTMLFormElement} form */
function paintable(form) {
  const brush = /** @type {HTMLSelectElement} */ (form.querySelector('select'));
  const locks = /** @type {HTMLInputElement} */ (form.elements.namedItem('locks'));
  const said = /** @type {HTMLElement} */ (form.querySelector('[data-painted]'));
  const button = /** @type {HTMLButtonElement} */ (form.querySelector('button'));
  maps.proposal.on('click', (/** @type {any} */ event) => {
    const [hit] = maps.proposal.queryRenderedFeatures(event.point, { layers: ['plan-hit'] });
    if (!hit || !brush.value) return;
    painted[hit.properties.key] = brush.value;
    const count = Object.keys(painted).length;
    locks.value = JSON.stringify(painted);
    said.textContent = (said.dataset.painted ?? '{n}').replace('{n}', String(count));
    button.disabled = false;
    maps.proposal.getSource('cells').setData(cells('proposal'));
  });
}

/** Today beside the plan, and borders by hand on the right one. */
function show() {
  for (const el of all('[data-plan-map]')) {
    const side = el.dataset.planMap ?? 'today';
    const map = open(el, { style: style({ grids: false }), bounds: bounds(), fitBoundsOptions: { padding: 24 } });
    maps[side] = map;
    map.on('load', () => {
      draw(map, side);
      map.addLayer({ id: 'plan-hit', type: 'fill', source: 'cells', paint: { 'fill-opacity': 0 } });
    });
  }
  if (maps.today && maps.proposal) together();
  const form = /** @type {HTMLFormElement | null} */ (document.querySelector('[data-plan-paint]'));
  if (form) paintable(form);
}

try {
  if (data) show();
} catch {
  for (const el of all('[data-plan-map]')) el.style.setProperty('background', token('map-land')); // no WebGL: the tables say the same
}

for (const input of all('[data-plan-wishes] input[type="range"]')) {
  const range = /** @type {HTMLInputElement} */ (input);
  const said = document.querySelector(`output[for="${range.id}"]`);
  range.addEventListener('input', () => {
    const words = range.dataset.words?.split('|');
    if (said) said.textContent = words ? words[Number(range.value)] : (range.dataset.unit ?? '{n}').replace('{n}', range.value);
  });
}
