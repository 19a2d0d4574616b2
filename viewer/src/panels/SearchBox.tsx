import { useRef } from 'preact/hooks';
import type { SearchHit } from '../api/client';
import { say, t, term } from '../i18n';
import { categories, lang, layerFacts, roomy } from '../state';
import { systemName } from '../systems';
import { categoryName } from '../tickets';
import { Icon } from '../ui/Icon';
import { Failed } from '../ui/Notice';
import { useSearch } from './useSearch';

/** One field for codes, names and ticket numbers; arrows choose, Enter opens, `/` comes here. */
export function SearchBox() {
  const box = useRef<HTMLInputElement>(null);
  const state = useSearch(() => box.current?.blur());
  const { text, hits, active, problem, close, type, take } = state;
  return (
    <div class="search" role="search" onFocusOut={(event) => leaves(event) && close()}>
      <Icon name="search" />
      <input
        ref={box}
        id="search"
        type="search"
        role="combobox"
        list={undefined}
        autocomplete="off"
        spellcheck={false}
        placeholder={t(roomy.value ? 'search.hint' : 'search.short')}
        aria-label={t('search.label')}
        aria-expanded={hits.value !== null}
        aria-controls="search-hits"
        aria-activedescendant={hits.value?.length ? `hit-${active.value}` : undefined}
        value={text.value}
        onInput={(event) => type(event.currentTarget.value)}
        onKeyDown={(event) => press(event, state)}
      />
      <kbd aria-hidden="true">/</kbd>
      {hits.value && <Hits hits={hits.value} active={active.value} take={take} />}
      {problem.value && (
        <div class="search-missing">
          <Failed problem={problem.value} />
        </div>
      )}
    </div>
  );
}

function press(event: KeyboardEvent, { close, enter, step }: ReturnType<typeof useSearch>): void {
  const keys: Record<string, () => unknown> = {
    Enter: enter,
    Escape: close,
    ArrowDown: () => step(1),
    ArrowUp: () => step(-1),
  };
  const act = keys[event.key];
  if (!act || (event.key === 'Escape' && (event.currentTarget as HTMLElement).ariaExpanded !== 'true')) return;
  event.preventDefault();
  act();
}

const leaves = (event: FocusEvent) =>
  !(event.currentTarget as HTMLElement).contains(event.relatedTarget as Node | null);

function Hits({ hits, active, take }: { hits: SearchHit[]; active: number; take: (hit: SearchHit) => unknown }) {
  return (
    <ul id="search-hits" class="hits" role="listbox" aria-label={t('search.label')}>
      {hits.length === 0 && <li class="hit-none">{t('search.none')}</li>}
      {hits.map((hit, place) => (
        <li
          key={keyOf(hit)}
          id={`hit-${place}`}
          role="option"
          aria-selected={place === active}
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => take(hit)}
        >
          <HitLine hit={hit} />
        </li>
      ))}
    </ul>
  );
}

const keyOf = ({ kind, code, name, within }: SearchHit): string => [kind, code, name, within].join();

/** Its name, the area it lies in, which tells equal names apart, its code, and what it is. */
function HitLine({ hit }: { hit: SearchHit }) {
  const { kind, code, name, within } = hit;
  const coded = kind !== 'ground' && kind !== 'point';
  return (
    <>
      <span class="hit-name">
        {kind === 'ticket' ? categoryName(name, categories.value, lang.value) : name}
        {within && <span class="hint"> {within}</span>}
      </span>
      {coded && <code>{code}</code>}
      <span class="hit-kind">{kindOf(hit)}</span>
    </>
  );
}

function kindOf({ kind, code, level, system }: SearchHit): string {
  if (kind === 'area') return term('level', level ?? '');
  if (kind === 'ticket') return t('ticket.title');
  if (kind === 'ground') return term('ground', code);
  if (kind === 'point') return `${t('search.point')} ${systemName(system ?? '')}`;
  if (kind === 'post') return t('search.post');
  const { thing, name } = layerFacts.value[kind] ?? {};
  return thing ? say(thing) : name ? say(name) : kind;
}
