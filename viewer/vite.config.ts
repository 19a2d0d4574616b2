import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { defineConfig, type Plugin } from 'vite';

declare const process: { env: Record<string, string | undefined> };

/** The running gisgrid that `npm run dev` passes everything but the page itself on to. */
const server = process.env.GISGRID_URL ?? 'http://127.0.0.1:8000';
const outDir = '../gisgrid/static';

/** The map's code is asked for with the page, not after it has found out where the map is. */
function preloadMap(): Plugin {
  return {
    name: 'preload-map',
    transformIndexHtml: {
      order: 'post',
      handler: (_html, { bundle = {}, chunk: page }) => {
        const chunks = Object.values(bundle).filter((one) => one.type === 'chunk');
        const needed = (name: string): string[] => [name, ...(chunks.find((one) => one.fileName === name)?.imports ?? []).flatMap(needed)];
        const named = (part: string) => chunks.filter((one) => one.name === part).map((one) => one.fileName);
        const scripts = new Set(named('start').flatMap(needed).filter((name) => name !== page?.fileName));
        const styles = Object.keys(bundle).filter((name) => /start-.*\.css$/.test(name));
        const links = [
          ...[...scripts].map((name) => ({ rel: 'modulepreload', crossorigin: true, href: `./${name}` })),
          ...named('map-worker').map((name) => ({ rel: 'prefetch', href: `./${name}` })),
          ...styles.map((name) => ({ rel: 'preload', as: 'style', crossorigin: true, href: `./${name}` })),
        ];
        return page?.name === 'index' ? links.map((attrs) => ({ tag: 'link', attrs, injectTo: 'head' as const })) : [];
      },
    },
  };
}

const library = fileURLToPath(new URL('node_modules/maplibre-gl/src/', import.meta.url));
const workerSource = `${library}source/worker.ts`;
const licence = '/*! MapLibre GL JS, 3-Clause BSD: LICENSE.txt of the package maplibre-gl */';
const workerUrl = 'virtual:map-worker';

/** MapLibre from its sources, with its worker as an entry of this build: what both need is a chunk that a browser loads once. */
function shareWithWorker(): Plugin {
  let isBuild = false;
  let worker = '';
  return {
    name: 'share-with-worker',
    enforce: 'pre',
    configResolved: ({ command }) => void (isBuild = command === 'build'),
    buildStart() {
      if (isBuild) worker = this.emitFile({ type: 'chunk', id: workerSource, name: 'map-worker' });
    },
    resolveId: (id) => (id === workerUrl ? `\0${id}` : null),
    load(id) {
      if (id !== `\0${workerUrl}`) return null;
      if (!isBuild) return `export { default } from ${JSON.stringify(`${workerSource}?worker&url`)};`;
      return `export default import.meta.ROLLUP_FILE_URL_${worker};`;
    },
  };
}

/** Each asset also as it travels, so that the service compresses none of them while somebody waits. */
function precompress(): Plugin {
  return {
    name: 'precompress',
    closeBundle() {
      const folder = join(outDir, 'assets');
      for (const name of readdirSync(folder).filter((one) => /\.(js|css|svg)$/.test(one))) {
        const bytes = readFileSync(join(folder, name));
        const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
        writeFileSync(join(folder, `${name}.br`), brotliCompressSync(bytes, { params }));
        writeFileSync(join(folder, `${name}.gz`), gzipSync(bytes, { level: 9 }));
      }
    },
  };
}

export default defineConfig({
  base: './',
  // as MapLibre's own build does: its classes declare fields that the class above has set already
  oxc: { typescript: { removeClassFieldsWithoutInitializer: true }, assumptions: { setPublicClassFields: true } },
  plugins: [shareWithWorker(), preloadMap(), precompress()],
  resolve: { alias: [{ find: /^maplibre-gl$/, replacement: `${library}index.ts` }] },
  build: {
    outDir,
    emptyOutDir: true,
    target: 'es2022',
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1800,
    rolldownOptions: {
      input: ['index.html', 'docs.html'],
      output: {
        // a build from sources has none of the notices of the file that is made of them
        postBanner: ({ moduleIds }) => (moduleIds.some((id) => id.startsWith(library)) ? licence : ''),
      },
    },
  },
  server: {
    host: '127.0.0.1',
    port: 8029,
    proxy: { '/api': server, '/tiles': server, '/style': server },
  },
});
