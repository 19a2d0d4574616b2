import { useSignal } from '@preact/signals';
import { chooseRow } from '../actions/figures';
import type { FiguresBy, FiguresRow } from '../api/client';
import { t, term } from '../i18n';
import { lang } from '../state';
import { RateBar } from '../ui/RateBar';

type Sort = 'key' | 'received' | 'closing_rate' | 'on_time_rate' | 'overdue';

const columns = ['received', 'closing_rate', 'on_time_rate', 'overdue'] as const;

/** A row for each key of the statistics, one for tickets without a key, and the total. */
export function FiguresTable({ figures }: { figures: FiguresBy }) {
  const sort = useSignal<Sort>('key');
  return (
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
            <Cells counts={row} />
          </tr>
        ))}
        {figures.rest.received > 0 && (
          <tr class="rest">
            <th scope="row">{t('figures.rest')}</th>
            <Cells counts={figures.rest} />
          </tr>
        )}
      </tbody>
      <tfoot>
        <tr>
          <th scope="row">{t('figures.total')}</th>
          <Cells counts={figures.total} />
        </tr>
      </tfoot>
    </table>
  );
}

const direction = (column: Sort) => (column === 'key' ? 'ascending' : 'descending');

/** The most first; what has no rate comes last. */
function sorted(rows: FiguresRow[], column: Sort): FiguresRow[] {
  if (column === 'key') return rows;
  return [...rows].sort((one, other) => (other[column] ?? -1) - (one[column] ?? -1));
}

function Name({ row, by }: { row: FiguresRow; by: FiguresBy['by'] }) {
  const english = lang.value === 'en' && row.name_en && row.name_en.charAt(0).toUpperCase() + row.name_en.slice(1);
  const name = english || row.name || (by === 'source' ? term('source', row.key) : row.key);
  if (by === 'post') return <>{`${name} · ${row.area ?? ''}`}</>;
  if (by !== 'area') return <>{name}</>;
  return (
    <button type="button" class="row-open" onClick={() => chooseRow(row.key)}>
      {name}
    </button>
  );
}

function Cells({ counts }: { counts: FiguresBy['total'] }) {
  return (
    <>
      <td>{counts.received.toLocaleString(lang.value)}</td>
      <td>
        <RateBar rate={counts.closing_rate} />
      </td>
      <td>
        <RateBar rate={counts.on_time_rate} />
      </td>
      <td>{counts.overdue.toLocaleString(lang.value)}</td>
    </>
  );
}
