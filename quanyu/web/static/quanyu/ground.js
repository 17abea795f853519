// @ts-check
/* The ground of every map: our own layers only, coloured by the tokens, so dark works by itself. */

// @ts-ignore the map library is a classic script
const gl = () => window.maplibregl;
const root = document.documentElement;
const FONT = '"PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif';
const [FIRST_ZOOM, LAST_ZOOM] = [8, 16]; // as quanyu/regions/rules/tiles.py has them
const told = /** @type {HTMLElement | null} */ (document.querySelector('[data-map-words]'))?.dataset ?? {};
/** @type {{tiles: string[], attribution: string, tileSize: number, maxzoom: number} | null} */
const base = told.base ? JSON.parse(told.base) : null;

/** The value of a token. @param {string} name */
export const token = (name) => getComputedStyle(root).getPropertyValue(`--q-${name}`).trim();

const english = root.lang.startsWith('en');
const named = english ? ['coalesce', ['get', 'name_en'], ['get', 'name']] : ['get', 'name'];
const main = ['any', ['==', ['get', 'is_main'], true], ['==', ['get', 'width'], 'main']];
const wide = (/** @type {number} */ k) => ['interpolate', ['exponential', 1.6], ['zoom'], 12, 1.2 * k, 14, ['case', main, 7 * k, 4 * k], 17, ['case', main, 30 * k, 18 * k]];
const text = (/** @type {any} */ layout) => ({ 'text-field': named, 'text-size': 12, 'text-font': ['Noto Sans Regular'], ...layout });

/** Names of one kind, from a zoom on and up to another. @param {string} kind @param {number} from @param {number} to @param {any} [more] */
const named_as = (kind, from, to, more = {}) => ({ id: `${kind}-name`, type: 'symbol', source: 'ground', 'source-layer': `${kind}_names`, minzoom: from, maxzoom: to, layout: text({ 'text-allow-overlap': false, 'text-max-width': 7, ...more }), paint: { 'text-color': token(kind === 'estate' ? 'map-label' : 'accent'), 'text-halo-color': token('map-parcel'), 'text-halo-width': 1.6 } });

/** @param {string} id @param {string} type @param {string} from @param {any} more */
const ours = (id, type, from, more) => ({ id, type, source: 'ground', 'source-layer': from, ...more });

/** The style: our tiles on the base map, if the operator has set one. @param {{grids?: boolean, names?: boolean, city?: boolean}} [want] */
export function style({ grids = true, names = true, city = false } = {}) {
  const round = { 'line-cap': 'round', 'line-join': 'round' };
  const ground = base
    ? [{ id: 'base', type: 'raster', source: 'base' }]
    : [
        ours('land', 'fill', 'communities', { paint: { 'fill-color': token('map-parcel') } }),
        ours('road-case', 'line', 'roads', { layout: round, paint: { 'line-color': token('map-road-case'), 'line-width': wide(1.16) } }),
        ours('road', 'line', 'roads', { layout: round, paint: { 'line-color': token('map-road'), 'line-width': wide(1) } }),
      ];
  const lines = [
    ours('estate-line', 'line', 'estates', { paint: { 'line-color': token('map-building-line'), 'line-width': 1.2, 'line-dasharray': [1, 2] } }),
    ours('grid-line', 'line', 'grids', { paint: { 'line-color': token('accent'), 'line-opacity': 0.55, 'line-width': 1, 'line-dasharray': [3, 2] } }),
    ours('community-line', 'line', 'communities', { paint: { 'line-color': token('accent'), 'line-opacity': 0.85, 'line-width': ['interpolate', ['linear'], ['zoom'], 10, 0.6, 13, 1.8] } }),
    ours('street-line', 'line', 'streets', { paint: { 'line-color': token('accent'), 'line-width': ['interpolate', ['linear'], ['zoom'], 8, 1, 13, 2.6] } }),
  ];
  const labels = [named_as('street', 10, 13, { 'text-size': 14 }), named_as('community', 12, 14.2), named_as('grid', 14.2, 24), ...(city ? [named_as('estate', 15.2, 24, { 'text-size': 11 })] : [])];
  const house = { 'fill-color': token('map-building'), 'fill-outline-color': token('map-building-line'), 'fill-opacity': base ? 0.6 : 1 };
  return {
    version: 8,
    sources: {
      ground: { type: 'vector', tiles: [`${location.origin}${told.tiles ?? ''}`], minzoom: FIRST_ZOOM, maxzoom: LAST_ZOOM },
      ...(base ? { base: { type: 'raster', ...base } } : {}),
    },
    layers: [
      { id: 'background', type: 'background', paint: { 'background-color': token('map-land') } },
      ...ground,
      ours('buildings', 'fill', 'buildings', { paint: house }),
      ours('building-points', 'circle', 'building_points', { paint: { 'circle-radius': 4, 'circle-color': token('map-building'), 'circle-stroke-width': 1, 'circle-stroke-color': token('map-building-line') } }),
      ...(grids ? lines : []),
      ...(base ? [] : [ours('road-name', 'symbol', 'roads', { minzoom: 13.5, layout: text({ 'symbol-placement': 'line', 'symbol-spacing': 420, 'text-letter-spacing': english ? 0.02 : 0.12, 'text-max-angle': 40 }), paint: { 'text-color': token('map-label'), 'text-halo-color': token('map-road'), 'text-halo-width': 1.6 } })]),
      ...(grids && names ? labels : []),
    ],
  };
}

/** What the map library says to a person, in the page's language. */
const said = () => {
  const known = {
    'Map.Title': told.map,
    'Marker.Title': told.marker,
    'NavigationControl.ZoomIn': told.zoomIn,
    'NavigationControl.ZoomOut': told.zoomOut,
    'AttributionControl.ToggleAttribution': told.credits,
    'Popup.Close': told.popup,
    'ScaleControl.Meters': told.metres,
    'ScaleControl.Kilometers': told.kilometres,
  };
  return Object.fromEntries(Object.entries(known).filter(([, word]) => word));
};

/** @param {HTMLElement} el @param {any} options */
export function open(el, { controls = true, ...options }) {
  const holder = /** @type {HTMLElement | null} */ (el.closest('[data-map-holder]'));
  if (holder) holder.hidden = false;
  const map = new (gl().Map)({
    container: el, attributionControl: false, dragRotate: false, pitchWithRotate: false, fadeDuration: 0, localIdeographFontFamily: FONT, cooperativeGestures: false, locale: said(), ...options,
  });
  map.touchZoomRotate?.disableRotation();
  map.addControl(new (gl().AttributionControl)({ compact: false, customAttribution: el.dataset.sample ?? '' }), 'bottom-left');
  if (controls) map.addControl(new (gl().NavigationControl)({ showCompass: false }), 'bottom-right');
  warn(el);
  map.once('idle', () => { el.dataset.ready = '1'; });
  return map;
}

/** Say on the map that the base map lies apart from what we draw. @param {HTMLElement} el */
function warn(el) {
  if (!base || !told.baseShift) return;
  const note = document.createElement('p');
  note.className = 'q-map__shift';
  note.setAttribute('role', 'note');
  note.textContent = told.baseShift;
  el.append(note);
}

/** Show on the map which card the pointer or the keys are on, also of a list that changes. @param {any} map */
export function follow(map) {
  /** @type {any} */
  let here = null;
  const off = () => { here?.remove(); here = null; };
  const on = (/** @type {Event} */ event) => {
    const card = /** @type {HTMLElement | null} */ (event.target instanceof Element ? event.target.closest('.q-card[data-lon]') : null);
    off();
    if (!card?.dataset.lon) return;
    const ring = document.createElement('div');
    ring.className = 'q-here';
    here = new (gl().Marker)({ element: ring }).setLngLat([Number(card.dataset.lon), Number(card.dataset.lat)]).addTo(map);
  };
  document.addEventListener('mouseover', on);
  document.addEventListener('focusin', on);
}

/* ---------- marks: shape and sign as well as colour, so the map reads without colour ---------- */

/** @type {Record<string, {bg: string, sign: string, shape: string, ink?: string, line?: string}>} */
export const SIGNS = {
  late: { bg: 'late-solid', sign: '!', shape: 'diamond' },
  soon: { bg: 'soon-solid', sign: 'clock', shape: 'round', ink: 'map-halo' },
  wait: { bg: 'surface', sign: 'arrow', shape: 'square', ink: 'ink-2', line: 'ink-3' },
  move: { bg: 'accent-solid', sign: 'dot', shape: 'round' },
  check: { bg: 'surface', sign: 'tick', shape: 'round', ink: 'accent', line: 'accent' },
  hold: { bg: 'surface', sign: 'pause', shape: 'round', ink: 'ink-3', line: 'ink-3' },
};

const WAITS = ['reported', 'verifying', 'verified', 'accepted', 'filed', 'returned'];
const CHECKS = ['handled', 'checking'];
const MOVES = ['dispatched', 'handling'];

/** The mark of a state under a level. @param {string} state @param {string} level */
export function mark(state, level) {
  if (level in SIGNS) return level;
  if (WAITS.includes(state)) return 'wait';
  if (CHECKS.includes(state)) return 'check';
  return MOVES.includes(state) ? 'move' : 'hold';
}

/** @type {Record<string, (g: CanvasRenderingContext2D, m: number) => void>} */
const DRAWN = {
  '!': (g, m) => { g.moveTo(m, m - 4.5); g.lineTo(m, m + 0.8); g.stroke(); g.beginPath(); g.arc(m, m + 4, 1.2, 0, 7); g.fill(); },
  clock: (g, m) => { g.moveTo(m, m - 4.5); g.lineTo(m, m + 0.5); g.lineTo(m + 3.5, m + 2); g.stroke(); },
  dot: (g, m) => { g.arc(m, m, 2.6, 0, 7); g.fill(); },
  tick: (g, m) => { g.moveTo(m - 3.6, m + 0.2); g.lineTo(m - 1, m + 2.8); g.lineTo(m + 3.8, m - 2.8); g.stroke(); },
  arrow: (g, m) => { g.moveTo(m - 3.6, m); g.lineTo(m + 3.6, m); g.moveTo(m + 0.8, m - 3); g.lineTo(m + 3.8, m); g.lineTo(m + 0.8, m + 3); g.stroke(); },
  pause: (g, m) => { g.moveTo(m - 2.2, m - 3.4); g.lineTo(m - 2.2, m + 3.4); g.moveTo(m + 2.2, m - 3.4); g.lineTo(m + 2.2, m + 3.4); g.stroke(); },
};

/** @param {string} name @param {number} [px] @param {number} [ratio] */
export function sign(name, px = 22, ratio = 2) {
  const s = SIGNS[name] ?? SIGNS.hold;
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = px * ratio;
  const g = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
  g.scale(ratio, ratio);
  const m = px / 2;
  const r = m - 2;
  g.beginPath();
  if (s.shape === 'diamond') { g.moveTo(m, m - r - 1); g.lineTo(m + r + 1, m); g.lineTo(m, m + r + 1); g.lineTo(m - r - 1, m); g.closePath(); }
  else if (s.shape === 'square') g.roundRect(m - r + 1, m - r + 1, 2 * r - 2, 2 * r - 2, 3);
  else g.arc(m, m, r - 0.5, 0, 7);
  g.fillStyle = token(s.bg);
  g.fill();
  g.lineWidth = s.line ? 1.8 : 1.5;
  g.strokeStyle = token(s.line ?? 'surface');
  g.stroke();
  g.strokeStyle = g.fillStyle = token(s.ink ?? 'on-accent');
  g.lineWidth = 1.8;
  g.lineCap = g.lineJoin = 'round';
  g.beginPath();
  DRAWN[s.sign](g, m);
  return { image: g.getImageData(0, 0, canvas.width, canvas.height), url: canvas.toDataURL() };
}

/** An image of a sign. @param {string} name @param {number} px @param {string} [alt] */
export function picture(name, px, alt = '') {
  const image = new Image(px, px);
  image.src = sign(name, px, 3).url;
  image.alt = alt;
  return image;
}

/** Clusters: a plain disc with the count; a red or amber arc for the late and the soon inside. @param {any} map @param {string} id */
export function disc(map, id) {
  const [, total, late, soon] = id.split('-').map(Number);
  const px = total < 8 ? 32 : total < 20 ? 38 : total < 1000 ? 46 : total < 100000 ? 60 : 74;
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = px * 2;
  const g = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
  g.scale(2, 2);
  const m = px / 2;
  g.beginPath(); g.arc(m, m, m - 1.5, 0, 7); g.fillStyle = token('surface'); g.fill();
  g.lineWidth = 3; g.beginPath(); g.arc(m, m, m - 3, 0, 7); g.strokeStyle = token('accent'); g.stroke();
  let from = -Math.PI / 2;
  for (const [count, colour] of /** @type {[number, string][]} */ ([[late, 'late-solid'], [soon, 'soon-solid']])) {
    if (!count) continue;
    const to = from + Math.max(count / total, 0.09) * 2 * Math.PI;
    g.beginPath(); g.lineWidth = 5; g.arc(m, m, m - 3, from, to); g.strokeStyle = token(colour); g.stroke();
    from = to;
  }
  g.fillStyle = token('ink');
  g.font = `600 ${px > 40 ? 15 : 13}px ${FONT}`;
  g.textAlign = 'center';
  g.textBaseline = 'middle';
  g.fillText(String(total), m, m + 0.5);
  if (!map.hasImage(id)) map.addImage(id, g.getImageData(0, 0, canvas.width, canvas.height), { pixelRatio: 2 });
}

for (const el of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll('[data-sign]'))) {
  if (el.dataset.sign && el.dataset.sign in SIGNS) el.replaceChildren(picture(el.dataset.sign, 18));
  else el.remove();
}
