import { askFigures, chooseRow, narrowTo, type Narrowing, today } from '../actions/figures';
import type { FiguresBy } from '../api/client';
import { sentences, t } from '../i18n';
import { type Compared, figuresAsk, lang } from '../state';
import { daysOf, direction, isOwn, type Pair, pairs, sideBySide, type Span, spansOf, writePair } from '../spans';
import { showShare } from '../time';
import { LabelledDay } from '../ui/DayField';
import { restName, rowName } from './FiguresTable';

type Counts = FiguresBy['total'];

const columns = ['received', 'closing_rate', 'on_time_rate'] as const;
type Column = (typeof columns)[number];
/** A rate of fewer tickets says little. */
const few = 5;
const marks = { up: '▲', down: '▼', same: '＝' } as const;

/** Which two spans are compared: some that move with the day, or any two. */
export function PairChoice() {
  const { pair } = figuresAsk.value;
  const choose = (chosen: string) => askFigures({ pair: chosen === 'own' ? writePair(spansOf(pair, today.value)) : chosen });
  return (
    <>
      <select aria-label={t('figures.pair')} data-ask="pair" value={isOwn(pair) ? 'own' : pair} onChange={(event) => choose(event.currentTarget.value)}>
        {[...pairs, 'own' as const].map((one) => (
          <option key={one} value={one}>
            {t(`pair.${one}`)}
          </option>
        ))}
      </select>
      {isOwn(pair) && <OwnSpans pair={spansOf(pair, today.value)} />}
    </>
  );
}

function OwnSpans({ pair }: { pair: Pair }) {
  const field = (which: keyof Pair, end: keyof Span) => (
    <LabelledDay
      label={t(end === 'from' ? 'list.from' : 'list.to')}
      name={`${which}-${end}`}
      required
      value={pair[which][end]}
      onDay={(day) => day && askFigures({ pair: writePair({ ...pair, [which]: turned({ ...pair[which], [end]: day }) }) })}
    />
  );
  return (
    <>
      {(['now', 'before'] as const).map((which) => (
        <fieldset key={which} class="span-ask">
          <legend>{t(`pair.${which}`)}</legend>
          {field(which, 'from')}
          {field(which, 'to')}
        </fieldset>
      ))}
    </>
  );
}

/** The earlier day first, whichever was typed last. */
const turned = ({ from, to }: Span): Span => (from <= to ? { from, to } : { from: to, to: from });

/** Figures of two spans side by side: what they are now, where they went, what they were. */
export function ComparedTable({ by, spans, now, before }: Compared) {
  const rows = sideBySide(now?.rows ?? [], before?.rows ?? []);
  const rests = [now?.rest, before?.rest];
  return (
    <>
      <Heading {...spans} />
      {!(now && before) && <p class="hint">{t(now ? 'pair.areaNotThen' : 'pair.areaNotNow')}</p>}
      <table class="figures compared" data-by={by}>
        <thead>
          <tr>
            {(['key', ...columns] as const).map((column) => (
              <th key={column} scope="col">
                {t(`figure.${column}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => {
            const named = row.now ?? row.before;
            return (
              <tr key={row.key} data-key={row.key}>
                <th scope="row">
                  {by === 'area' && row.now ? (
                    <button type="button" class="row-open" onClick={() => chooseRow(row.key)}>
                      {rowName(row.now, by)}
                    </button>
                  ) : (
                    named && rowName(named, by)
                  )}
                  <Doubt now={row.now} before={row.before} by={by} />
                </th>
                <Cells now={row.now} before={row.before} spans={spans} to={by === 'area' ? { area: row.key } : by === 'category' ? { category: row.key } : null} />
              </tr>
            );
          })}
          {rests.some((one) => one && one.received > 0) && (
            <tr class="rest">
              <th scope="row">{restName(by)}</th>
              <Cells now={now?.rest ?? null} before={before?.rest ?? null} spans={spans} to={null} />
            </tr>
          )}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row">{t('figures.total')}</th>
            <Cells now={now?.total ?? null} before={before?.total ?? null} spans={spans} to={{}} />
          </tr>
        </tfoot>
      </table>
    </>
  );
}

/** Which days these are, and what a reader could mistake. */
function Heading({ now, before }: Pair) {
  const [long, short] = [daysOf(now), daysOf(before)];
  const say = (span: Span) => t('pair.days', { from: showDate(span.from), to: showDate(span.to), n: daysOf(span) });
  return (
    <div class="hint" role="note">
      <p>{t('pair.heading', { now: say(now), before: say(before) })}</p>
      <p>
        {sentences(t('pair.stood'), now.to >= today.value && t('pair.running'), long !== short && t('pair.unequal', { n: long, m: short }))}
      </p>
    </div>
  );
}

const showDate = (day: string): string => new Intl.DateTimeFormat(lang.value, { timeZone: 'UTC', dateStyle: 'medium' }).format(new Date(`${day}T00:00:00Z`));

/** Why a row's rates say little, or why it has one side only. */
function Doubt({ now, before, by }: { now: Counts | null; before: Counts | null; by: FiguresBy['by'] }) {
  if (by === 'area' && (!now || !before)) return <span class="hint">{t(now ? 'pair.notThen' : 'pair.notNow')}</span>;
  const counts = [now, before].map((one) => one?.received ?? 0);
  return Math.max(...counts) > 0 && Math.min(...counts) < few ? <span class="hint">{t('ranking.few', { n: few })}</span> : null;
}

type CellsGiven = { now: Counts | null; before: Counts | null; spans: Pair; to: Omit<Narrowing, 'counter'> | null };

function Cells({ now, before, spans, to }: CellsGiven) {
  const counted = now?.received ?? 0;
  return (
    <>
      {columns.map((column) => (
        <td key={column}>
          {column === 'received' && to && counted > 0 ? (
            <button type="button" class="figure-open" data-figure="total" title={t('figures.open', { n: counted, what: t('counter.total') })} onClick={() => narrowTo({ ...to, span: spans.now, counter: 'total' })}>
              {show(column, counted)}
            </button>
          ) : (
            show(column, now?.[column])
          )}
          <Change column={column} now={now?.[column]} before={before?.[column]} />
        </td>
      ))}
    </>
  );
}

const show = (column: Column, value: number | null | undefined): string => (value == null ? '–' : column === 'received' ? value.toLocaleString(lang.value) : showShare(value));

/** The way a figure went, as a mark, in words, and in colour where one way is the better one. */
function Change({ column, now, before }: { column: Column; now: number | null | undefined; before: number | null | undefined }) {
  const way = direction(now, before);
  const was = t('pair.was', { n: show(column, before) });
  if (way === null || now == null || before == null) return <span class="change">{before == null ? '' : was}</span>;
  const isRate = column !== 'received';
  const far = Math.abs(now - before);
  const by = isRate ? t('pair.points', { n: (far * 100).toLocaleString(lang.value, { maximumFractionDigits: 1 }) }) : far.toLocaleString(lang.value);
  return (
    <span class="change" data-way={way} data-good={isRate && way !== 'same' ? String(way === 'up') : undefined}>
      <span aria-hidden="true">{marks[way]}</span>
      <span class="only-read">{t(`pair.${way}`)}</span>
      {way !== 'same' && ` ${by}`} <span class="was">{was}</span>
    </span>
  );
}
