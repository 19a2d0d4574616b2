import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { t } from '../i18n';
import { area, home, printOpen } from '../state';
import { Icon } from '../ui/Icon';
import type { Paper } from '../map/sheet';

const papers: Paper[] = ['screen', 'a4-landscape', 'a4-portrait', 'a3-landscape', 'a3-portrait'];

/** The map on a sheet: as a picture, or on paper. */
export function PrintDialog() {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (printOpen.value) dialog.current?.showModal();
    else dialog.current?.close();
  }, [printOpen.value]);
  return (
    <dialog ref={dialog} class="dialog printing" aria-labelledby="print-title" onClose={() => (printOpen.value = false)}>
      {printOpen.value && <Form />}
    </dialog>
  );
}

function Form() {
  const named = (area.value.value ?? home.value)?.properties.name ?? '';
  const title = useSignal(t('print.of', { area: named }));
  const paper = useSignal<Paper>('a4-landscape');
  const state = useSignal<'' | 'busy' | 'failed'>('');
  const make = async (act: 'save' | 'print') => {
    state.value = 'busy';
    try {
      const { makeSheet, printSheet, saveSheet } = await import('../map/sheet');
      const sheet = await makeSheet(paper.value, title.value.trim());
      await (act === 'save' ? saveSheet(sheet, title.value.trim()) : printSheet(sheet, paper.value));
      state.value = '';
    } catch (error) {
      console.warn(error);
      state.value = 'failed';
    }
  };
  return (
    <>
      <header>
        <h2 id="print-title">{t('tools.print')}</h2>
        <button type="button" class="link" aria-label={t('app.close')} onClick={() => (printOpen.value = false)}>
          <Icon name="close" />
        </button>
      </header>
      <label class="field">
        <span>{t('print.title')}</span>
        <input type="text" name="sheet-title" maxLength={80} value={title.value} onInput={(event) => (title.value = event.currentTarget.value)} />
      </label>
      <label class="field">
        <span>{t('print.paper')}</span>
        <select name="paper" value={paper.value} onChange={(event) => (paper.value = event.currentTarget.value as Paper)}>
          {papers.map((one) => (
            <option key={one} value={one}>
              {t(`print.${one}`)}
            </option>
          ))}
        </select>
      </label>
      <p class="print-acts">
        <button type="button" class="button" data-act="png" disabled={state.value === 'busy'} onClick={() => void make('save')}>
          <Icon name="save" />
          {t('print.png')}
        </button>
        <button type="button" class="button primary" data-act="print" disabled={state.value === 'busy' || paper.value === 'screen'} onClick={() => void make('print')}>
          <Icon name="print" />
          {t('print.print')}
        </button>
      </p>
      <p class="hint" role="status">
        {state.value ? t(`print.${state.value}`) : ''}
      </p>
    </>
  );
}
