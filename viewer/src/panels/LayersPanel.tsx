import { countLeaves } from '../actions/areas';
import type { Counters } from '../api/client';
import { t, term } from '../i18n';
import { census, config, counters, lang, layersOff, layersOffered, layersOpen, scope } from '../state';
import type { Due } from '../tickets';
import { Icon } from '../ui/Icon';

type Key = { swatch: string; words: () => string; count?: () => number | undefined };

const leaves = (kind: string) => () => {
  const found = countLeaves(scope.value);
  return found ? (found[kind] ?? 0) : undefined;
};
const inView = (what: string) => () => census.value[what];
const state = (which: Due, count: (figures: Counters) => number): Key => ({
  swatch: `ticket-${which}`,
  words: () => t(`state.${which}`),
  count: () => (counters.value.value ? count(counters.value.value) : undefined),
});
const seen = (which: 'fresh' | 'day' | 'week' | 'month'): Key => ({
  swatch: `patrol-${which}`,
  words: () => t(`legend.${which}`),
});

const lies = (which: 'street' | 'rail' | 'water'): Key => ({
  swatch: `ground-${which}`,
  words: () => t(`legend.${which}`),
});

/** The keys of each layer: the class of its swatch, its words, how many there are. */
const legend: Record<string, Key[]> = {
  area: [
    { swatch: 'area-base', words: () => t('kind.base'), count: leaves('base') },
    { swatch: 'area-special', words: () => t('kind.special'), count: leaves('special') },
  ],
  ticket: [
    state('open', ({ open, due_soon, overdue }) => open - due_soon - overdue),
    state('due_soon', ({ due_soon }) => due_soon),
    state('overdue', ({ overdue }) => overdue),
    state('done', ({ done }) => done),
  ],
  camera: [{ swatch: 'camera-sector', words: () => t('legend.sector') }],
  device: [{ swatch: 'device-on', words: () => t('legend.device') }, { swatch: 'device-off', words: () => t('legend.deviceOff') }],
  patrol: [seen('fresh'), seen('day'), seen('week'), seen('month')],
  ground: [lies('street'), lies('rail'), lies('water')],
};

const totals: Record<string, () => number | undefined> = {
  ticket: () => counters.value.value?.total,
  camera: inView('camera'),
};

export function LayersPanel() {
  const open = layersOpen.value;
  return (
    <div class={open ? 'layers open' : 'layers'}>
      <button
        type="button"
        class="layers-toggle"
        aria-expanded={open}
        aria-controls="layers-list"
        onClick={() => (layersOpen.value = !open)}
      >
        <Icon name="layers" />
        <span>{t('layers.title')}</span>
      </button>
      {open && (
        <div id="layers-list">
          {[...layersOffered.value].sort(byLegend).map((id) => (
            <LayerRow key={id} id={id} />
          ))}
          <p class="hint">
            {t(layersOffered.value.includes('camera') ? 'layers.view' : 'layers.scope')}
            {config.value.sample && t('layers.sample')}
          </p>
        </div>
      )}
    </div>
  );
}

const order = Object.keys(legend);
/** Layers that have no keys here come last. */
const place = (id: string): number => (order.includes(id) ? order.indexOf(id) : order.length);
const byLegend = (a: string, b: string): number => place(a) - place(b);

function LayerRow({ id }: { id: string }) {
  const on = !layersOff.value.has(id);
  return (
    <section class="layer">
      <label>
        <input type="checkbox" checked={on} data-layer={id} onChange={() => toggle(id)} />
        <span>{term('layer', id)}</span>
        <Count value={totals[id]?.()} />
      </label>
      {on && (
        <ul>
          {(legend[id] ?? []).map(({ swatch, words, count }) => (
            <li key={swatch}>
              <span class={`swatch ${swatch}`} />
              <span>{words()}</span>
              <Count value={count?.()} />
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function Count({ value }: { value: number | undefined }) {
  return value !== undefined ? <span class="count">{value.toLocaleString(lang.value)}</span> : null;
}

function toggle(id: string): void {
  const off = new Set(layersOff.peek());
  if (!off.delete(id)) off.add(id);
  layersOff.value = off;
}
