/** Light to dark, distinct without colour, too; the last for the most. */
export const tints = ['#e6f0f9', '#b5d2ec', '#7cafdb', '#3f83c0', '#134f87'] as const;

export type Class = { from: number; to: number; tint: string };

/** At most five classes with about as many values in each; equal values are in one. */
export function classes(values: number[]): Class[] {
  const sorted = [...values].sort((a, b) => a - b);
  const found: Class[] = [];
  let start = 0;
  for (let part = 1; part <= tints.length && start < sorted.length; part++) {
    let end = Math.max(start, Math.ceil((part * sorted.length) / tints.length) - 1);
    const tied = sorted.indexOf(sorted[end] as number); // equal values are in one class, without what is less
    if (tied > start && sorted[end + 1] === sorted[end]) end = tied - 1;
    while (end + 1 < sorted.length && sorted[end + 1] === sorted[end]) end++;
    found.push({ from: sorted[start] ?? 0, to: sorted[end] ?? 0, tint: '' });
    start = end + 1;
  }
  const step = found.length > 1 ? (tints.length - 1) / (found.length - 1) : 0;
  return found.map((one, place) => ({ ...one, tint: tints[Math.round(place * step)] ?? tints[0] }));
}
