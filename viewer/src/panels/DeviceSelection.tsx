import { useSignal } from '@preact/signals';
import { askSelection, endSelection, selection } from '../actions/devices';
import { valueMeant, wordOf } from '../actions/legend';
import { takeBack } from '../actions/measure';
import { asProblem, type Problem } from '../api/client';
import { t } from '../i18n';
import { measured, may } from '../state';
import { Failed } from '../ui/Notice';
import { w } from './deviceWords';
import { Line } from './Seen';

/** The devices inside of what is drawn on the map, and their list on its way to other programs. */
export function DeviceSelection() {
  const kind = useSignal('');
  const problem = useSignal<Problem | null>(null);
  const corners = measured.value ?? [];
  const ask = (words?: string): void => {
    problem.value = null;
    void askSelection(valueMeant('device', 'kind', kind.value.trim()), words).catch((thrown: unknown) => (problem.value = asProblem(thrown)));
  };
  return (
    <section class="measure selecting" aria-label={w('devices.tool')} data-corners={corners.length}>
      <p role="status">{status(corners.length)}</p>
      {problem.value && <Failed problem={problem.value} />}
      <Found />
      {corners.length > 2 && !selection.value && (
        <label class="field">
          {w('devices.kind')}
          <input name="kind" value={kind.value} onInput={(event) => (kind.value = event.currentTarget.value)} />
        </label>
      )}
      {selection.value && <HandOver send={ask} />}
      <div>
        {!selection.value && corners.length > 2 && (
          <button type="button" class="button primary" data-act="find-devices" onClick={() => ask()}>
            {w('devices.find')}
          </button>
        )}
        {corners.length > 0 && (
          <>
            <button type="button" class="button" onClick={takeBack}>
              {t('measure.back')}
            </button>
            <button type="button" class="button" onClick={() => (measured.value = [])}>
              {t('measure.again')}
            </button>
          </>
        )}
        <button type="button" class="button" onClick={endSelection}>
          {w('devices.end')}
        </button>
      </div>
    </section>
  );
}

function status(corners: number): string {
  const found = selection.value;
  if (!found) return corners === 0 ? w('devices.how') : w('devices.corners', corners);
  return found.devices.length === 0 ? w('devices.none') : w('devices.count', found.devices.length);
}

function Found() {
  const devices = selection.value?.devices ?? [];
  if (devices.length === 0) return null;
  return (
    <ul class="area-list" data-selected>
      {devices.map((one) => (
        <Line key={one.code} at={one} name={one.name || one.code} more={[one.code, wordOf('device', 'kind', one.kind), one.off && w('devices.off')].filter(Boolean).join(' · ')} />
      ))}
    </ul>
  );
}

/** Who may, sends the list on, with words of what is to be done. */
function HandOver({ send }: { send: (words: string) => void }) {
  const words = useSignal('');
  const found = selection.value;
  if (!found || found.devices.length === 0 || !may('hand_over_devices')) return null;
  if (found.handed_over) {
    const { targets } = found.handed_over;
    return (
      <p role="status" data-targets={targets}>
        {targets > 0 ? w('devices.handed', targets) : w('devices.nobody')}
      </p>
    );
  }
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        send(words.value.trim());
      }}
    >
      <label class="field">
        {w('devices.words')}
        <input name="words" maxLength={200} value={words.value} onInput={(event) => (words.value = event.currentTarget.value)} />
      </label>
      <button type="submit" class="button" data-act="hand-over">
        {w('devices.hand')}
      </button>
    </form>
  );
}
