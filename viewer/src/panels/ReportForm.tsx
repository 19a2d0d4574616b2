import { useSignal, useSignalEffect } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { byHand, doubtOf, newClientRef, sendReport } from '../actions/report';
import { asProblem, type FieldError, Problem } from '../api/client';
import { t } from '../i18n';
import { useSend } from '../send';
import { categories, chosen, draft, named, place, placeBy, saidGrid, scanned } from '../state';
import { Field } from '../ui/Field';
import { Failed } from '../ui/Notice';
import { ContactFields } from './ContactFields';
import { CategoryPicker } from './CategoryPicker';
import { Nearby } from './Nearby';
import { PhotoPicker } from './PhotoPicker';
import { PlacePicker } from './PlacePicker';

const fields = ['category', 'description', 'lon', 'lat', 'system', 'accuracy_m', 'area'];

/** What happened, where, of which kind; faults stand at their field, the server's and our own. */
export function ReportForm() {
  const { category, words, problem, sending, doubt, send } = useReport();
  return (
    <form class="report" onSubmit={send} noValidate>
      {byHand.matches && <PhotoPicker />}
      <PlacePicker problem={problem.value} />
      <Nearby />
      <CategoryPicker value={category} error={problem.value?.at('category')} />
      <Field label={t(needsWords(category.value) ? 'report.words' : 'report.wordsOptional')} hint={t('report.wordsHint')} error={problem.value?.at('description')}>
        {(attributes) => (
          <textarea
            {...attributes}
            name="description"
            rows={4}
            maxLength={4000}
            value={words.value}
            onInput={(event) => (words.value = event.currentTarget.value)}
          />
        )}
      </Field>
      {!byHand.matches && <PhotoPicker />}
      <ContactFields />
      {problem.value && <Failed problem={problem.value} fields={fields} />}
      {doubt.value && (
        <p class="error" role="alert" data-doubt={doubt.value}>
          {t(`report.doubt.${doubt.value}`)} {t('report.doubt.ask')}
        </p>
      )}
      <button type="submit" class="button primary wide" disabled={sending.value}>
        {sending.value ? t('report.sending') : t(doubt.value ? 'report.sendAnyway' : 'report.send')}
      </button>
    </form>
  );
}

/** The report being written; it keeps its key while it is the same, so that sending twice makes one ticket. */
function useReport() {
  const { category, words } = draft; // no copy of them: what was typed is kept the moment it is typed
  const { problem, sending, send: sendOnce } = useSend();
  const doubt = useSignal<'far' | 'coarse' | null>(null);
  const asked = useRef<unknown>(null);
  useSignalEffect(() => {
    if (place.value !== asked.current) doubt.value = null;
  });
  const key = useRef({ client_ref: newClientRef(), reported_at: new Date().toISOString() });

  const work = async () => {
    const missing = faults(category.value, words.value);
    if (missing.length > 0) throw new Problem(422, t('report.failed'), missing);
    if (place.value && placeBy.value !== 'code' && asked.current !== place.value) {
      asked.current = place.value;
      doubt.value = await doubtOf(place.value);
      if (doubt.value) return;
    }
    const body = { ...where(), category: category.value, description: words.value, ...contact(), ...key.current, ...way() };
    await sendReport(body as Parameters<typeof sendReport>[0]).catch((thrown) => {
      if (asProblem(thrown).status === 409) key.current = { client_ref: newClientRef(), reported_at: new Date().toISOString() };
      throw thrown;
    });
  };
  const send = async (event: Event) => {
    event.preventDefault();
    if (!(await sendOnce(work))) requestAnimationFrame(() => document.querySelector<HTMLElement>('.report .wrong :is(input, textarea, button)')?.focus());
  };
  return { category, words, problem, sending, doubt, send };
}

/** The report's place: the area of a scanned code, the grid that the reporter named where the point is vague, or the point. */
function where() {
  if (placeBy.value !== 'code') return saidGrid.value ? { area: saidGrid.value } : place.value;
  return named.value && { area: named.value.code };
}

/** Who scanned a code came by that, also where he then put a pin. */
const way = () => (scanned.value.value ? { source: 'scan' } : {});

/** Does the category want words, or do place and picture say enough? */
const needsWords = (category: string): boolean => categories.value.find(({ id }) => id === category)?.needs_words ?? true;

function contact() {
  const [name, phone] = [draft.name.peek(), draft.phone.peek()];
  return { ...(name.trim() && { contact_name: name.trim() }), ...(phone.trim() && { contact_phone: phone.trim() }) };
}

function faults(category: string, words: string): FieldError[] {
  const found: FieldError[] = [];
  const add = (field: string, message: string) => found.push({ field, message, remedy: '' });
  if (!where()) add('lon', t(placeBy.value === 'code' ? 'report.needArea' : 'report.needPlace'));
  if (!category) add('category', t('report.needCategory'));
  if (!words.trim() && needsWords(category)) add('description', t('report.needWords'));
  else if (!words.trim() && chosen.value.length === 0) add('description', t('report.needWordsOrPhoto'));
  return found;
}
