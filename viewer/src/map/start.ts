import './worker';
import 'maplibre-gl/dist/maplibre-gl.css';
import {
  AttributionControl,
  GeolocateControl,
  Map as MapLibre,
  type MapOptions,
  NavigationControl,
  ScaleControl,
} from 'maplibre-gl';
import { boundsOf, moveTo } from '../actions/areas';
import { tellNotSignedIn } from '../api/client';
import { t } from '../i18n';
import { goal, home, mapState, picked, scope, theme, view } from '../state';
import { followScale } from '../wall/scale';
import { followCamera } from './camera';
import { followCensus } from './census';
import { followState, restate } from './follow';
import { addIcons } from './icons';
import { followPin } from './pin';
import { followEnter, followPointer } from './pointer';
import { followSharpness, sharpness } from './sharpness';
import { dress, styleUrl } from './style';
import { followStanding } from './standing';
import { followThing } from './thing';
import { followTiles } from './tiles';
import { takeTurns } from './turns';

/** Opens the map in `container` and keeps it in step with the state; returns what closes it. */
export function startMap(container: HTMLElement, tip: HTMLElement, sign: HTMLElement): () => void {
  const unscaled = theme.peek() === 'wall' ? followScale(() => scale(map)) : () => undefined;
  const map: MapLibre = new MapLibre({ container, ...start(), ...words() });
  const still = followCamera(map);
  takeTurns(map);
  addControls(map);
  map.setStyle(styleUrl(), { transformStyle: dress });
  map.on('style.load', () => {
    addIcons(map);
    restate(map);
  });
  let stops: (() => void)[] = [];
  const named = scope.peek();
  if (!view.peek() && !goal.peek() && !picked.peek() && named !== home.peek()?.properties.code) void moveTo(named ?? '');
  map.once('style.load', () => {
    stops = [followState(map), followPin(map)];
  });
  const blunt = followSharpness(map);
  map.on('error', ({ error }) => {
    if (!('status' in error)) console.error(error);
    else if (error.status === 401) tellNotSignedIn(); // others are asked for again (tiles.ts); the browser names their address
  });
  followTiles(map);
  map.once('idle', () => (mapState.value = 'ready'));
  followPointer(map, tip);
  followEnter(map);
  followStanding(map, sign);
  followCensus(map);
  followThing(map);
  Object.assign(container, { map });
  return () => {
    [...stops, still, blunt, unscaled].forEach((stop) => stop());
    map.remove();
  };
}

/** The wall has become larger or smaller: the district fills it again. */
function scale(map: MapLibre): void {
  map.setPixelRatio(sharpness());
  const top = home.peek();
  if (top) goal.value = { bounds: boundsOf(top) };
}

function start(): Partial<MapOptions> {
  const seen = view.peek();
  // no cache of tiles out of view: changes would not reach them
  const options = { attributionControl: false, maxTileCacheSize: 0, maxZoom: 20, minZoom: 6, dragRotate: false, pitchWithRotate: false } as const;
  return { ...options, pixelRatio: sharpness(), ...(seen && { center: [seen.lon, seen.lat], zoom: seen.zoom }) };
}

function words(): Partial<MapOptions> {
  const locale = {
    'Map.Title': t('app.map'),
    'Marker.Title': t('map.pin'),
    'AttributionControl.ToggleAttribution': t('map.attribution'),
    'NavigationControl.ZoomIn': t('map.zoomIn'),
    'NavigationControl.ZoomOut': t('map.zoomOut'),
    'NavigationControl.ResetBearing': t('map.north'),
    'GeolocateControl.FindMyLocation': t('map.locate'),
    'GeolocateControl.LocationNotAvailable': t('map.locateOff'),
  };
  return { locale };
}

/** As long as there is room for beside the report button. */
function scaleOf(map: MapLibre): ScaleControl {
  const room = () => (map.getContainer().clientWidth < 460 ? 80 : 120);
  const scale = new ScaleControl({ maxWidth: room() });
  map.on('resize', () => (scale.options.maxWidth = room()));
  return scale;
}

function addControls(map: MapLibre): void {
  map.addControl(new NavigationControl({ showCompass: false }), 'bottom-right');
  map.addControl(new GeolocateControl({ positionOptions: { enableHighAccuracy: true } }), 'bottom-right');
  map.addControl(scaleOf(map), 'bottom-left');
  map.addControl(new AttributionControl({ compact: true }), 'bottom-left');
  map.touchZoomRotate.disableRotation();
}
