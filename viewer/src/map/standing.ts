import type { Map as MapLibre } from 'maplibre-gl';
import { areaAt } from './pointer';

const labels = 'area-label-grid';
const from = 14;

/** Names the grid in the middle of the map where its own label lies out of sight: one grid may fill the screen. */
export function followStanding(map: MapLibre, sign: HTMLElement): void {
  map.on('idle', () => {
    const { clientWidth: width, clientHeight: height } = map.getContainer();
    const padding = map.getPadding();
    const middle = { x: width / 2, y: (height - (padding.bottom ?? 0)) / 2 };
    const here = map.getZoom() >= from && map.getLayer(labels) ? areaAt(map, middle) : null;
    const code = here?.properties['level'] === 'grid' ? String(here.properties['code']) : '';
    const seen = code !== '' && map.queryRenderedFeatures({ layers: [labels] }).some(({ properties, geometry }) => {
      if (properties['code'] !== code || geometry.type !== 'Point') return false;
      const at = map.project(geometry.coordinates as [number, number]);
      return at.x > 0 && at.x < width && at.y > 0 && at.y < height - (padding.bottom ?? 0);
    });
    sign.hidden = code === '' || seen;
    if (sign.hidden) return;
    const name = document.createElement('strong');
    name.textContent = String(here?.properties['name'] ?? '');
    const number = document.createElement('code');
    number.textContent = code;
    sign.replaceChildren(name, number);
  });
}
