import { pressList } from '../actions/worklists';
import { t } from '../i18n';
import { listNames } from '../route';
import { filter, lang, session, type WorkListName, workLists } from '../state';

/** The work lists of a signed-in user, each with how many tickets of the chosen area are on it. */
export function WorkLists() {
  if (!session.value) return null;
  return (
    <section class="work-lists" aria-label={t('work.label')} aria-busy={workLists.value.loading}>
      {listNames.map((name) => (
        <List key={name} name={name} />
      ))}
    </section>
  );
}

function List({ name }: { name: WorkListName }) {
  const count = workLists.value.value?.[name];
  return (
    <button
      type="button"
      class="work-list"
      data-list={name}
      data-none={!count}
      aria-pressed={filter.value.list === name}
      title={t(`work.${name}.hint`)}
      onClick={() => pressList(name)}
    >
      <span>{t(`work.${name}`)}</span>
      <span class="count">{typeof count === 'number' ? count.toLocaleString(lang.value) : '–'}</span>
    </button>
  );
}
