import type { Signal } from '@preact/signals';
import type { Counters } from '../api/client';
import { say, t } from '../i18n';
import { closedShown, counters, layerFacts, scope } from '../state';
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
/** Layers that say no order come last. */
const place = (id: string): number => layerFacts.value[id]?.order ?? 99;
export const byLegend = (a: string, b: string): number => place(a) - place(b);
