import { setWorkerUrl } from 'maplibre-gl';
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url';

/** Under a bundler MapLibre cannot find its worker by itself, and the map would stay blank. */
setWorkerUrl(workerUrl);
