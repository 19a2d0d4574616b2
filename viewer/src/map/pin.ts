import { effect } from '@preact/signals';
import { type Map as MapLibre, Marker } from 'maplibre-gl';
import { round } from '../actions/report';
import type { LonLat } from '../api/client';
import { goal, located, type Place, place, placeBy, reporting } from '../state';

/** Below it a typed place is brought closer, to be looked at before it is sent. */
const closeEnough = 14;
const degrees = new Set(['wgs84', 'cgcs2000']);

/** Where the place lies on the map: of another system, where the server found it to be. */
function pinned(at: Place): LonLat | null {
  if (degrees.has(at.system)) return at;
  const { value, loading } = located.value;
  return loading ? null : (value?.point ?? null);
}

/** The pin of the report being written; it can be dragged. */
export function followPin(map: MapLibre): () => void {
  const pin = new Marker({ color: '#c2410c', draggable: true });
  pin.on('dragend', () => {
    const { lng, lat } = pin.getLngLat();
    placeBy.value = 'map';
    place.value = { lon: round(lng), lat: round(lat), system: 'wgs84' };
  });
  return effect(() => {
    const given = place.value;
    const at = reporting.value && given ? pinned(given) : null;
    if (!at || Math.abs(at.lat) > 90) {
      pin.remove();
      return;
    }
    pin.setLngLat([at.lon, at.lat]).addTo(map);
    const far = placeBy.peek() !== 'map' && map.getZoom() < closeEnough;
    if (far || !map.getBounds().contains([at.lon, at.lat])) goal.value = at;
  });
}
