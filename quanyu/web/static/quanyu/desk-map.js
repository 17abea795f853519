// @ts-check
/* The desk map: the same query as the list beside it, in marks and clusters. */
import { SIGNS, disc, follow, mark, open, sign, style, token } from './ground.js';

// @ts-ignore the map library is a classic script
const gl = window.maplibregl;
const el = /** @type {HTMLElement | null} */ (document.querySelector('[data-map="desk"]'));
const wide = window.innerWidth > 767;

/** @param {any} data */
function marked(data) {
  const features = (data.features ?? []).map((/** @type {any} */ f) => {
    if (f.properties.count) return { ...f, properties: { count: f.properties.count, late: 0, soon: 0 } };
    const shown = mark(f.properties.state ?? '', f.properties.level ?? '');
    return { ...f, properties: { ...f.properties, count: 1, mark: shown, late: Number(shown === 'late'), soon: Number(shown === 'soon') } };
  });
  return { type: 'FeatureCollection', features };
}

/** @param {any} map */
function draw(map) {
  map.addSource('matters', { type: 'geojson', data: { type: 'FeatureCollection', features: [] }, cluster: true, clusterRadius: 44, clusterMaxZoom: 16, clusterProperties: { count: ['+', ['get', 'count']], late: ['+', ['get', 'late']], soon: ['+', ['get', 'soon']] } });
  map.addLayer({ id: 'one', type: 'symbol', source: 'matters', filter: ['has', 'number'], layout: { 'icon-image': ['get', 'mark'], 'icon-allow-overlap': true, 'symbol-sort-key': ['match', ['get', 'mark'], 'late', 9, 'soon', 8, 1] } });
  map.addLayer({ id: 'many', type: 'symbol', source: 'matters', filter: ['!', ['has', 'number']], layout: { 'icon-image': ['concat', 'disc-', ['get', 'count'], '-', ['get', 'late'], '-', ['get', 'soon']], 'icon-allow-overlap': true } });
}

/** Draw what an address gives; answer whether it stands for more than is drawn one by one. @param {any} map @param {string} url @param {boolean} [isWhole] */
async function load(map, url, isWhole = false) {
  const answer = await fetch(url, { headers: { Accept: 'application/json' } }).catch(() => null);
  if (!answer?.ok) return false;
  const data = await answer.json();
  map.getSource('matters').setData(marked(data));
  const told = document.querySelector('[data-told]');
  if (told && isWhole) told.textContent = data.told ?? '';
  return data.cut === true;
}

/** The same query for the part of the map that is seen. @param {any} map @param {string} url */
function within(map, url) {
  const box = map.getBounds().toArray().flat().map((/** @type {number} */ n) => n.toFixed(5)).join(',');
  return `${url}${url.includes('?') ? '&' : '?'}bbox=${box}`;
}

/** @param {any} map @param {any} feature */
function tell(map, feature) {
  const { title, url, due } = feature.properties;
  const body = document.createElement('div');
  const head = document.createElement('b');
  head.textContent = title;
  const when = document.createElement('p');
  when.textContent = due ?? '';
  const link = document.createElement('a');
  link.href = url;
  link.textContent = el?.dataset.openWords ?? '';
  link.className = 'btn btn-q btn-sm';
  body.append(head, when, link);
  new gl.Popup({ className: 'q-popup', closeButton: false, offset: 14, maxWidth: '280px' }).setLngLat(feature.geometry.coordinates).setDOMContent(body).addTo(map);
}

/** @param {HTMLElement} host */
function start(host) {
  const [w, s, e, n] = (host.dataset.bounds ?? '').split(',').map(Number);
  const padding = wide ? { left: 32, right: 56, top: 32, bottom: 64 } : { left: 12, right: 12, top: 16, bottom: 104 };
  const map = open(host, { style: style(), bounds: [[w, s], [e, n]], fitBoundsOptions: { padding, maxZoom: 16 } });
  map.addControl(new gl.ScaleControl({ maxWidth: 96 }), 'bottom-right');
  map.on('styleimagemissing', (/** @type {any} */ event) => { if (event.id.startsWith('disc-')) disc(map, event.id); });
  map.on('load', async () => {
    for (const name of Object.keys(SIGNS)) map.addImage(name, sign(name).image, { pixelRatio: 2 });
    draw(map);
    // More than one can look at: how many lie where, and the matters once little enough is seen.
    if (await load(map, host.dataset.url ?? '', true)) map.on('moveend', () => load(map, within(map, host.dataset.url ?? '')));
  });
  map.on('click', 'many', async (/** @type {any} */ event) => {
    const [feature] = event.features;
    const { cluster_id: cluster } = feature.properties;
    const zoom = cluster === undefined ? map.getZoom() + 2 : await map.getSource('matters').getClusterExpansionZoom(cluster);
    map.easeTo({ center: feature.geometry.coordinates, zoom });
  });
  map.on('click', 'one', (/** @type {any} */ event) => tell(map, event.features[0]));
  for (const id of ['one', 'many']) {
    map.on('mouseenter', id, () => { map.getCanvas().style.cursor = 'pointer'; });
    map.on('mouseleave', id, () => { map.getCanvas().style.cursor = ''; });
  }
  follow(map);
}

try {
  if (el && gl) start(el);
} catch {
  el?.style.setProperty('background', token('map-land')); // no WebGL: the list says the same
}
