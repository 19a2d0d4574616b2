import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { colouredAreas } from '../actions/colours';
import { nameOf, stepsBack } from '../actions/legend';
import { type Class, classes } from '../colour';
import { type Key, t } from '../i18n';
import { figuresAsk, here, lang, layersOffered, now, sketch, sheetKeys, snap } from '../state';
import { showShare, showTime } from '../time';
import { Icon } from '../ui/Icon';

type Given = { figure: string; values: Map<string, number>; where: { parent?: string; level?: string } };

/** A figure colours the map: five classes of about as many areas each, with what they mean. */
export function ColourMap({ figure, values, where }: Given) {
  const on = useSignal(false);
  const key = JSON.stringify([figure, where, [...values]]);
  useEffect(() => {
    if (!on.value) return undefined;
    let gone = false;
    void colouredAreas(values, where).then((found) => gone || (sketch.value = found), () => undefined);
    return () => {
      gone = true;
      sketch.value = [];
    };
  }, [on.value, key]);
  const isRate = figure.endsWith('_rate');
  const say = (value: number): string => (isRate ? showShare(value) : value.toLocaleString(lang.value, { maximumFractionDigits: 1 }));
  const found = classes([...values.values()]).map((one) => ({ look: one.tint, words: span(one, say) }));
  const question = asked(figure, where.level);
  useEffect(() => {
    if (!on.value) return undefined;
    sheetKeys.value = { ...sheetKeys.peek(), figure: { question, classes: found } };
    return () => void (sheetKeys.value = { ...sheetKeys.peek(), figure: undefined });
  }, [on.value, key, question, lang.value]);
  if (values.size < 2) return null;
  const press = () => {
    on.value = !on.value;
    if (on.value && snap.peek() === 'full') snap.value = 'half'; // else nothing of the map is in sight
  };
  const aside = layersOffered.value.filter(stepsBack);
  return (
    <div class="colour-map">
      <button type="button" class="button" data-colour aria-pressed={on.value} onClick={press}>
        <Icon name="layers" />
        {t('figures.colour', { what: t(`figure.${figure}` as Key) })}
      </button>
      {on.value && aside.length > 0 && <p class="hint">{t('figures.stepsBack', { what: aside.map(nameOf).join(t('layers.and')) })}</p>}
      {on.value && (
        <ul class="colour-legend">
          {found.map(({ look, words }) => (
            <li key={look}>
              <svg viewBox="0 0 16 16" aria-hidden="true" focusable="false">
                <rect width="16" height="16" rx="3" fill={look} />
              </svg>
              {words}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

/** What a sheet of paper has to say of the colours: the figure with its unit, where, divided by what, of when, as of when. */
function asked(figure: string, level = ''): string {
  const { what, by, of, period } = figuresAsk.value;
  const whose = [here.value?.name, what === 'of' && level ? t(`of.${of}`) : t(`by.${by}`)].filter(Boolean);
  const named = t(figure.endsWith('_rate') ? 'figures.inShares' : 'figures.inCases', { what: t(`figure.${figure}` as Key) });
  return [named, ...whose, t(`period.${period}`), t('print.now', { time: showTime(new Date(now.value * 1000).toISOString()) })].join(' · ');
}

const span = ({ from, to }: Class, say: (value: number) => string): string => (from === to ? say(from) : `${say(from)} – ${say(to)}`);
