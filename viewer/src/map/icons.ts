import type { Map as MapLibre } from 'maplibre-gl';

const size = 48;
const reach = 8;

/** Drawn in a box of 24 x 24; the camera looks up, so that its bearing is its rotation. A ticket's state is a shape, for eyes that see no red. */
const shapes: Record<string, string> = {
  camera: 'M7 10h10a2 2 0 0 1 2 2v7a2 2 0 0 1-2 2H7a2 2 0 0 1-2-2v-7a2 2 0 0 1 2-2zM9 9 7 3h10l-2 6z',
  'ticket-open': 'M12 4a8 8 0 1 0 0 16a8 8 0 0 0 0-16z',
  'ticket-due_soon': 'M6.500 5h11a1.500 1.500 0 0 1 1.500 1.500v11a1.500 1.500 0 0 1-1.500 1.500h-11a1.500 1.500 0 0 1-1.500-1.500v-11a1.500 1.500 0 0 1 1.500-1.500z',
  'ticket-overdue': 'M12 2 22 12 12 22 2 12z',
  'ticket-done': 'M12 4.500a7.500 7.500 0 1 0 0 15a7.500 7.500 0 0 0 0-15zM12 8.500a3.500 3.500 0 1 1 0 7a3.500 3.500 0 0 1 0-7z',
  pin: 'M12 2a7 7 0 0 1 7 7c0 5-7 13-7 13S5 14 5 9a7 7 0 0 1 7-7z',
};

/** Gives the style its icons as distance fields, so that it can colour and outline them as it likes. */
export function addIcons(map: MapLibre): void {
  for (const [id, path] of Object.entries(shapes)) {
    if (!map.hasImage(id)) map.addImage(id, distanceField(path), { sdf: true, pixelRatio: 2 });
  }
}

function distanceField(path: string): ImageData {
  const inside = drawMask(path);
  const field = new ImageData(size, size);
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const distance = nearest(inside, x, y);
      field.data[4 * (y * size + x) + 3] = Math.max(0, Math.min(255, 191 + distance * (255 / reach / 2)));
    }
  }
  return field;
}

function drawMask(path: string): (x: number, y: number) => boolean {
  const pen = new OffscreenCanvas(size, size).getContext('2d') as OffscreenCanvasRenderingContext2D;
  const scale = (size - 2 * reach) / 24;
  pen.setTransform(scale, 0, 0, scale, reach, reach);
  pen.fill(new Path2D(path));
  const { data } = pen.getImageData(0, 0, size, size);
  return (x, y) => (data[4 * (y * size + x) + 3] ?? 0) > 127;
}

/** Pixels from here to the other side of the outline, positive inside; at most `reach`. */
function nearest(inside: (x: number, y: number) => boolean, x: number, y: number): number {
  const here = inside(x, y);
  let best = reach;
  for (let dy = -reach; dy <= reach; dy++) {
    for (let dx = -reach; dx <= reach; dx++) {
      const [px, py] = [x + dx, y + dy];
      const there = px >= 0 && py >= 0 && px < size && py < size && inside(px, py);
      if (there !== here) best = Math.min(best, Math.hypot(dx, dy));
    }
  }
  return here ? best : -best;
}
