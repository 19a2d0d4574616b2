import { useEffect, useState } from 'preact/hooks';
import type { ComponentType } from 'preact';

/** The wall of screens is a chunk of its own: who opens the map does not load it. */
export function Wall() {
  const [Shown, show] = useState<ComponentType | null>(null);
  useEffect(() => {
    void import('../wall/Wall').then((wall) => show(() => wall.Wall));
  }, []);
  return Shown && <Shown />;
}
