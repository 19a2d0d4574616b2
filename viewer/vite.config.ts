import { defineConfig } from 'vite';

declare const process: { env: Record<string, string | undefined> };

/** The running gisgrid that `npm run dev` passes everything but the page itself on to. */
const server = process.env.GISGRID_URL ?? 'http://127.0.0.1:8000';

export default defineConfig({
  base: './',
  build: {
    outDir: '../gisgrid/static',
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
