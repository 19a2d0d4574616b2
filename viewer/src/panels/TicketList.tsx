import { chooseTicket, clearFilter, filtered, shown } from '../actions/tickets';
import { t } from '../i18n';
import { at, here, tickets, ticketTick } from '../state';
import { showDay } from '../time';
import { Empty, Failed, Skeleton } from '../ui/Notice';
import { Exports } from './Exports';
import { ListFilter } from './ListFilter';
import { TicketTable } from './TicketTable';
import { WorkLists } from './WorkLists';

/** The tickets of the area that is shown as a table: what the map shows, for reading and for keyboards. */
export function TicketList() {
  const { value, problem, loading } = tickets.value;
  const caption = t('list.caption', { area: here.value?.name ?? '' });
  return (
    <>
      <WorkLists />
      <ListFilter />
      {at.value && <p class="hint">{t('list.ofNow', { date: showDay(at.value) })}</p>}
      {problem && <Failed problem={problem} retry={() => ticketTick.value++} />}
      {!value && loading && <Skeleton rows={8} />}
      {value && shown.value.length === 0 && <NoTickets />}
      {value && shown.value.length > 0 && (
        <TicketTable rows={shown.value} caption={caption} open={({ number }) => void chooseTicket(number, true)} />
      )}
      {value && shown.value.length > 0 && <Exports />}
    </>
  );
}

function NoTickets() {
  return (
    <Empty icon="inbox" title={t('list.empty')}>
      {filtered.value && (
        <>
          <p class="hint">{t('list.emptyHint')}</p>
          <button type="button" class="button" onClick={clearFilter}>
            {t('list.clear')}
          </button>
        </>
      )}
    </Empty>
  );
}
