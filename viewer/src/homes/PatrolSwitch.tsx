import { useEffect } from 'preact/hooks';
import { endPatrol, patrol, resumePatrol, startPatrol } from '../actions/patrol';
import { may } from '../state';
import { showTime } from '../time';
import { Icon } from '../ui/Icon';
import { h } from './words';

/** Patrol on or off: while it is on, this device's positions go to the server, and wait here without a network. */
export function PatrolSwitch() {
  useEffect(resumePatrol, []);
  if (!may('send_pings')) return null;
  if (!window.isSecureContext) return <p class="hint">{h('patrol.insecure')}</p>;
  const { since, sent, waiting, setAside, problem } = patrol.value;
  const more = [waiting > 0 && h('patrol.waiting', { n: waiting }), setAside > 0 && h('patrol.aside', { n: setAside })].filter(Boolean);
  return (
    <section class="patrol" data-on={since !== null} aria-label={h('patrol.title')}>
      <button type="button" class={since ? 'button' : 'button primary'} aria-pressed={since !== null} onClick={() => (since ? void endPatrol() : startPatrol())}>
        <Icon name="walk" />
        {h(since ? 'patrol.end' : 'patrol.start')}
      </button>
      <p class="hint" role="status">
        {since && [h('patrol.since', { time: showTime(since), n: sent }), ...more].join(' · ')}
        {!since && waiting > 0 && more.join(' · ')}
      </p>
      {since && !problem && <p class="hint">{h('patrol.hint')}</p>}
      {problem && <p class="error" role="alert">{h(`patrol.${problem}`)}</p>}
    </section>
  );
}
