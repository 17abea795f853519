// @ts-check
/* The city map: what is clicked on is said in words, and the list beside it is of what is in view. */
import { follow, open, style, token } from './ground.js';

// @ts-ignore the map library is a classic script
const gl = window.maplibregl;
const el = /** @type {HTMLElement | null} */ (document.querySelector('[data-map="city"]'));
const list = /** @type {HTMLElement | null} */ (document.querySelector('[data-in-view]'));
const LAYERS = ['buildings', 'building_points', 'grids', 'communities', 'streets'];
const NEAR = 15.5;
const GRIDS = 13;

/** A fragment of a page, or nothing. @param {string} path @param {Record<string, string>} asked */
async function fragment(path, asked) {
  const answer = await fetch(`${path}?${new URLSearchParams(asked)}`, { headers: { 'HX-Request': 'true' } }).catch(() => null);
  return answer?.ok ? answer.text() : '';
}

/** Where the map stands goes into the address, so that a link reproduces it. @param {any} map */
function keep(map) {
  const { lng, lat } = map.getCenter();
  const address = new URL(location.href);
  address.searchParams.set('at', [map.getZoom().toFixed(2), lat.toFixed(5), lng.toFixed(5)].join('/'));
  history.replaceState(null, '', address);
}

/** @param {any} map @param {HTMLElement} host */
async function refresh(map, host) {
  const bbox = map.getBounds().toArray().flat().map((/** @type {number} */ n) => n.toFixed(5)).join(',');
  const said = await fragment(host.dataset.list ?? '', { bbox, zoom: map.getZoom().toFixed(2) });
  if (said && list) list.innerHTML = said;
}

/** The nearest thing under the pointer that this zoom is about. @param {any} map @param {any} point */
function under(map, point) {
  const zoom = map.getZoom();
  const sought = LAYERS.slice(zoom >= NEAR ? 0 : zoom >= GRIDS ? 2 : 3);
  for (const layer of sought) {
    const [found] = map.queryRenderedFeatures(point, { layers: [`hit-${layer}`] });
    if (found) return found;
  }
  return null;
}

/** @param {any} map @param {HTMLElement} host @param {any} event */
async function tell(map, host, event) {
  const found = under(map, event.point);
  if (!found) return;
  const said = await fragment(host.dataset.one ?? '', { key: found.properties.path ?? found.properties.id });
  if (!said) return;
  const body = document.createElement('div');
  body.innerHTML = said;
  new gl.Popup({ className: 'q-popup', closeButton: true, offset: 8, maxWidth: '280px' }).setLngLat(event.lngLat).setDOMContent(body).addTo(map);
}

/** Shapes that are drawn as lines alone are hit all over. @param {any} map */
function hits(map) {
  for (const layer of [...LAYERS].reverse()) {
    const type = layer === 'building_points' ? 'circle' : 'fill';
    map.addLayer({ id: `hit-${layer}`, type, source: 'ground', 'source-layer': layer, paint: { [`${type}-opacity`]: 0 } });
  }
}

/** The place that the page is about, drawn stronger. @param {any} map @param {string} path */
function stress(map, path) {
  for (const layer of ['streets', 'communities', 'grids']) {
    map.addLayer({ id: `here-${layer}`, type: 'line', source: 'ground', 'source-layer': layer, filter: ['==', ['get', 'path'], path], paint: { 'line-color': token('ink'), 'line-width': 2.6 } });
  }
}

/** @returns {any} */
function asked() {
  const [zoom, lat, lon] = (new URLSearchParams(location.search).get('at') ?? '').split('/').map(Number);
  return lon ? { center: [lon, lat], zoom } : null;
}

/** @param {HTMLElement} host */
function start(host) {
  const [w, s, e, n] = (host.dataset.bounds ?? '').split(',').map(Number);
  const opens = asked() ?? { bounds: [[w, s], [e, n]], fitBoundsOptions: { padding: 32, maxZoom: 17 } };
  const map = open(host, { style: style({ city: true }), minZoom: 7, maxZoom: 19, ...opens });
  map.addControl(new gl.ScaleControl({ maxWidth: 96 }), 'bottom-right');
  map.on('load', () => { hits(map); stress(map, host.dataset.place ?? ''); });
  map.on('moveend', () => { keep(map); if (!('found' in host.dataset)) void refresh(map, host); });
  map.once('idle', () => { if (!('found' in host.dataset)) void refresh(map, host); });
  map.on('click', (/** @type {any} */ event) => void tell(map, host, event));
  follow(map);
}

try {
  if (el && gl) start(el);
} catch {
  el?.style.setProperty('background', token('map-land')); // no WebGL: the list says the same
}
