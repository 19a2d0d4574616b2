const letter_px = 12;

/**
 * How many times larger than on a desk the map is drawn on a wall, with its labels, lines and icons: it grows with the
 * page's type, so that both are read from the same distance.
 */
export const wallScale = (): number => Math.max(1, Number.parseFloat(getComputedStyle(document.documentElement).fontSize) / letter_px);

/** Keeps the page's measure of it, and says so when it has changed; returns what ends that. */
export function followScale(changed: () => void): () => void {
  const keep = () => document.documentElement.style.setProperty('--map-scale', String(wallScale()));
  const again = () => {
    keep();
    changed();
  };
  keep();
  addEventListener('resize', again);
  return () => removeEventListener('resize', again);
}
