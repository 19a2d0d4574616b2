import { computed, type Signal } from '@preact/signals';
import type { Counters } from '../api/client';
import { say, t } from '../i18n';
import { closedShown, counters, layerFacts, layersOff, layersOffered, scope, sketch } from '../state';
import type { Due } from '../tickets';
import { countLeaves } from './areas';

/** `when`: which of a layer's things it explains, as MapLibre says a filter; without it all of them. */
export type Key = { swatch: string; when?: unknown[] | undefined; look?: Record<string, string>; words: () => string; count?: () => number | undefined; shown?: Signal<boolean> };

const leaves = (kind: string) => () => {
  const found = countLeaves(scope.value);
  return found ? (found[kind] ?? 0) : undefined;
};
const state = (which: Due, count: (figures: Counters) => number): Key => ({
  swatch: `ticket-${which}`,
  words: () => t(`state.${which}`),
  count: () => (counters.value.value ? count(counters.value.value) : undefined),
});

/** The keys whose counts the page knows: the class of a swatch, its words, how many there are. */
const legend: Record<string, Key[]> = {
  area: [
    { swatch: 'area-base', words: () => t('kind.base'), count: leaves('base') },
    { swatch: 'area-special', words: () => t('kind.special'), count: leaves('special') },
  ],
  ticket: [
    state('open', ({ open, due_soon, overdue }) => open - due_soon - overdue),
    state('due_soon', ({ due_soon }) => due_soon),
    state('overdue', ({ overdue }) => overdue),
    { ...state('done', ({ done }) => done), shown: closedShown },
  ],
};

/** Does the base map of the settings lie over this layer? It is seen only where that has no tile. */
export const isCovered = (id: string): boolean => id === 'ground' && layersOffered.value.includes('basemap') && !layersOff.value.has('basemap');

/** Does a figure colour the areas? Then what else colours ground steps back, or the two would mix into colours that mean nothing. */
export const coloured = computed(() => sketch.value.some(({ properties }) => properties?.['kind'] === 'figure'));

/** Is a part of this layer not drawn because a figure colours the areas? */
export const stepsBack = (id: string): boolean => coloured.value && layersOffered.value.includes(id) && !layersOff.value.has(id) && Boolean(layerFacts.value[id]?.covers);

/** Of the keys of a layer those whose things are drawn now. */
export function keysDrawn(id: string): Key[] {
  if (isCovered(id)) return [];
  return stepsBack(id) ? keysOf(id).filter(({ swatch }) => swatch !== '') : keysOf(id); // without a shape it is a tint of the ground
}

/** The keys of a layer: ours, or those that its folder says. */
export function keysOf(id: string): Key[] {
  const said = layerFacts.value[id]?.legend ?? [];
  return (
    legend[id] ??
    said.map(({ fill, line = 'transparent', shape = '', when, ...words }) => ({
      swatch: shape,
      when,
      look: { '--fill': fill, '--line': line },
      words: () => say(words),
    }))
  );
}

export const nameOf = (id: string): string => {
  const name = layerFacts.value[id]?.name;
  return name ? say(name) : id;
};
type Words = Record<string, { zh: string; en: string }>;
const wordsOf = (layer: string, field: string): Words => layerFacts.value[layer]?.page?.find((one) => one.field === field)?.words ?? {};

/** A value of a layer's field in the reader's language, where the layer's folder has words for it; else as it is. */
export function wordOf(layer: string, field: string, value: string): string {
  const said = wordsOf(layer, field)[value];
  return said ? say(said) : value;
}

/** Which value somebody means who types it, or what it is called in one of the languages. */
export function valueMeant(layer: string, field: string, typed: string): string {
  const words = wordsOf(layer, field);
  const isMeant = ({ zh, en }: { zh: string; en: string }) => [zh, en].some((one) => one.toLowerCase() === typed.toLowerCase());
  return typed in words ? typed : (Object.entries(words).find(([, said]) => isMeant(said))?.[0] ?? typed);
}

/** Layers that say no order come last. */
const place = (id: string): number => layerFacts.value[id]?.order ?? 99;
export const byLegend = (a: string, b: string): number => place(a) - place(b);
