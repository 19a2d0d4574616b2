import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
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
      handler: (_html, { bundle = {} }) =>
        Object.keys(bundle)
          .filter((name) => /(start|worker)-.*\.(js|css)$/.test(name))
          .map((name) => ({
            tag: 'link',
            attrs: { ...relation(name), href: `./${name}` },
            injectTo: 'head' as const,
          })),
    },
  };
}

function relation(name: string): Record<string, string | boolean> {
  if (name.includes('worker')) return { rel: 'prefetch' };
  return name.endsWith('.js') ? { rel: 'modulepreload', crossorigin: true } : { rel: 'preload', as: 'style', crossorigin: true };
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
  plugins: [preloadMap(), precompress()],
  build: {
    outDir,
    emptyOutDir: true,
    target: 'es2022',
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1800,
    rollupOptions: { input: ['index.html', 'docs.html'] },
  },
  server: {
    host: '127.0.0.1',
    port: 8029,
    proxy: { '/api': server, '/tiles': server, '/style': server },
  },
});
