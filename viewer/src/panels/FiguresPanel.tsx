import { askFigures, comparedBy, comparedBys, isPrivate } from '../actions/figures';
import { type Key, t } from '../i18n';
import { bys, ofs, periods, whats } from '../route';
import { compared, figures, figuresAsk, ranking, session, ticketTick } from '../state';
import { Failed, Skeleton } from '../ui/Notice';
import { ComparedTable, PairChoice } from './ComparedTable';
import { FiguresTable } from './FiguresTable';
import { RankingTable } from './RankingTable';

/** Statistics of a time in the chosen area: by a key, or as a ranking. */
export function FiguresPanel() {
  const { what, by, of } = figuresAsk.value;
  const table = figures.value.value;
  const ranked = ranking.value.value;
  const both = compared.value.value;
  const { problem, loading } = { by: figures, of: ranking, two: compared }[what].value;
  const answered = { by: table?.by === by, of: ranked?.of === of, two: both?.by === comparedBy(by) }[what];
  return (
    <>
      <Question />
      {problem && <Failed problem={problem} retry={() => ticketTick.value++} />}
      {!answered && loading && <Skeleton rows={8} />}
      {answered && what === 'by' && table && <FiguresTable key={by} figures={table} />}
      {answered && what === 'two' && both && <ComparedTable {...both} />}
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
        {whats.map((one) => (
          <button key={one} type="button" aria-pressed={what === one} onClick={() => askFigures({ what: one })}>
            {t(`figures.${one}`)}
          </button>
        ))}
      </div>
      {what === 'of' && <Choice name="of" all={allowed(ofs)} value={of} />}
      {what === 'by' && <Choice name="by" all={allowed(bys)} value={by} />}
      {what === 'two' && <Choice name="by" all={comparedBys} value={comparedBy(by)} />}
      {what === 'two' ? <PairChoice /> : <Choice name="period" all={periods} value={period} />}
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
