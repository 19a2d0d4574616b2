import { useSignal } from '@preact/signals';
import { chooseRow, narrowTo, type Narrowing } from '../actions/figures';
import type { FiguresBy, FiguresRow } from '../api/client';
import { calledArea, t, term } from '../i18n';
import { type CounterName, lang, scope } from '../state';
import { showMonth } from '../time';
import { RateBar } from '../ui/RateBar';
import { ColourMap } from './ColourMap';

type Sort = 'key' | 'received' | 'closing_rate' | 'on_time_rate' | 'overdue';

const columns = ['received', 'closing_rate', 'on_time_rate', 'overdue'] as const;

/** A row for each key of the statistics, one for tickets without a key, and the total. */
export function FiguresTable({ figures }: { figures: FiguresBy }) {
  const sort = useSignal<Sort>('key');
  const coloured = sort.value === 'key' ? 'received' : sort.value;
  return (
    <>
    {figures.by === 'area' && <ColourMap figure={coloured} values={valuesOf(figures.rows, coloured)} where={scope.value ? { parent: scope.value } : { level: figures.rows[0]?.level ?? '' }} />}
    {figures.rows.length === 0 && figures.rest.received > 0 && <p class="hint" role="note">{t('figures.onlyRest', { what: restName(figures.by) })}</p>}
    <table class="figures" data-by={figures.by}>
      <thead>
        <tr>
          {(['key', ...columns] as const).map((column) => (
            <th key={column} scope="col" aria-sort={sort.value === column ? direction(column) : 'none'}>
              <button type="button" data-sort={column} onClick={() => (sort.value = column)}>
                {t(`figure.${column}`)}
              </button>
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {sorted(figures.rows, sort.value).map((row) => (
          <tr key={row.key}>
            <th scope="row">
              <Name row={row} by={figures.by} />
            </th>
            <Cells counts={row} to={narrowing(row, figures.by)} />
          </tr>
        ))}
        {figures.rows.length > 0 && figures.rest.received > 0 && (
          <tr class="rest">
            <th scope="row">{restName(figures.by)}</th>
            <Cells counts={figures.rest} to={null} />
          </tr>
        )}
      </tbody>
      <tfoot>
        <tr>
          <th scope="row">{t('figures.total')}</th>
          <Cells counts={figures.total} to={{}} />
        </tr>
      </tfoot>
    </table>
    </>
  );
}

const direction = (column: Sort) => (column === 'key' ? 'ascending' : 'descending');

/** The most first; what has no rate comes last. */
function sorted(rows: FiguresRow[], column: Sort): FiguresRow[] {
  if (column === 'key') return rows;
  return [...rows].sort((one, other) => (other[column] ?? -1) - (one[column] ?? -1));
}

/** What a row is called, in the page's language where the server has it. */
export function rowName(row: FiguresRow, by: FiguresBy['by']): string {
  const english = lang.value === 'en' && row.name_en && row.name_en.charAt(0).toUpperCase() + row.name_en.slice(1);
  if (by === 'month') return showMonth(row.key);
  return english || row.name || (by === 'source' ? term('source', row.key) : row.key);
}

/** What the tickets are that no row holds. */
export const restName = (by: FiguresBy['by']): string => (by === 'day' || by === 'month' || by === 'source' ? t('figures.rest') : t(`figures.rest.${by}`));

function Name({ row, by }: { row: FiguresRow; by: FiguresBy['by'] }) {
  const name = rowName(row, by);
  if (by === 'post') {
    return (
      <>
        {name}
        <span class="hint">{row.area && calledArea(row.area, row.area_name ?? undefined)}</span>
      </>
    );
  }
  if (by !== 'area') return <>{name}</>;
  return (
    <button type="button" class="row-open" onClick={() => chooseRow(row.key)}>
      {name}
    </button>
  );
}

/** Which tickets a row is about; null where the list has no such filter. */
function narrowing(row: FiguresRow, by: FiguresBy['by']): Omit<Narrowing, 'counter'> | null {
  if (by === 'area') return { area: row.key };
  if (by === 'category') return { category: row.key };
  return by === 'month' ? { month: row.key.slice(0, 7) + '-01' } : null;
}

const valuesOf = (rows: FiguresRow[], column: Exclude<Sort, 'key'>): Map<string, number> =>
  new Map(rows.flatMap((row) => (row[column] === null ? [] : [[row.key, row[column]] as [string, number]])));

type CellsGiven = { counts: FiguresBy['total']; to: Omit<Narrowing, 'counter'> | null };

/** Each figure shows the tickets that it counts. */
function Cells({ counts, to }: CellsGiven) {
  const figure = (counter: CounterName, n: number) => {
    const text = n.toLocaleString(lang.value);
    if (!to || n === 0) return <>{text}</>;
    return (
      <button type="button" class="figure-open" data-figure={counter} title={t('figures.open', { n: text, what: t(`counter.${counter}`) })} onClick={() => narrowTo({ ...to, counter })}>
        {text}
      </button>
    );
  };
  return (
    <>
      <td>{figure('total', counts.received)}</td>
      <td>
        <RateBar rate={counts.closing_rate} />
      </td>
      <td>
        <RateBar rate={counts.on_time_rate} />
      </td>
      <td>{figure('overdue', counts.overdue)}</td>
    </>
  );
}
