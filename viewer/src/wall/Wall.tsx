import { useEffect } from 'preact/hooks';
import { t } from '../i18n';
import { counterNames } from '../route';
import { categories, config, counters, home, lang, layersOff, live, mapState, now } from '../state';
import { categoryName } from '../tickets';
import { dayOf, showAgo, showShare } from '../time';
import { Icon } from '../ui/Icon';
import { DueBadge } from '../ui/DueBadge';
import { Canvas } from '../panels/MapView';
import { dressPage } from './colours';
import { feed, followNews, kinds, towns, trend, trendDays } from './news';
import './wall.css';

/** The district on a wall of screens: everything at once, nothing to press, kept going by itself. */
export function Wall() {
  useEffect(() => {
    dressPage('wall');
    return followNews();
  }, []);
  const name = home.value?.properties.name ?? '';
  return (
    <main class="wall">
      <header>
        <h1>{t('wall.title', { area: name })}</h1>
        <Clock />
        <span class={`live-dot ${live.value}`} role="status" aria-label={t(`app.${live.value}`)} />
        <button type="button" onClick={() => void document.documentElement.requestFullscreen?.()} aria-label={t('wall.full')}>
          <Icon name="full" />
        </button>
      </header>
      <Figures />
      <section class="wall-map map" aria-label={t('layers.map')} data-off={[...layersOff.value].join(' ')}>
        {home.value && mapState.value !== 'unsupported' && <Canvas key={lang.value} />}
      </section>
      <Trend />
      <Kinds />
      <Towns />
      <Feed />
    </main>
  );
}

function Clock() {
  const at = new Date(now.value * 1000);
  const words = new Intl.DateTimeFormat(lang.value, { timeZone: config.value.zone, dateStyle: 'full', timeStyle: 'short' }).format(at);
  return <time dateTime={at.toISOString()}>{words}</time>;
}

function Figures() {
  const value = counters.value.value;
  const onTime = trend.value.value?.total.on_time_rate;
  const rates = [
    ['wall.closing', value && value.total > 0 ? showShare(value.done / value.total) : '–'],
    ['wall.onTime', onTime === null || onTime === undefined ? '–' : showShare(onTime)],
  ] as const;
  return (
    <section class="wall-figures" aria-label={t('counter.label', { area: home.value?.properties.name ?? '' })}>
      {counterNames
        .filter((one) => one !== 'unplaced')
        .map((one) => (
          <p key={one} class={one} data-counter={one}>
            <span>{t(`counter.${one}`)}</span>
            <strong>{value ? value[one].toLocaleString(lang.value) : '–'}</strong>
          </p>
        ))}
      {rates.map(([key, rate]) => (
        <p key={key}>
          <span>{t(key)}</span>
          <strong>{rate}</strong>
        </p>
      ))}
    </section>
  );
}

/** How much of its height the tallest bar takes: its number is above it. */
const tallest = 80;

/** Received and closed of each of the last days. */
function Trend() {
  const rows = new Map(trend.value.value?.rows.map((row) => [row.key, row]));
  const days = Array.from({ length: trendDays }, (_, back) => dayOf(new Date((now.value - (trendDays - 1 - back) * 86_400) * 1000).toISOString()));
  const most = Math.max(1, ...days.map((day) => rows.get(day)?.received ?? 0));
  return (
    <section class="wall-trend">
      <h2>{t('wall.trend', { n: trendDays })}</h2>
      <ol>
        {days.map((day) => {
          const { received = 0, closed = 0 } = rows.get(day) ?? {};
          return (
            <li key={day} aria-label={t('wall.day', { day, received, closed })}>
              <meter min={0} max={most} value={received} />
              <svg viewBox="0 0 10 100" preserveAspectRatio="none" aria-hidden="true">
                <rect x="0" width="10" y={100 - (tallest * received) / most} height={(tallest * received) / most} class="received" />
                <rect x="0" width="10" y={100 - (tallest * closed) / most} height={(tallest * closed) / most} class="closed" />
              </svg>
              <b style={{ '--high': String((tallest * received) / most / 100) }}>{received || ''}</b>
              <span>{day.slice(8)}</span>
            </li>
          );
        })}
      </ol>
      <p class="keys">
        <span class="received">{t('wall.received')}</span>
        <span class="closed">{t('wall.closed')}</span>
      </p>
    </section>
  );
}

function Kinds() {
  const rows = [...(kinds.value.value?.rows ?? [])].sort((a, b) => b.received - a.received).slice(0, 6);
  const most = Math.max(1, ...rows.map(({ received }) => received));
  return (
    <section class="wall-kinds">
      <h2>{t('wall.kinds')}</h2>
      <ul>
        {rows.map((row) => (
          <li key={row.key}>
            <span>{categoryName(String(row.key), categories.value, lang.value)}</span>
            <progress max={most} value={row.received} aria-hidden="true" />
            <b>{row.received.toLocaleString(lang.value)}</b>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Towns() {
  const rows = (towns.value.value?.rows ?? []).slice(0, 11);
  return (
    <section class="wall-towns">
      <h2>{t('wall.ranking')}</h2>
      <ol>
        {rows.map((row) => (
          <li key={row.key}>
            <i>{row.rank}</i>
            <span>{row.name}</span>
            <b>{row.closing_rate === null ? '–' : showShare(row.closing_rate)}</b>
          </li>
        ))}
      </ol>
    </section>
  );
}

function Feed() {
  return (
    <section class="wall-feed">
      <h2>{t('wall.feed')}</h2>
      <ul>
        {(feed.value.value ?? []).map((one) => (
          <li key={one.number}>
            <span>{categoryName(one.category, categories.value, lang.value)}</span>
            <span class="in-grid">{one.grid?.name ?? t('list.noGrid')}</span>
            <DueBadge ticket={one} />
            <time dateTime={one.received_at}>{showAgo(one.received_at)}</time>
          </li>
        ))}
      </ul>
    </section>
  );
}
