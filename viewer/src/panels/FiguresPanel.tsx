import { askFigures, isPrivate } from '../actions/figures';
import { type Key, t } from '../i18n';
import { bys, ofs, periods } from '../route';
import { figures, figuresAsk, ranking, session, ticketTick } from '../state';
import { Failed, Skeleton } from '../ui/Notice';
import { FiguresTable } from './FiguresTable';
import { RankingTable } from './RankingTable';

/** Statistics of a time in the chosen area: by a key, or as a ranking. */
export function FiguresPanel() {
  const { what, by, of } = figuresAsk.value;
  const table = figures.value.value;
  const ranked = ranking.value.value;
  const { problem, loading } = what === 'by' ? figures.value : ranking.value;
  const answered = what === 'by' ? table?.by === by : ranked?.of === of;
  return (
    <>
      <Question />
      {problem && <Failed problem={problem} retry={() => ticketTick.value++} />}
      {!answered && loading && <Skeleton rows={8} />}
      {answered && what === 'by' && table && <FiguresTable key={by} figures={table} />}
      {answered && what === 'of' && ranked && <RankingTable key={of} ranking={ranked} />}
    </>
  );
}

function Question() {
  const { what, by, of, period } = figuresAsk.value;
  const allowed = (all: readonly string[]) => all.filter((one) => session.value || !isPrivate(one));
  return (
    <div class="figure-ask">
      <div class="segments" role="group" aria-label={t('figures.what')}>
        {(['by', 'of'] as const).map((one) => (
          <button key={one} type="button" aria-pressed={what === one} onClick={() => askFigures({ what: one })}>
            {t(`figures.${one}`)}
          </button>
        ))}
      </div>
      {what === 'by' ? <Choice name="by" all={allowed(bys)} value={by} /> : <Choice name="of" all={allowed(ofs)} value={of} />}
      <Choice name="period" all={periods} value={period} />
    </div>
  );
}

function Choice({ name, all, value }: { name: 'by' | 'of' | 'period'; all: readonly string[]; value: string }) {
  return (
    <select
      aria-label={t(`figures.${name}`)}
      data-ask={name}
      value={value}
      onChange={(event) => askFigures({ [name]: event.currentTarget.value })}
    >
      {all.map((one) => (
        <option key={one} value={one}>
          {t(`${name}.${one}` as Key)}
        </option>
      ))}
    </select>
  );
}
