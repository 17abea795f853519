// @ts-check
/* The net by place: grids by how a branch covers them, bodies by where they stand; the list beside says the same. */
import { follow, open, style, token } from './ground.js';

// @ts-ignore the map library is a classic script
const gl = window.maplibregl;
const el = /** @type {HTMLElement | null} */ (document.querySelector('[data-map="net"]'));
const NOTHING = { type: 'FeatureCollection', features: [] };
const areas = ['==', ['geometry-type'], 'Polygon'];
const tone = () => ['match', ['get', 'covered'], 'own', token('done-solid'), 'joint', token('accent-solid'), token('soon-solid')];

/** @param {any} map */
function draw(map) {
  map.addSource('net', { type: 'geojson', data: NOTHING });
  map.addLayer({ id: 'net-fill', type: 'fill', source: 'net', filter: areas, paint: { 'fill-color': tone(), 'fill-opacity': ['case', ['get', 'mine'], 0.5, 0.2] } });
  map.addLayer({ id: 'net-line', type: 'line', source: 'net', filter: areas, paint: { 'line-color': tone(), 'line-width': ['case', ['get', 'mine'], 3, 1] } });
  const points = ['==', ['geometry-type'], 'Point'];
  map.addLayer({ id: 'net-spot', type: 'circle', source: 'net', filter: points, paint: { 'circle-color': token('surface'), 'circle-radius': 12, 'circle-stroke-color': token('accent'), 'circle-stroke-width': 2 } });
  map.addLayer({ id: 'net-count', type: 'symbol', source: 'net', filter: points, layout: { 'text-field': ['to-string', ['get', 'count']], 'text-size': 12, 'text-font': ['Noto Sans Regular'], 'text-allow-overlap': true }, paint: { 'text-color': token('ink') } });
}

/** @param {any} map @param {any} event */
function tell(map, event) {
  const [feature] = event.features;
  const body = document.createElement('div');
  const head = document.createElement('b');
  head.textContent = feature.properties.title;
  body.append(head);
  for (const line of String(feature.properties.detail).split('\n')) {
    const said = document.createElement('p');
    said.textContent = line;
    body.append(said);
  }
  new gl.Popup({ className: 'q-popup', closeButton: false, offset: 10, maxWidth: '280px' }).setLngLat(event.lngLat).setDOMContent(body).addTo(map);
}

/** @param {any} data */
function edges(data) {
  const box = new gl.LngLatBounds();
  const mine = data.features.filter((/** @type {any} */ one) => one.properties.mine);
  for (const one of mine) for (const point of one.geometry.coordinates.flat(one.geometry.type === 'Polygon' ? 1 : 2)) box.extend(point);
  return box;
}

/** @param {HTMLElement} host */
function start(host) {
  const [w, s, e, n] = (host.dataset.bounds ?? '').split(',').map(Number);
  const map = open(host, { style: style(), bounds: [[w, s], [e, n]], fitBoundsOptions: { padding: 32, maxZoom: 16 } });
  follow(map);
  map.on('load', async () => {
    draw(map);
    if (!host.dataset.url) return;
    const answer = await fetch(host.dataset.url, { headers: { Accept: 'application/json' } }).catch(() => null);
    if (!answer?.ok) return;
    const data = await answer.json();
    map.getSource('net').setData(data);
    const box = edges(data);
    if (!box.isEmpty()) map.fitBounds(box, { padding: 64, maxZoom: 16, animate: false });
  });
  for (const layer of ['net-spot', 'net-fill']) {
    map.on('click', layer, (/** @type {any} */ event) => { if (!event.defaultPrevented) { event.preventDefault(); tell(map, event); } });
    map.on('mouseenter', layer, () => { map.getCanvas().style.cursor = 'pointer'; });
    map.on('mouseleave', layer, () => { map.getCanvas().style.cursor = ''; });
  }
}

try {
  if (el && gl) start(el);
} catch {
  el?.style.setProperty('background', token('map-land')); // no WebGL: the list says the same
}
