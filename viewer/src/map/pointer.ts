import type { Map as MapLibre, MapGeoJSONFeature, MapMouseEvent, PointLike } from 'maplibre-gl';
import { chooseArea } from '../actions/areas';
import { round } from '../actions/report';
import { choosePile } from '../actions/tickets';
import { t } from '../i18n';
import { type Thing, config, layerFacts, measured, picked, picking, place, placeBy, receipt, reporting, snap } from '../state';
import { hoverLayer } from './overlay';
import { served } from './style';

/** A finger does not hover; what the browser makes of its tap would leave an outline behind. */
const hovers = matchMedia('(hover: hover)');
const touch_px = 8;

/** Hover names and outlines the area, a click opens what is there; while reporting it sets the place. */
export function followPointer(map: MapLibre, tip: HTMLElement): void {
  const hover = hoverer(map);
  map.on('mousemove', (event) => {
    if (!hovers.matches) return;
    if (map.isMoving()) {
      tip.hidden = true; // under a hand that drags lies the same place; asking what it is at each of its moves would only delay the map
      return;
    }
    const points = measured.peek() ? [] : pointsAt(map, event);
    const point = points[0] ?? null;
    const found = measured.peek() ? null : areaAt(map, event.point);
    hover(found);
    map.getCanvas().style.cursor = reporting.peek() || picking.peek() ? 'crosshair' : point || found ? 'pointer' : '';
    showTip(tip, event, point ?? found, points.length);
  });
  map.on('mouseout', () => {
    hover(null);
    tip.hidden = true;
  });
  map.on('click', (event) => {
    tip.hidden = true;
    const take = picking.peek();
    if (take) take({ lon: round(event.lngLat.lng), lat: round(event.lngLat.lat) });
    else if (reporting.peek() && !receipt.peek()) setPlace(event);
    else open(map, pointsAt(map, event), areaAt(map, event.point));
  });
}

function hoverer(map: MapLibre): (feature: MapGeoJSONFeature | null) => void {
  let last: string | number | undefined;
  const mark = (id: string | number, hovered: boolean) =>
    map.getSource('area') && map.setFeatureState({ source: 'area', sourceLayer: 'area', id }, { hover: hovered });
  return (feature) => {
    const next = feature?.id;
    if (next === last) return;
    if (last !== undefined) mark(last, false);
    if (next !== undefined) mark(next, true);
    if (map.getLayer(hoverLayer)) map.setPaintProperty(hoverLayer, 'line-opacity', next === undefined ? 0 : 1);
    last = next;
  };
}

function find(map: MapLibre, where: PointLike | [PointLike, PointLike], ids: string[], types: string[]) {
  const layers = ids.filter((id) => types.includes(map.getLayer(id)?.type ?? ''));
  return layers.length > 0 ? map.queryRenderedFeatures(where, { layers }) : [];
}

/** What lies on top within a finger's reach, tickets before things, and every other one at that place. */
function pointsAt(map: MapLibre, { point }: MapMouseEvent): MapGeoJSONFeature[] {
  const box: [PointLike, PointLike] = [
    [point.x - touch_px, point.y - touch_px],
    [point.x + touch_px, point.y + touch_px],
  ];
  const tickets = find(map, box, ['viewer-listed', ...(served.get('ticket') ?? [])], ['symbol']);
  const things = pagedLayers().flatMap((id) => find(map, box, served.get(id) ?? [], ['circle', 'symbol']));
  const top = tickets.find(({ properties }) => !properties['closed']) ?? tickets[0] ?? things[0];
  const same = tickets.filter((one) => one !== top && top && placeOf(one) === placeOf(top));
  return top ? [top, ...same] : [];
}

/** The layers whose things have a page, in the order of the legend. */
function pagedLayers(): string[] {
  const paged = Object.entries(layerFacts.peek()).filter(([, { page }]) => page);
  return paged.sort(([, a], [, b]) => (a.order ?? 99) - (b.order ?? 99)).map(([id]) => id);
}

/** To a decimetre: tiles hold places in whole units of their own. */
function placeOf({ geometry }: MapGeoJSONFeature): string {
  return geometry.type === 'Point' ? geometry.coordinates.map((degrees) => degrees.toFixed(6)).join() : '';
}

/** The area here that counts: special before base, then the lowest level that the tile names. */
export function areaAt(map: MapLibre, point: { x: number; y: number }): MapGeoJSONFeature | null {
  const ranks = config.value.levels.map(({ level }) => level);
  const rank = ({ properties }: MapGeoJSONFeature) =>
    ranks.indexOf(String(properties['level'])) + (properties['kind'] === 'special' ? 10 : 0);
  const named = find(map, [point.x, point.y], served.get('area') ?? [], ['fill']).filter(({ properties }) => properties['code']);
  return named.sort((a, b) => rank(b) - rank(a))[0] ?? null;
}

function open(map: MapLibre, points: MapGeoJSONFeature[], area: MapGeoJSONFeature | null): void {
  const feature = points[0] ?? area;
  if (!feature) return;
  const { source, properties } = feature;
  if (properties['count']) {
    openCluster(map, feature);
    return;
  }
  const numbers = points.map((one) => one.properties['number']).filter(Boolean);
  if (properties['number']) choosePile([...new Set(numbers.map(String))]);
  else if (layerFacts.peek()[source]?.page) picked.value = { what: 'thing', layer: source, code: String(properties['code']), thing: properties as Thing };
  else chooseArea(String(properties['code']), false);
  if (snap.peek() === 'peek') snap.value = 'half';
}

/** With the keyboard the middle of the map is what is pointed at: Enter opens the area there, or takes the place. */
export function followEnter(map: MapLibre): void {
  map.getCanvas().addEventListener('keydown', (event) => {
    if (event.key !== 'Enter') return;
    const take = picking.peek();
    if (take) {
      const { lng, lat } = map.getCenter();
      take({ lon: round(lng), lat: round(lat) });
      return;
    }
    const found = areaAt(map, map.project(map.getCenter()));
    if (!found?.properties['code']) return;
    chooseArea(String(found.properties['code']), false);
    if (snap.peek() === 'peek') snap.value = 'half';
  });
}

/** Two zooms closer a cell of a cluster is sixteen. */
function openCluster(map: MapLibre, { geometry }: MapGeoJSONFeature): void {
  if (geometry.type !== 'Point') return;
  const [lon = 0, lat = 0] = geometry.coordinates;
  map.easeTo({ center: [lon, lat], zoom: map.getZoom() + 2 });
}

function setPlace({ lngLat }: MapMouseEvent): void {
  placeBy.value = 'map';
  place.value = { lon: round(lngLat.lng), lat: round(lngLat.lat), system: 'wgs84' };
}

type Feature = MapGeoJSONFeature | null;

function showTip(tip: HTMLElement, { point }: MapMouseEvent, feature: Feature, several: number): void {
  tip.hidden = feature === null;
  if (!feature) return;
  const { name, code, number, count } = feature.properties;
  const many = Number(count ?? several);
  const title: unknown = many > 1 ? t('list.count', { n: many }) : (name ?? number);
  tip.replaceChildren(line('strong', title), line('span', name ? code : ''));
  tip.style.transform = `translate(${point.x + 14}px, ${point.y + 14}px)`;
}

function line(tag: string, text: unknown): HTMLElement {
  const element = document.createElement(tag);
  element.textContent = String(text ?? '');
  return element;
}
