import type { ComponentChildren } from 'preact';
import { chooseArea } from '../actions/areas';
import { chooseNetwork } from '../actions/networks';
import { goUp } from '../actions/pages';
import type { Ticket } from '../api/client';
import { fieldName, type PageField, showField } from '../fields';
import { t } from '../i18n';
import { onPage } from '../i18n/fields';
import { categories, goal, lang, session, ticket, ticketTick } from '../state';
import { categoryName, placeOf } from '../tickets';
import { DueBadge, DueWords } from '../ui/DueBadge';
import { Facts } from '../ui/Facts';
import { Icon } from '../ui/Icon';
import { Failed, Skeleton } from '../ui/Notice';
import { Cooperation } from './Cooperation';
import { History } from './History';
import { PageHead } from './PageHead';
import { Rated } from './RatingForm';
import { PublicSide } from './PublicSide';
import { Seen } from './Seen';
import { StepForm } from './StepForm';
import { Steps } from './Steps';
import { Similar, Ties } from './Ties';
import { Whistles } from './Whistles';
import { TellForm } from './TellForm';
import { ThenGrid } from './ThenGrid';
import { TicketPhotos } from './TicketPhotos';
import { Unsure } from './Unsure';

export function TicketPage() {
  const { value, problem } = ticket.value;
  const title = value ? categoryName(value.category, categories.value, lang.value) : t('ticket.title');
  return (
    <>
      <PageHead title={title} back={goUp}>
        {value && (
          <p class="page-sub">
            <code>{value.number}</code>
            <DueBadge ticket={value} />
            <span class="hint">
              <DueWords ticket={value} />
            </span>
          </p>
        )}
      </PageHead>
      <div class="page-body">
        {problem && <Failed problem={problem} retry={() => ticketTick.value++} />}
        {!value && !problem && <Skeleton rows={5} />}
        {value && <TicketBody ticket={value} />}
      </div>
    </>
  );
}

function TicketBody({ ticket: one }: { ticket: Ticket }) {
  const at = placeOf(one);
  return (
    <>
      <Steps ticket={one} />
      <Words ticket={one} />
      <TicketPhotos ticket={one} />
      <PublicSide ticket={one} />
      <TicketFacts ticket={one} />
      <Unsure key={`${one.number} ${one.grid?.code}`} ticket={one} />
      <Seen ticket={one} />
      {at && <ThenGrid place={at} />}
      <Ties ticket={one} />
      <Whistles ticket={one} />
      {one.rating && <Rated rating={one.rating} />}
      {at && (
        <div class="actions">
          <button type="button" class="button" onClick={() => (goal.value = at)}>
            <Icon name="aim" />
            {t('area.zoom')}
          </button>
        </div>
      )}
      {session.value && <StepForm key={one.step} ticket={one} />}
      {session.value && <Cooperation ticket={one} />}
      {session.value && <Similar ticket={one} />}
      {session.value && one.history && <TellForm key={one.number} ticket={one} />}
      <History ticket={one} />
    </>
  );
}

/** What was reported, where this person may read it. */
function Words({ ticket: { description } }: { ticket: Ticket }) {
  if (description === '') return null;
  if (description === undefined) return <p class="hint private">{t('ticket.private')}</p>;
  return (
    <section class="block words">
      <h3>{fieldName('description')}</h3>
      <p>{description}</p>
    </section>
  );
}

function TicketFacts({ ticket: one }: { ticket: Ticket }) {
  const { grid, network } = one;
  const link = grid && (
    <button type="button" class="link" onClick={() => void chooseNetwork(network).then(() => chooseArea(grid.code, true))}>
      {grid.name} <code>{grid.code}</code>
    </button>
  );
  const solved = one.solved_in_grid === null ? '' : t(one.solved_in_grid ? 'ticket.inGrid' : 'ticket.aboveGrid');
  const own: Partial<Record<PageField, ComponentChildren>> = {
    grid_name: link ?? t('list.noGrid'),
    solved_in_grid: solved,
    description: '', // it has a place of its own
  };
  return <Facts facts={onPage.map((name) => [fieldName(name), name in own ? own[name] : showField(one, name)])} />;
}
