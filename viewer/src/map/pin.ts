import { effect } from '@preact/signals';
import { type Map as MapLibre, Marker } from 'maplibre-gl';
import { round } from '../actions/report';
import type { LonLat } from '../api/client';
import { circle, vagueness } from '../doubt';
import { foundAt, goal, located, picked, type Place, place, placeBy, reporting, scope, ticket } from '../state';
import { doubtSource } from './overlay';
import { draw } from './own';

/** Below it a typed place is brought closer, to be looked at before it is sent. */
const closeEnough = 14;
/** A vaguer place is shown with all of its circle. */
const wide_m = 100;
const degrees = new Set(['wgs84', 'cgcs2000']);

/** Where the place lies on the map: of another system, where the server found it to be. */
function pinned(at: Place): LonLat | null {
  if (degrees.has(at.system)) return at;
  const { value, loading } = located.value;
  return loading ? null : (value?.point ?? null);
}

/** The place of the ticket whose page is open, where it is vague. */
function ofTicket() {
  const { value } = ticket.value;
  return picked.value?.what === 'ticket' && value?.number === picked.value.number ? vagueness(value) : null;
}

/** The pin of the report being written, which can be dragged; round it, and round a ticket's vague place, how far off it may be. What the search found has a pin of its own. */
export function followPin(map: MapLibre): () => void {
  const pin = new Marker({ color: '#c2410c', draggable: true });
  pin.on('dragend', () => {
    const { lng, lat } = pin.getLngLat();
    placeBy.value = 'map';
    place.value = { lon: round(lng), lat: round(lat), system: 'wgs84' };
  });
  const found = new Marker({ color: '#0b4a5b' });
  const stop = effect(() => {
    const at = foundAt.value;
    if (at && at.area === (scope.value ?? '') && !picked.value && !reporting.value) found.setLngLat([at.lon, at.lat]).addTo(map);
    else found.remove();
  });
  const unpin = effect(() => {
    const given = place.value;
    const at = reporting.value && given ? pinned(given) : null;
    const vague = reporting.value ? null : ofTicket();
    const reach_m = (at && given?.accuracy_m) || vague?.accuracy_m || 0;
    const middle = at ?? vague;
    const ring = middle && reach_m > 0 ? circle(middle, reach_m) : [];
    const features: GeoJSON.Feature[] = ring.length > 0 ? [{ type: 'Feature', properties: {}, geometry: { type: 'Polygon', coordinates: [ring] } }] : [];
    draw(map, doubtSource, features);
    if (!at || Math.abs(at.lat) > 90) {
      pin.remove();
      return;
    }
    pin.setLngLat([at.lon, at.lat]).addTo(map);
    const far = placeBy.peek() !== 'map' && map.getZoom() < closeEnough;
    if (reach_m > wide_m && placeBy.peek() !== 'map') {
      const [lons, lats] = [ring.map(([lon]) => lon), ring.map(([, lat]) => lat)];
      goal.value = { bounds: [Math.min(...lons), Math.min(...lats), Math.max(...lons), Math.max(...lats)] };
      return;
    }
    if (far || !map.getBounds().contains([at.lon, at.lat])) goal.value = at;
  });
  return () => {
    stop();
    unpin();
  };
}
