// @ts-check
/* The findings of a check of the grids, each also in the list beside the map. */
import { open, style, token } from './ground.js';
import { all } from './page.js';

// @ts-ignore the map library is a classic script
const gl = window.maplibregl;
const el = /** @type {HTMLElement | null} */ (document.querySelector('[data-map="grids"]'));
const NOTHING = { type: 'FeatureCollection', features: [] };
const tone = () => ['case', ['get', 'warning'], token('soon-solid'), token('late-solid')];

/** @param {any} map */
function draw(map) {
  map.addSource('findings', { type: 'geojson', data: NOTHING });
  const areas = ['==', ['geometry-type'], 'Polygon'];
  map.addLayer({ id: 'finding-fill', type: 'fill', source: 'findings', filter: areas, paint: { 'fill-color': tone(), 'fill-opacity': 0.28 } });
  map.addLayer({ id: 'finding-line', type: 'line', source: 'findings', filter: areas, paint: { 'line-color': tone(), 'line-width': 2 } });
  map.addLayer({ id: 'finding-point', type: 'circle', source: 'findings', filter: ['==', ['geometry-type'], 'Point'], paint: { 'circle-color': tone(), 'circle-radius': 6, 'circle-stroke-color': token('surface'), 'circle-stroke-width': 2 } });
}

/** @param {any} map @param {any} feature @param {any} at */
function tell(map, feature, at) {
  const body = document.createElement('div');
  const head = document.createElement('b');
  head.textContent = feature.properties.title;
  const where = document.createElement('p');
  where.textContent = feature.properties.place;
  body.append(head, where);
  new gl.Popup({ className: 'q-popup', closeButton: false, offset: 10, maxWidth: '280px' }).setLngLat(at).setDOMContent(body).addTo(map);
}

/** @param {HTMLElement} host */
function start(host) {
  const [w, s, e, n] = (host.dataset.bounds ?? '').split(',').map(Number);
  const map = open(host, { style: style(), bounds: [[w, s], [e, n]], fitBoundsOptions: { padding: 32, maxZoom: 16 } });
  /** @type {Map<number, any>} */
  const features = new Map();
  map.on('load', async () => {
    draw(map);
    if (!host.dataset.url) return;
    const answer = await fetch(host.dataset.url, { headers: { Accept: 'application/json' } }).catch(() => null);
    if (!answer?.ok) return;
    const data = await answer.json();
    for (const feature of data.features) features.set(feature.properties.number, feature);
    map.getSource('findings').setData(data);
  });
  for (const layer of ['finding-fill', 'finding-point']) {
    map.on('click', layer, (/** @type {any} */ event) => tell(map, event.features[0], event.lngLat));
    map.on('mouseenter', layer, () => { map.getCanvas().style.cursor = 'pointer'; });
    map.on('mouseleave', layer, () => { map.getCanvas().style.cursor = ''; });
  }
  for (const card of all('[data-finding]')) {
    card.addEventListener('click', () => {
      if (!card.dataset.lon) return;
      const at = [Number(card.dataset.lon), Number(card.dataset.lat)];
      map.easeTo({ center: at, zoom: Math.max(map.getZoom(), 16) });
      const feature = features.get(Number(card.dataset.finding));
      if (feature) tell(map, feature, at);
      for (const other of all('[data-finding]')) other.removeAttribute('aria-current');
      card.setAttribute('aria-current', 'true');
    });
  }
}

try {
  if (el && gl) start(el);
} catch {
  el?.style.setProperty('background', token('map-land')); // no WebGL: the list says the same
}
