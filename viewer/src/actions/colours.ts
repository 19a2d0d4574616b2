import { api, ask } from '../api/client';
import { classes } from '../colour';
import { ofNetwork } from '../state';

/** The areas of these codes, each in the tint of its value; below one area, or all of a level. */
export async function colouredAreas(values: Map<string, number>, where: { parent?: string; level?: string }): Promise<GeoJSON.Feature[]> {
  const { features } = await ask(api.GET('/api/v1/areas', { params: { query: { ...where, ...ofNetwork() } } }));
  const found = classes([...values.values()]);
  return features.flatMap(({ geometry, properties }) => {
    const value = values.get(properties.code);
    const tint = value === undefined ? undefined : found.find(({ from, to }) => value >= from && value <= to)?.tint;
    return geometry && tint ? [{ type: 'Feature', geometry, properties: { kind: 'figure', code: properties.code, colour: tint } } satisfies GeoJSON.Feature] : [];
  });
}
