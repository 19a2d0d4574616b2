import { t } from './i18n';

/** The coordinate systems that people choose among; others go by their EPSG number. */
export const systems = ['wgs84', 'cgcs2000', 'gcj02', 'bd09'] as const;

/** What a coordinate system is called; one that is not among these by its number. */
export function systemName(id: string): string {
  const known = systems.find((one) => one === id);
  return known ? t(`system.${known}`) : id;
}
