/** Where MapLibre's worker is; vite.config.ts makes it. */
declare module 'virtual:map-worker' {
  const url: string;
  export default url;
}
