import { setWorkerUrl } from 'maplibre-gl';
import workerUrl from 'virtual:map-worker';

/** Under a bundler MapLibre cannot find its worker by itself, and the map would stay blank. */
setWorkerUrl(workerUrl);
