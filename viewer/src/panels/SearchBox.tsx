import { useRef } from 'preact/hooks';
import type { Hit } from '../actions/search';
import { t, term } from '../i18n';
import { categories, lang } from '../state';
import { categoryName } from '../tickets';
import { Icon } from '../ui/Icon';
import { useSearch } from './useSearch';

/** One field for codes, names and ticket numbers; arrows choose, Enter opens, `/` comes here. */
export function SearchBox() {
  const box = useRef<HTMLInputElement>(null);
  const state = useSearch(() => box.current?.blur());
  const { text, hits, active, missing, close, type, take } = state;
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
        placeholder={t('search.hint')}
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
      {missing.value && <Missing number={missing.value} />}
    </div>
  );
}

function Missing({ number }: { number: string }) {
  return (
    <p class="search-missing" role="alert">
      {t('search.notfound', { text: number })}
    </p>
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

function Hits({ hits, active, take }: { hits: Hit[]; active: number; take: (hit: Hit) => unknown }) {
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

const keyOf = (hit: Hit): string =>
  hit.kind === 'area' ? hit.area.code : hit.kind === 'ticket' ? hit.ticket.number : `?${hit.text}`;

function HitLine({ hit }: { hit: Hit }) {
  if (hit.kind === 'number') return <span class="hit-name">{t('search.ticket', { text: hit.text })}</span>;
  if (hit.kind === 'ticket') {
    return (
      <>
        <span class="hit-name">{categoryName(hit.ticket.category, categories.value, lang.value)}</span>
        <code>{hit.ticket.number}</code>
        <span class="hit-kind">{t('ticket.title')}</span>
      </>
    );
  }
  return (
    <>
      <span class="hit-name">{hit.area.name}</span>
      <code>{hit.area.code}</code>
      <span class="hit-kind">{term('level', hit.area.level)}</span>
    </>
  );
}
