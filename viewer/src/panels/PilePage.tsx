import { goUp } from '../actions/pages';
import { chooseTicket } from '../actions/tickets';
import { t } from '../i18n';
import { pile, ticketTick } from '../state';
import { Failed, Skeleton } from '../ui/Notice';
import { PageHead } from './PageHead';
import { TicketTable } from './TicketTable';

/** Several tickets at one place, such as those that are shown at their grid's label point. */
export function PilePage({ numbers }: { numbers: string[] }) {
  const { value, problem } = pile.value;
  const title = t('pile.title', { n: numbers.length });
  const rows = value?.filter(({ number }) => numbers.includes(number)) ?? [];
  return (
    <>
      <PageHead title={title} back={goUp}>
        <p class="page-sub hint">{t('pile.hint')}</p>
      </PageHead>
      <div class="page-body">
        {problem && <Failed problem={problem} retry={() => ticketTick.value++} />}
        {!problem && rows.length === 0 && <Skeleton rows={numbers.length} />}
        {rows.length > 0 && (
          <TicketTable rows={rows} caption={title} open={({ number }) => void chooseTicket(number, false)} />
        )}
      </div>
    </>
  );
}
