import { useSignal } from '@preact/signals';
import { Fragment } from 'preact';
import { askFigures, chooseRow } from '../actions/figures';
import type { RankedRow, Ranking } from '../api/client';
import { calledArea, roleName, sentences, t, term } from '../i18n';
import { lang } from '../state';
import { showShare } from '../time';
import { RateBar } from '../ui/RateBar';
import { ColourMap } from './ColourMap';

const columns = ['received', 'closing_rate', 'on_time_rate', 'overdue'] as const;
const step = 60;
/** A rate of fewer tickets says little. */
const few = 5;

/** Records, the best of each group first; a press on a column ranks by it. */
export function RankingTable({ ranking }: { ranking: Ranking }) {
  const length = useSignal(step);
  const rows = ranking.rows.slice(0, length.value);
  const isApart = ranking.of === 'grid' || ranking.of === 'post'; // towns and communities are of no kind
  return (
    <>
      <p class="hint">
        {sentences(t('ranking.by', { what: t(`figure.${orderOf(ranking)}`) }), t(orderOf(ranking) === 'overdue' ? 'ranking.better.low' : 'ranking.better.high'), t('ranking.hint'))}
      </p>
      {ranking.of !== 'post' && <ColourMap figure={orderOf(ranking)} values={valuesOf(ranking)} where={{ level: ranking.of }} />}
      <table class="figures" data-of={ranking.of}>
        <thead>
          <tr>
            <th scope="col">{t('ranking.rank')}</th>
            <th scope="col">{t('figure.key')}</th>
            {columns.map((column) => (
              <th key={column} scope="col" aria-sort={ranking.order !== column ? 'none' : column === 'overdue' ? 'ascending' : 'descending'}>
                <button type="button" data-order={column} onClick={() => askFigures({ order: column })}>
                  {t(`figure.${column}`)}
                </button>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, number) => (
            <Fragment key={`${row.key}-${row.apart}-${number}`}>
              {isApart && rows[number - 1]?.apart !== row.apart && <Group apart={row.apart} />}
              <Row row={row} isPost={ranking.of === 'post'} isTied={isTied(rows, number)} />
            </Fragment>
          ))}
        </tbody>
      </table>
      {ranking.rows.length > length.value && (
        <div class="list-more">
          <span class="hint">{t('ranking.shown', { n: ranking.rows.length, m: length.value })}</span>
          <button type="button" class="button" onClick={() => (length.value += step)}>
            {t('list.more')}
          </button>
        </div>
      )}
    </>
  );
}

type Column = (typeof columns)[number];

/** By which of the columns it is ranked. */
const orderOf = ({ order }: Ranking): Column => columns.find((one) => one === order) ?? 'closing_rate';

const valuesOf = (ranking: Ranking): Map<string, number> =>
  new Map(
    ranking.rows.flatMap((row) => {
      const value = row[orderOf(ranking)];
      return row.key !== null && value !== null ? [[row.key, value] as [string, number]] : [];
    }),
  );

/** Does the one before or after it have the same rank? */
function isTied(rows: RankedRow[], at: number): boolean {
  const row = rows[at];
  return row?.rank != null && [rows[at - 1], rows[at + 1]].some((one) => one?.apart === row.apart && one.rank === row.rank);
}

/** Those of one kind, which are ranked among themselves. */
function Group({ apart }: { apart: string }) {
  return (
    <tr class="apart">
      <th colSpan={6} scope="rowgroup">
        {words(apart)}
      </th>
    </tr>
  );
}

/** Of posts role, level and kind; only grids are of a kind. */
function words(apart: string): string {
  const parts = apart.split('/');
  return (parts.length > 1 && !parts.includes('grid') ? parts.slice(0, -1) : parts).map(word).join(' · ');
}

/** The word for a role, a level or a kind. */
const word = (one: string): string =>
  [roleName(one), term('level', one), term('kind', one)].find((known) => known !== one) ?? one;

function Row({ row, isPost, isTied: tied }: { row: RankedRow; isPost: boolean; isTied: boolean }) {
  const round = (value: number): string => value.toLocaleString(lang.value, { maximumFractionDigits: 1 });
  const { key, name, carried_share } = row;
  return (
    <tr>
      <td class="rank">
        {row.rank ?? '–'}
        {tied && <span class="hint">{t('ranking.tied')}</span>}
      </td>
      <th scope="row">
        {!isPost && key ? (
          <button type="button" class="row-open" onClick={() => chooseRow(key)}>
            {name}
          </button>
        ) : (
          (name ?? t('ranking.vacant'))
        )}
        {isPost && <span class="hint">{row.areas?.map((code) => calledArea(code)).join(t('layers.and'))}</span>}
        {carried_share !== null && carried_share > 0 && (
          <span class="hint">{t('ranking.carried', { share: showShare(carried_share) })}</span>
        )}
        {row.received > 0 && row.received < few && <span class="hint">{t('ranking.few', { n: few })}</span>}
      </th>
      <td>{round(row.received)}</td>
      <td>
        <RateBar rate={row.closing_rate} />
      </td>
      <td>
        <RateBar rate={row.on_time_rate} />
      </td>
      <td>{round(row.overdue)}</td>
    </tr>
  );
}
